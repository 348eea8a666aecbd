import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.canonical import canonical_inputs, canonical_value, complete_inputs
from pulumi_azure_foundry._core.fields import FIELD
from pulumi_azure_foundry._core.values import UNKNOWN, Value
from tests.unit.factories import DIGEST, texts, valid_inputs, values

FIELD_NAMES = st.sampled_from(sorted(FIELD))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("cpu", "1.0", "1", id="a_decimal_without_need"),
        pytest.param("cpu", 2.0, "2", id="a_number_for_a_text"),
        pytest.param("cpu", 0.5, "0.5", id="a_fraction_for_a_text"),
        pytest.param("cpu", "10", "10", id="a_trailing_zero_that_counts"),
        pytest.param("cpu", "many", "many", id="no_number_stays"),
        pytest.param("cpu", ".", ".", id="a_lone_point_stays"),
        pytest.param("cpu", True, True, id="a_boolean_is_no_number"),
        pytest.param("cpu", "1" * 21, "1" * 21, id="too_many_digits_stay"),
        pytest.param("memory", "2.0Gi", "2Gi", id="memory_with_a_decimal"),
        pytest.param("memory", "2GB", "2GB", id="another_unit_stays"),
        pytest.param("memory", "xGi", "xGi", id="no_amount_stays"),
        pytest.param("memory", 2, 2, id="a_wrong_type_stays"),
        pytest.param("image", f"Acme.azurecr.io/a@{DIGEST}", f"acme.azurecr.io/a@{DIGEST}", id="hosts_know_no_case"),
        pytest.param("image", "a.io/b:1", "a.io/b:1", id="a_tag_stays"),
        pytest.param("image", "no reference", "no reference", id="no_reference_stays"),
        pytest.param("image", 3, 3, id="an_image_of_a_wrong_type_stays"),
        pytest.param(
            "project_endpoint", "HTTPS://H.x:443/api/projects/P/", "https://h.x/api/projects/P", id="endpoint"
        ),
        pytest.param("project_endpoint", "https://[::1]:8/api/projects/p", "https://[::1]:8/api/projects/p", id="ipv6"),
        pytest.param("project_endpoint", "https://u:p@h/x/", "https://u:p@h/x/", id="an_endpoint_with_a_user_stays"),
        pytest.param("project_endpoint", "https://h:x/", "https://h:x/", id="an_endpoint_without_a_port_number_stays"),
        pytest.param("project_endpoint", 1.0, 1, id="an_endpoint_of_a_wrong_type_stays"),
        pytest.param("description", "", None, id="an_empty_description_is_none"),
        pytest.param("environment_variables", {"A": None}, None, id="an_empty_map_is_none"),
        pytest.param("metadata", {"enableVnextExperience": "true"}, None, id="a_marker_without_effect_is_none"),
        pytest.param("metadata", "text", "text", id="metadata_of_a_wrong_type_stay"),
        pytest.param("tools", [{"type": "x", "n": 1.0, "m": None}], [{"type": "x", "n": 1}], id="numbers_in_tools"),
        pytest.param("timeout_seconds", 60.0, 60, id="an_integral_float"),
        pytest.param("timeout_seconds", 60.5, 60.5, id="a_fraction_stays"),
        pytest.param("force", False, False, id="a_boolean"),
        pytest.param("cpu", UNKNOWN, UNKNOWN, id="unknown"),
        pytest.param("protocol_versions", "responses", "responses", id="protocols_of_a_wrong_type_stay"),
    ],
)
def test_canonical_form(name: str, value: Value, expected: Value) -> None:
    actual = canonical_value(name, value)

    assert expected == actual
    assert type(expected) is type(actual)


def test_protocols_are_a_set() -> None:
    first: Value = {"protocol": "a2a", "version": "1.0.0"}
    second: Value = {"protocol": "responses", "version": "2.0.0"}

    assert [first, second] == canonical_value("protocol_versions", [second, first, second])


def test_absent_inputs_get_the_defaults_of_the_shape() -> None:
    actual = complete_inputs({"api_version": "2025-11-15-preview", "cpu": None})

    expected: dict[str, Value] = {
        "api_version": "2025-11-15-preview",
        "cpu": "1",
        "memory": "2Gi",
        "protocol_versions": [{"protocol": "responses", "version": "v1"}],
        "timeout_seconds": 1800,
        "pull_retry_seconds": 600,
        "keep_versions": 0,
        "drain_timeout_seconds": 300,
        "force": False,
        "keep_failed": False,
        "validate_resources": True,
    }
    assert expected == actual


@given(name=FIELD_NAMES, value=values)
def test_canonical_form_is_total_and_idempotent(name: str, value: Value) -> None:
    once = canonical_value(name, value)

    assert once == canonical_value(name, once)


@given(text=st.one_of(texts, st.text("0123456789.Gi:/@?#[]%hHtps", max_size=20)), name=FIELD_NAMES)
def test_canonical_form_of_texts_is_idempotent(name: str, text: str) -> None:
    once = canonical_value(name, text)

    assert once == canonical_value(name, once)


@given(inputs=st.dictionaries(st.one_of(FIELD_NAMES, texts), values, max_size=4))
def test_completing_is_total_and_idempotent(inputs: dict[str, Value]) -> None:
    once = complete_inputs(inputs)

    assert once == complete_inputs(once)
    assert canonical_inputs(once) == once


@given(inputs=valid_inputs())
def test_completing_valid_inputs_is_idempotent(inputs: dict[str, Value]) -> None:
    once = complete_inputs(inputs)

    assert once == complete_inputs(once)
