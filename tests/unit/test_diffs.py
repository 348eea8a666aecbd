import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.canonical import complete_inputs, sort_key
from pulumi_azure_foundry._core.diffs import Diff, plan_diff
from pulumi_azure_foundry._core.fields import FIELD, FIELDS
from pulumi_azure_foundry._core.values import UNKNOWN, Value, contains_unknown
from tests.unit.factories import DIGEST, some_inputs, texts, valid_inputs, values

ANOTHER: dict[str, Value] = {
    "agent_name": "other",
    "image": f"acme.azurecr.io/other@{DIGEST}",
    "cpu": "2",
    "memory": "4Gi",
    "protocol_versions": [{"protocol": "a2a", "version": "1.0.0"}],
    "environment_variables": {"A": "b"},
    "description": "text",
    "metadata": {"a": "b"},
    "tools": [{"type": "x"}],
    "registry_connection_id": "c",
    "session_idle_timeout_seconds": 120,
    "rai_policy_name": "p",
    "telemetry_config": {"endpoints": []},
    "enable_memory_snapshot": True,
    "triggers": {"a": "b"},
    "project_endpoint": "https://x/api/projects/y",
    "api_version": "2025-11-15-preview",
    "timeout_seconds": 60,
    "pull_retry_seconds": 0,
    "keep_versions": 1,
    "drain_timeout_seconds": 0,
    "force": True,
    "keep_failed": True,
    "validate_resources": False,
}


@pytest.mark.parametrize("name", sorted(FIELD))
def test_each_changed_input_has_the_effect_of_its_row(name: str) -> None:
    diff = plan_diff(some_inputs(), some_inputs(**{name: ANOTHER[name]}))

    assert name in diff.changed
    assert (name in diff.replaces) == (FIELD[name].effect == "replace")


@pytest.mark.parametrize("name", sorted(FIELD))
def test_each_input_that_is_not_known_yet_counts_as_changed(name: str) -> None:
    assert name in plan_diff(some_inputs(), some_inputs(**{name: UNKNOWN})).changed


def test_a_value_inside_a_map_that_is_not_known_yet_counts_as_changed() -> None:
    olds = some_inputs(environment_variables={"A": "1"})

    diff = plan_diff(olds, some_inputs(environment_variables={"A": UNKNOWN}))

    assert Diff(("environment_variables",), ("environment_variables",)) == diff


def test_another_spelling_changes_nothing() -> None:
    olds = some_inputs(cpu="1", memory="2Gi", timeout_seconds=1800)

    assert Diff((), ()) == plan_diff(
        olds, some_inputs(cpu="1.00", memory="2.0Gi", timeout_seconds=1800.0, description="")
    )


def test_a_default_that_is_written_out_changes_nothing() -> None:
    assert Diff((), ()) == plan_diff(some_inputs(), some_inputs(cpu="1", force=False, api_version="v1"))


def test_computed_outputs_among_the_old_values_change_nothing() -> None:
    olds = {**some_inputs(), "version": "3", "status": "active", "principal_id": None, "__provider": "x"}

    assert Diff((), ()) == plan_diff(olds, some_inputs())


def test_another_owner_is_an_update() -> None:
    assert Diff(("__owner",), ()) == plan_diff(some_inputs(__owner="a"), some_inputs(__owner="b"))


def test_an_owner_where_none_is_on_record_changes_nothing() -> None:
    assert Diff((), ()) == plan_diff(some_inputs(), some_inputs(__owner="b"))


@given(olds=valid_inputs(), news=valid_inputs())
def test_a_diff_is_empty_exactly_for_equal_canonical_values(olds: dict[str, Value], news: dict[str, Value]) -> None:
    before, after = complete_inputs(olds), complete_inputs(news)

    assert (before == after) == (plan_diff(olds, news).changed == ())
    assert plan_diff(olds, dict(olds)) == Diff((), ())


@given(
    olds=st.dictionaries(st.sampled_from(sorted(FIELD)), values, max_size=4),
    news=st.dictionaries(st.one_of(st.sampled_from(sorted(FIELD)), texts), values, max_size=4),
)
def test_a_diff_is_total(olds: dict[str, Value], news: dict[str, Value]) -> None:
    before, after = complete_inputs(olds), complete_inputs(news)

    diff = plan_diff(olds, news)

    expected = {
        field.name
        for field in FIELDS
        if any(contains_unknown(side.get(field.name)) for side in (before, after))
        or sort_key(before.get(field.name)) != sort_key(after.get(field.name))
    }
    assert expected == set(diff.changed)
    assert list(diff.changed) == sorted(diff.changed)
    assert set(diff.replaces) <= set(diff.changed)
