"""update, as the engine calls it: for behaviour inputs, for a new owner, and after every init error."""

from __future__ import annotations

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import IMAGE, Agent
from tests.contract.engine_side import CallError, Provider, Stored
from tests.contract.service import Service


def unready(provider: Provider, agent: Agent) -> Stored:
    """What a create whose time was over left in state."""
    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(timeout_seconds=0))
    assert caught.value.stored is not None
    return caught.value.stored


def test_a_behaviour_change_sends_no_request(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    news = agent.inputs(keep_versions=3, __owner="abcd", __former_owners=[agent.owner])

    updated = provider.update(agent.name, agent.stored(), news)

    assert {**news, "version": "1", "status": "active"} == updated.outputs
    assert [] == emulator.journal()


def test_an_input_taken_away_leaves_the_outputs(provider: Provider, agent: Agent) -> None:
    updated = provider.update(agent.name, agent.stored(surprise=1), agent.inputs())

    assert "surprise" not in updated.outputs


def test_a_version_that_was_not_ready_is_waited_for(
    provider: Provider, next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 3.0
    stored = unready(provider, agent)

    updated = next_command.update(agent.name, stored, agent.inputs())

    assert (f"{agent.name}/1", "active") == (updated.id, updated.outputs["status"])
    assert agent.inputs().items() <= updated.outputs.items()
    assert ["1"] == service.versions(agent.name)


def test_a_version_that_is_still_not_ready_stays_recorded(
    provider: Provider, next_command: Provider, emulator: Emulator, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    stored = unready(provider, agent)

    with pytest.raises(CallError) as caught:
        next_command.update(agent.name, stored, agent.inputs(timeout_seconds=0))

    assert caught.value.stored is not None
    assert (stored.id, "creating") == (caught.value.stored.id, caught.value.stored.outputs["status"])
    assert stored.init_errors == caught.value.stored.init_errors


def test_a_version_that_failed_meanwhile_is_recorded_as_failed_and_then_replaced(
    provider: Provider, next_command: Provider, emulator: Emulator, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "missing", seconds=1000)
    stored = unready(provider, agent)
    emulator.clock.advance(1000)

    with pytest.raises(CallError) as caught:
        next_command.update(agent.name, stored, agent.inputs())
    failed = caught.value.stored
    assert failed is not None
    planned = next_command.diff(agent.name, failed, agent.inputs())

    assert caught.value.text.startswith(f"update hosted agent '{agent.name}' version 1: AcrImageNotFound — ")
    assert ("failed", ["status"]) == (failed.outputs["status"], list(planned.replaces))


def test_a_version_that_vanished_meanwhile_names_the_way_out(
    provider: Provider, next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    stored = unready(provider, agent)
    service.delete_version(agent.name, "1")

    with pytest.raises(CallError) as caught:
        next_command.update(agent.name, stored, agent.inputs())

    assert (
        f"update hosted agent: version 1 of agent '{agent.name}' is gone\nDo: run `pulumi refresh`, then `pulumi up`."
    ) == caught.value.text
