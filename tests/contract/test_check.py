"""check, as the engine calls it: no network, all failures at once, warnings once."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import OTHER_IMAGE, Agent
from tests.contract.engine_side import SECRET, UNKNOWN, FakeEngine, Provider


def test_good_inputs_come_back_canonical_with_their_defaults(provider: Provider, agent: Agent) -> None:
    declared = {
        "agent_name": agent.name,
        "image": OTHER_IMAGE,
        "project_endpoint": f"{agent.project_endpoint}/",
        "cpu": 1.0,
        "memory": "2.0Gi",
        "environment_variables": {"TOKEN": SECRET},
        "__owner": agent.owner,
    }

    checked = provider.check(agent.name, declared)

    expected = agent.inputs(image=OTHER_IMAGE, pull_retry_seconds=600, drain_timeout_seconds=300, timeout_seconds=1800)
    del expected["__endpoint_source"]
    expected["enable_memory_snapshot"] = False
    assert ([], expected) == (checked.failures, checked.inputs)


def test_check_is_idempotent(provider: Provider, agent: Agent) -> None:
    once = provider.check(agent.name, agent.inputs(cpu="1.0")).inputs

    twice = provider.check(agent.name, once, once).inputs

    assert once == twice


def test_whole_floats_are_whole_numbers(provider: Provider, agent: Agent) -> None:
    checked = provider.check(agent.name, agent.inputs(timeout_seconds=90.0, session_idle_timeout_seconds=600.0))

    assert [] == checked.failures
    assert ["90", "600"] == [
        f"{checked.inputs[name]:g}" for name in ("timeout_seconds", "session_idle_timeout_seconds")
    ]


def test_none_is_the_same_as_absent(provider: Provider, agent: Agent) -> None:
    declared = {**agent.inputs(), "description": None, "metadata": None, "tools": None, "cpu": None}

    checked = provider.check(agent.name, declared)

    assert [] == checked.failures
    assert ("1", False, False) == (checked.inputs["cpu"], "description" in checked.inputs, "tools" in checked.inputs)


def test_all_failures_come_at_once_sorted_and_without_a_property(provider: Provider, agent: Agent) -> None:
    wrong = agent.inputs(
        agent_name="-no-",
        cpu="3",
        memory="7Gi",
        image="no such image!",
        timeout_seconds=5,
        keep_versions=1.5,
        environment_variables={"A.B": "x", "TOKEN": 5},
        tools=[{"type": "code_interpreter"}],
    )

    failures = provider.check(agent.name, wrong).failures

    reasons = [reason for _, reason in failures]
    paths = [reason.partition(": ")[0] for reason in reasons]
    assert {""} == {path for path, _ in failures}
    assert sorted(reasons) == reasons
    assert [
        "agent_name",
        "cpu",
        'environment_variables["A.B"]',
        'environment_variables["TOKEN"]',
        "image",
        "keep_versions",
        "timeout_seconds",
        "tools",
    ] == sorted(set(paths) - {"memory"})


def test_a_failure_beside_an_unknown_is_still_found(provider: Provider, agent: Agent) -> None:
    checked = provider.check(agent.name, agent.inputs(image=UNKNOWN, timeout_seconds=5))

    assert [("", "timeout_seconds: 5 is out of range: 60 to 7200")] == checked.failures


UNKNOWNS: dict[str, dict[str, Any]] = {
    "a whole input": {"image": UNKNOWN},
    "the endpoint": {"project_endpoint": UNKNOWN},
    "the agent's name": {"agent_name": UNKNOWN},
    "the wire shape": {"api_version": UNKNOWN},
    "a number": {"timeout_seconds": UNKNOWN},
    "a map": {"environment_variables": UNKNOWN},
    "a value in a map": {"environment_variables": {"TOKEN": UNKNOWN, "LOG": "info"}},
    "a list": {"protocol_versions": UNKNOWN},
    "an entry of a list": {"protocol_versions": [UNKNOWN]},
    "a word in an entry": {"protocol_versions": [{"protocol": "responses", "version": UNKNOWN}]},
    "deep in an object": {
        "telemetry_config": {"endpoints": [{"kind": "OTLP", "endpoint": UNKNOWN, "data": [UNKNOWN]}]}
    },
    "an unknown trigger": {"triggers": {"base": UNKNOWN}},
}


@pytest.mark.parametrize("change", UNKNOWNS.values(), ids=UNKNOWNS)
def test_unknown_values_pass_at_any_depth(provider: Provider, agent: Agent, change: dict[str, Any]) -> None:
    if "telemetry_config" in change:
        change["telemetry_config"]["endpoints"][0]["protocol"] = UNKNOWN

    checked = provider.check(agent.name, agent.inputs(**change))

    assert [] == checked.failures
    assert all("Unknown" in repr(checked.inputs[name]) for name in change)


def test_a_wrong_secret_is_not_printed(provider: Provider, agent: Agent) -> None:
    wrong = agent.inputs(
        environment_variables={"TOKEN": "${" + SECRET + "}", "B.C": SECRET}, metadata={"k": 600 * "x" + SECRET}
    )

    failures = provider.check(agent.name, wrong).failures

    paths = [reason.partition(": ")[0] for _, reason in failures]
    assert ['environment_variables["B.C"]', 'environment_variables["TOKEN"]', 'metadata["k"]'] == paths


def test_a_warning_is_kept_on_the_row_and_said_once(provider: Provider, engine: FakeEngine, agent: Agent) -> None:
    mutable = agent.inputs(image="acme.azurecr.io/support:latest", environment_variables=None)

    first = provider.check(agent.name, mutable)
    second = provider.check(agent.name, mutable, first.inputs)

    kept = engine.kept(agent.name)
    assert [] == [*first.failures, *second.failures]
    assert ["WARNING"] == [severity for severity, _ in kept]
    assert kept[0][1].startswith("image: ")


def test_two_resources_with_the_same_warning_both_get_it(
    provider: Provider, engine: FakeEngine, agent: Agent, other_agent: Agent
) -> None:
    for one in (agent, other_agent):
        provider.check(one.name, one.inputs(image="acme.azurecr.io/support:latest", environment_variables=None))

    assert [1, 1] == [len(engine.kept(one.name)) for one in (agent, other_agent)]


def test_an_endpoint_moved_by_the_environment_names_both_and_the_config_key(provider: Provider, agent: Agent) -> None:
    here, there = (f"https://{name}.services.ai.azure.com/api/projects/p" for name in "ab")
    olds = agent.inputs(project_endpoint=here)
    news = agent.inputs(project_endpoint=there, __endpoint_source="AZURE_AI_PROJECT_ENDPOINT")

    failures = provider.check(agent.name, news, olds).failures

    reason = (
        f"project_endpoint: AZURE_AI_PROJECT_ENDPOINT now says {there}, but this version lives in {here}. If the move "
        f"is meant, run `pulumi config set azure-foundry:projectEndpoint {there}`; otherwise set the variable back"
    )
    assert [("", reason)] == failures


def test_two_declarations_with_one_owner_are_refused(provider: Provider, agent: Agent, other_agent: Agent) -> None:
    provider.check(agent.name, agent.inputs())

    failures = provider.check(other_agent.name, other_agent.inputs(__owner=agent.owner)).failures

    assert len(failures) == 1
    assert failures[0][1].startswith(
        "__owner: another declaration with this name and parent name exists (urn:pulumi:dev::"
    )


def test_a_renamed_declaration_keeps_its_former_owner(provider: Provider, agent: Agent) -> None:
    olds = agent.inputs(__owner="aaaa", __former_owners=["bbbb"])

    first = provider.check(agent.name, agent.inputs(), olds)
    # The engine checks a replacement a second time, without the old inputs.
    second = provider.check(agent.name, agent.inputs())

    assert [["bbbb", "aaaa"]] * 2 == [sorted(c.inputs["__former_owners"], reverse=True) for c in (first, second)]


def test_check_and_diff_send_no_request(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    provider.check(agent.name, agent.inputs())
    provider.diff(agent.name, agent.stored(), agent.inputs(cpu="2", memory="4Gi"))

    assert [] == emulator.journal()
