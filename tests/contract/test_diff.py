"""diff, as the engine calls it: olds are recorded outputs, the answer is what the engine makes a plan of."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import OTHER_IMAGE, Agent
from tests.contract.engine_side import UNKNOWN, Provider, Stored

UNDECIDED, NONE, SOME = 0, 1, 2
"""Words of the protocol: let the engine compare inputs; nothing changed; something changed that no input shows."""


def answer(provider: Provider, agent: Agent, stored: Stored, news: dict[str, Any]) -> tuple[int, list[str]]:
    reply = provider.diff(agent.name, stored, news)
    return reply.changes, list(reply.replaces)


REPLACING: dict[str, Any] = {
    "agent_name": "another",
    "image": OTHER_IMAGE,
    "cpu": "2",
    "memory": "4Gi",
    "protocol_versions": [{"protocol": "invocations", "version": "1.0.0"}],
    "environment_variables": {"TOKEN": "hunter3-hunter3"},
    "description": "words",
    "metadata": {"team": "a"},
    "registry_connection_id": "registry",
    "session_idle_timeout_seconds": 600,
    "rai_policy_name": "/subscriptions/s/providers/Microsoft.CognitiveServices/accounts/a/raiPolicies/p",
    "telemetry_config": {"endpoints": []},
    "enable_memory_snapshot": True,
    "triggers": {"base": "2"},
    "project_endpoint": "https://b.services.ai.azure.com/api/projects/p",
}
LOCAL: dict[str, Any] = {
    "timeout_seconds": 120,
    "pull_retry_seconds": 5,
    "keep_versions": 2,
    "drain_timeout_seconds": 5,
    "force": True,
    "keep_failed": True,
    "validate_resources": False,
}
SPELLING: dict[str, Any] = {
    "cpu": "1.0",
    "memory": "2.0Gi",
    "protocol_versions": [{"version": "2.0.0", "protocol": "responses"}, {"protocol": "responses", "version": "2.0.0"}],
    "description": "",
    "metadata": {},
    "enable_memory_snapshot": False,
    "timeout_seconds": 60.0,
    "__endpoint_source": "config",
}


@pytest.mark.parametrize("name", REPLACING)
def test_what_belongs_to_the_version_replaces_it(provider: Provider, agent: Agent, name: str) -> None:
    changed = answer(provider, agent, agent.stored(), agent.inputs(**{name: REPLACING[name]}))

    assert (UNDECIDED, [name]) == changed


@pytest.mark.parametrize("name", LOCAL)
def test_behaviour_is_updated_in_place(provider: Provider, agent: Agent, name: str) -> None:
    changed = answer(provider, agent, agent.stored(), agent.inputs(**{name: LOCAL[name]}))

    assert (UNDECIDED, []) == changed


@pytest.mark.parametrize("name", SPELLING)
def test_another_spelling_is_no_change(provider: Provider, agent: Agent, name: str) -> None:
    changed = answer(provider, agent, agent.stored(), agent.inputs(**{name: SPELLING[name]}))

    assert (NONE, []) == changed


def test_equal_inputs_are_no_change(provider: Provider, agent: Agent) -> None:
    assert (NONE, []) == answer(provider, agent, agent.stored(), agent.inputs())


def test_a_removed_input_is_a_change(provider: Provider, agent: Agent) -> None:
    changed = answer(provider, agent, agent.stored(), agent.inputs(environment_variables=None))

    assert (UNDECIDED, ["environment_variables"]) == changed


def test_several_changes_are_sorted(provider: Provider, agent: Agent) -> None:
    news = agent.inputs(memory="4Gi", image=OTHER_IMAGE, cpu="2", keep_versions=3)

    assert (UNDECIDED, ["cpu", "image", "memory"]) == answer(provider, agent, agent.stored(), news)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image", UNKNOWN),
        ("environment_variables", {"TOKEN": UNKNOWN}),
        ("protocol_versions", [{"protocol": "responses", "version": UNKNOWN}]),
        ("telemetry_config", {"endpoints": [{"kind": UNKNOWN}]}),
        ("project_endpoint", UNKNOWN),
    ],
)
def test_what_is_not_known_yet_counts_as_changed(provider: Provider, agent: Agent, name: str, value: Any) -> None:
    assert (UNDECIDED, [name]) == answer(provider, agent, agent.stored(), agent.inputs(**{name: value}))


def test_another_owner_is_an_update(provider: Provider, agent: Agent) -> None:
    news = agent.inputs(__owner="abcd", __former_owners=[agent.owner])

    assert (UNDECIDED, []) == answer(provider, agent, agent.stored(), news)


def test_a_version_known_to_have_failed_is_replaced(provider: Provider, agent: Agent) -> None:
    stored = agent.stored()
    failed = Stored(stored.id, stored.inputs, {**stored.outputs, "status": "failed"})

    assert (SOME, ["status"]) == answer(provider, agent, failed, agent.inputs())


def test_a_difference_that_no_input_shows_is_said_aloud(provider: Provider, agent: Agent) -> None:
    drifted = Stored(agent.stored().id, agent.inputs(), {**agent.stored().outputs, "image": OTHER_IMAGE})

    assert (SOME, ["image"]) == answer(provider, agent, drifted, agent.inputs())


def test_outputs_of_an_older_release_are_no_change(provider: Provider, agent: Agent) -> None:
    stored = agent.stored()
    outputs = {**stored.outputs, "surprise": {"deep": [1.0]}}
    del outputs["validate_resources"]

    assert (NONE, []) == answer(provider, agent, Stored(stored.id, stored.inputs, outputs), agent.inputs())


def test_diff_deletes_nothing_first(provider: Provider, agent: Agent) -> None:
    reply = provider.diff(agent.name, agent.stored(), agent.inputs(image=OTHER_IMAGE))

    assert not reply.deleteBeforeReplace


def test_diff_sends_no_request(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    provider.diff(agent.name, agent.stored(), agent.inputs(image=OTHER_IMAGE))

    assert [] == emulator.journal()
