import pytest
from hypothesis import given

from pulumi_azure_foundry._core.canonical import complete_inputs
from pulumi_azure_foundry._core.diffs import plan_diff
from pulumi_azure_foundry._core.fields import FIELD, FIRST_PREVIEW, TODAY
from pulumi_azure_foundry._core.shapes import Version, merge_read_back, parse_version, render_version
from pulumi_azure_foundry._core.stamps import Stamp
from pulumi_azure_foundry._core.values import Value
from tests.unit.factories import ENDPOINT, IMAGE, a_stamp, a_version, some_inputs, valid_inputs

STAMP = Stamp("0a", "1b", made_agent=True)
STAMP_TEXT = "owner=0a;fingerprint=1b;agent=created"
RESPONSES: Value = [{"protocol": "responses", "version": "2.0.0"}]


def a_reply(inputs: dict[str, Value]) -> dict[str, object]:
    """What the service answers to a POST of these inputs."""
    return {"object": "agent.version", "name": "support", "version": "3", **render_version(inputs, STAMP)}


def test_todays_body_has_every_field_at_its_place() -> None:
    telemetry: Value = {"endpoints": [{"kind": "new", "data": ["Metrics"]}]}
    inputs = some_inputs(
        cpu="0.50",
        memory="1Gi",
        environment_variables={"A": "b"},
        description="text",
        metadata={"k": "v"},
        registry_connection_id="connection",
        session_idle_timeout_seconds=600.0,
        rai_policy_name="policy",
        telemetry_config=telemetry,
        enable_memory_snapshot=True,
        triggers={"base": "2"},
        keep_versions=3,
    )

    assert {
        "definition": {
            "kind": "hosted",
            "cpu": "0.5",
            "memory": "1Gi",
            "container_configuration": {"image": IMAGE, "registry_connection_id": "connection"},
            "protocol_versions": RESPONSES,
            "environment_variables": {"A": "b"},
            "session_configuration": {"idle_timeout_seconds": 600},
            "rai_config": {"rai_policy_name": "policy"},
            "telemetry_config": telemetry,
            "enable_memory_snapshot": True,
        },
        "metadata": {"k": "v", "pulumi_azure_foundry": STAMP_TEXT},
        "description": "text",
    } == render_version(inputs, STAMP)


def test_the_first_previews_body_has_every_field_at_its_place() -> None:
    inputs = some_inputs(
        api_version=FIRST_PREVIEW,
        environment_variables={"A": "b"},
        tools=[{"type": "code_interpreter"}],
        rai_policy_name="policy",
    )

    assert {
        "definition": {
            "kind": "hosted",
            "image": IMAGE,
            "cpu": "1",
            "memory": "2Gi",
            "container_protocol_versions": [{"protocol": "responses", "version": "v1"}],
            "environment_variables": {"A": "b"},
            "tools": [{"type": "code_interpreter"}],
            "rai_config": {"rai_policy_name": "policy"},
        },
        "metadata": {"pulumi_azure_foundry": STAMP_TEXT},
    } == render_version(inputs, STAMP)


def test_what_was_not_given_is_not_sent() -> None:
    assert {
        "definition": {
            "kind": "hosted",
            "cpu": "1",
            "memory": "2Gi",
            "container_configuration": {"image": IMAGE},
            "protocol_versions": RESPONSES,
        },
        "metadata": {"pulumi_azure_foundry": STAMP_TEXT},
    } == render_version(some_inputs(enable_memory_snapshot=False), STAMP)


@given(inputs=valid_inputs())
def test_both_shapes_round_trip(inputs: dict[str, Value]) -> None:
    complete = complete_inputs(inputs)
    live = parse_version(a_reply(inputs), api_version=str(complete["api_version"]))

    expected = {n: v for n, v in complete.items() if n in FIELD and FIELD[n].is_definition and v is not False}
    assert expected == live.inputs
    assert live.stamp == STAMP


@given(inputs=valid_inputs())
def test_reading_back_what_was_posted_shows_no_difference(inputs: dict[str, Value]) -> None:
    complete = complete_inputs(inputs)

    merged = merge_read_back(complete, parse_version(a_reply(inputs), api_version=str(complete["api_version"])))

    assert complete == merged
    assert plan_diff(merged, inputs).changed == ()


@given(inputs=valid_inputs())
def test_a_lookup_reads_everything_that_makes_the_version(inputs: dict[str, Value]) -> None:
    api_version = inputs["api_version"]
    live = parse_version(a_reply(inputs), api_version=str(api_version))

    found = merge_read_back({"agent_name": "support", "project_endpoint": ENDPOINT, "api_version": api_version}, live)

    assert set(plan_diff(found, inputs).changed) <= {"triggers"}


def test_a_full_reply_is_read_in_all_its_parts() -> None:
    body: dict[str, object] = {
        "name": "support",
        "version": 7.0,
        "status": "failed",
        "created_at": 1795345468.0,
        "agent_guid": "guid",
        "instance_identity": {"principal_id": "principal", "client_id": "client", "status": "active"},
        "error": {"code": "ImageError", "message": "no image"},
        "metadata": {"pulumi_azure_foundry": STAMP_TEXT, "enableVnextExperience": "true", "k": "v"},
        "description": "",
        "definition": {
            "kind": "hosted",
            "cpu": "1.0",
            "memory": "2Gi",
            "image": "old.io/b:1",
            "container_configuration": {"image": "new.io/b:1"},
            "container_protocol_versions": [],
            "protocol_versions": RESPONSES,
            "enable_memory_snapshot": False,
        },
    }

    assert Version(
        agent_name="support",
        version="7",
        status="failed",
        error_code="ImageError",
        error_message="no image",
        created_at=1795345468,
        agent_guid="guid",
        principal_id="principal",
        client_id="client",
        stamp=STAMP,
        inputs={
            "cpu": "1",
            "memory": "2Gi",
            "image": "new.io/b:1",
            "protocol_versions": RESPONSES,
            "enable_memory_snapshot": False,
            "metadata": {"k": "v"},
        },
    ) == parse_version(body, api_version=TODAY)


def test_old_fields_are_read_also_where_todays_shape_was_asked_for() -> None:
    definition = {"image": "a.io/b:1", "container_protocol_versions": RESPONSES, "container_configuration": "odd"}

    live = parse_version({"name": "a", "version": "1", "definition": definition}, api_version=TODAY)

    assert {"image": "a.io/b:1", "protocol_versions": RESPONSES} == live.inputs


def test_the_first_previews_fields_win_where_its_shape_was_asked_for() -> None:
    definition = {"image": "old.io/b:1", "container_configuration": {"image": "new.io/b:1"}}

    live = parse_version({"name": "a", "version": "1", "definition": definition}, api_version=FIRST_PREVIEW)

    assert live.inputs["image"] == "old.io/b:1"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({}, "active", id="a_shape_without_status"),
        pytest.param({"status": None}, "active", id="null"),
        pytest.param({"status": "creating"}, "creating", id="as_it_says"),
        pytest.param({"error": {"code": "ImageError"}}, "failed", id="an_error_alone"),
    ],
)
def test_the_status_of_a_version(body: dict[str, object], expected: str) -> None:
    assert expected == parse_version(body, api_version=FIRST_PREVIEW).status


def test_an_odd_reply_is_read_as_far_as_it_goes() -> None:
    body: dict[str, object] = {
        "created_at": True,
        "metadata": None,
        "definition": {"cpu": object, "tools": ({"a": 1.0},)},
    }

    live = parse_version(body, api_version="v9")

    assert {"cpu": str(object), "tools": [{"a": 1}]} == live.inputs
    assert live.created_at is None


def recorded(**changes: Value) -> dict[str, Value]:
    return complete_inputs(some_inputs(__owner="0a", **changes))


def live_of(**changes: Value) -> Version:
    return parse_version(a_reply(some_inputs(**changes)), api_version=TODAY)


def test_a_value_that_changed_on_the_service_is_read() -> None:
    merged = merge_read_back(
        recorded(cpu="1", environment_variables={"A": "1"}),
        live_of(cpu="2", memory="4Gi", environment_variables={"A": "2"}),
    )

    expected = recorded(cpu="2", memory="4Gi", environment_variables={"A": "2"})
    assert expected == merged


def test_a_value_that_went_from_the_service_is_dropped() -> None:
    assert recorded() == merge_read_back(recorded(description="text", metadata={"k": "v"}), live_of())


def test_a_value_that_appeared_on_the_service_is_read() -> None:
    assert recorded(description="text") == merge_read_back(recorded(), live_of(description="text"))


def test_the_recorded_spelling_stays_where_it_means_the_same() -> None:
    spelled: dict[str, Value] = {**recorded(), "cpu": "1.0", "memory": "2.0Gi", "__provider": "payload", "version": "3"}

    merged = merge_read_back(spelled, live_of())

    assert {**recorded(), "cpu": "1.0", "memory": "2.0Gi"} == merged


def test_values_that_the_service_fills_in_are_no_drift() -> None:
    filled = live_of(session_idle_timeout_seconds=900, registry_connection_id="c", enable_memory_snapshot=True)

    expected = {**recorded(), "enable_memory_snapshot": True}
    assert expected == merge_read_back(recorded(), filled)


def test_inputs_that_no_version_carries_stay_as_recorded() -> None:
    before = recorded(triggers={"base": "2"}, keep_versions=3, force=True)

    assert before == merge_read_back(before, live_of())


def test_a_version_is_named_by_its_own_agent() -> None:
    version = a_version(inputs={"image": IMAGE})

    assert merge_read_back({"project_endpoint": ENDPOINT}, version)["agent_name"] == "support"
    assert a_stamp() == version.stamp


def test_a_read_keeps_what_looks_secret_and_was_never_given_out_of_the_inputs() -> None:
    live = Version("support", "1", inputs={"environment_variables": {"TOKEN": "kX9vQ2mTz7pLr4wB", "LEVEL": "info"}})

    read = merge_read_back({"agent_name": "support", "image": "a.io/b:1"}, live)

    assert {"LEVEL": "info"} == read["environment_variables"]
