import pytest

from pulumi_azure_foundry._core.fields import FIELD, FIELDS, FIRST_PREVIEW, TODAY, default_of, reference_table
from pulumi_azure_foundry._core.values import UNKNOWN, Value


def test_every_input_has_one_row() -> None:
    assert len(FIELDS) == len(FIELD)


def test_every_limit_names_its_source() -> None:
    assert [f.name for f in FIELDS if (f.low or f.high) and not f.limit_source] == []


def test_what_makes_a_version_replaces_and_everything_else_updates() -> None:
    updating = {f.name for f in FIELDS if f.effect == "update"}

    expected = {
        "timeout_seconds",
        "pull_retry_seconds",
        "keep_versions",
        "drain_timeout_seconds",
        "force",
        "keep_failed",
        "validate_resources",
    }
    assert expected == updating


@pytest.mark.parametrize(
    ("api_version", "expected"),
    [
        pytest.param(TODAY, [{"protocol": "responses", "version": "2.0.0"}], id="today"),
        pytest.param(FIRST_PREVIEW, [{"protocol": "responses", "version": "v1"}], id="first_preview"),
        pytest.param(UNKNOWN, UNKNOWN, id="a_shape_that_is_not_known_yet"),
        pytest.param("v9", None, id="no_shape"),
        pytest.param(["v1"], None, id="no_text"),
    ],
)
def test_the_default_protocol_depends_on_the_shape(api_version: Value, expected: Value) -> None:
    assert expected == default_of(FIELD["protocol_versions"], api_version)


@pytest.mark.parametrize(("api_version", "expected"), [(TODAY, False), (FIRST_PREVIEW, None), (UNKNOWN, False)])
def test_a_field_has_no_default_in_a_shape_that_lacks_it(api_version: Value, expected: Value) -> None:
    assert expected == default_of(FIELD["enable_memory_snapshot"], api_version)


def test_the_reference_table_has_one_line_for_each_input() -> None:
    lines = reference_table().splitlines()

    assert len(FIELDS) + 2 == len(lines)
    assert "| `cpu` | string | `1` | replace | Cores; allowed pairs with `memory` depend on `api_version` |" in lines
    assert (
        "| `force` | boolean | `false` | update | End live sessions when a version is removed, by a replacement too |"
        in lines
    )
    assert "| `keep_versions` | integer, 0–100 | `0` | update | Superseded active versions that stay |" in lines
    assert any(line.startswith("| `agent_name` | string | required | replace |") for line in lines)
    assert any(
        line.startswith("| `protocol_versions` | list of {protocol, version} | `responses 2.0.0`") for line in lines
    )
