"""What a cut, refused or repeated command must neither leave behind nor take along."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import IMAGE, OTHER_IMAGE, Agent
from tests.contract.engine_side import CallError, FakeEngine, Provider, Stored
from tests.contract.service import Service
from tests.contract.test_delete import replace

THIRD_IMAGE = "acme.azurecr.io/support@sha256:" + 64 * "3"


def test_an_older_version_that_is_in_state_again_survives_a_deletion_left_over_from_a_cut_command(
    new_command: Callable[[], Provider], emulator: Emulator, service: Service, agent: Agent
) -> None:
    """A→B→A where the service answers with the first version, and the deletion of B is repeated by the next command."""
    emulator.settings.switches["dedupe"] = "any"
    first = new_command().create(agent.name, agent.inputs(keep_versions=1))
    second = replace(new_command(), agent, first, keep_versions=1)
    cut = new_command()
    cut.check(agent.name, agent.inputs(keep_versions=1), second.inputs)
    back = cut.create(agent.name, agent.inputs(keep_versions=1))
    assert first.id == back.id

    command = new_command()
    leave(command, agent.name, agent.inputs(keep_versions=0), back)
    command.delete(agent.name, second)

    assert [back.number] == service.versions(agent.name)


def test_a_name_given_away_by_an_alias_and_used_anew_keeps_both_versions(
    new_command: Callable[[], Provider], service: Service, agent: Agent
) -> None:
    renamed = {"__owner": 16 * "b"}
    first, second, third = new_command(), new_command(), new_command()
    old = first.create("a", agent.inputs())
    alias = second.update("a", old, second.check("b", agent.inputs(**renamed), old.inputs).inputs)
    anew = second.create("a", second.check("a", agent.inputs(image=OTHER_IMAGE)).inputs)

    leave(third, "a", agent.inputs(image=OTHER_IMAGE), anew)
    newer = third.create("b", third.check("b", agent.inputs(**renamed, image=THIRD_IMAGE), alias.inputs).inputs)
    third.delete("b", alias)

    assert [anew.number, newer.number] == service.versions(agent.name)


def test_ctrl_c_while_roles_spread_leaves_no_agent_behind(
    new_command: Callable[[], Provider], emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["agent_after_last_version"] = "stays"
    emulator.images.set(IMAGE, "image_pull_failed")
    command = new_command()
    pending = command.begin_create(agent.name, agent.inputs(pull_retry_seconds=600, timeout_seconds=600))
    until = time.monotonic() + 30
    while time.monotonic() < until and (service.agent(agent.name) is None or service.versions(agent.name)):
        time.sleep(0.1)

    command.cancel()

    with pytest.raises(CallError, match="interrupted while waiting"):
        pending()
    assert service.agent(agent.name) is None


def test_nothing_is_posted_after_ctrl_c(
    new_command: Callable[[], Provider], emulator: Emulator, service: Service, agent: Agent
) -> None:
    look = emulator.hold("GET", "/agents/*/versions")
    command = new_command()
    pending = command.begin_create(agent.name, agent.inputs())
    look.wait()

    command.cancel()
    look.clear()

    with pytest.raises(CallError, match="interrupted before a version was made"):
        pending()
    assert service.agent(agent.name) is None


def test_a_repeated_creation_that_fails_again_leaves_no_agent_behind(
    new_command: Callable[[], Provider], emulator: Emulator, service: Service, agent: Agent
) -> None:
    """The first run was cut after the version had failed and before it was removed."""
    emulator.settings.switches["agent_after_last_version"] = "stays"
    emulator.images.set(IMAGE, "container_crashed")
    fault = emulator.fault(method="DELETE", path="/agents/*/versions/*", times=9, status=500)
    with pytest.raises(CallError, match="Removing it failed as well"):
        new_command().create(agent.name, agent.inputs())
    fault.clear()

    with pytest.raises(CallError, match="The failed version was removed"):
        new_command().create(agent.name, agent.inputs())

    assert service.agent(agent.name) is None


def test_versions_that_are_still_shown_as_deleted_keep_no_agent(
    provider: Provider, next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["agent_after_last_version"] = "stays"
    emulator.settings.switches["deleted_visible_seconds"] = 600.0
    emulator.settings.switches["deleted_visible_as"] = "deleting"
    stored = provider.create(agent.name, agent.inputs())

    next_command.delete(agent.name, stored)

    assert service.agent(agent.name) is None


def test_an_agent_that_is_gone_is_not_said_to_stay(
    provider: Provider, next_command: Provider, engine: FakeEngine, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.delete_version(agent.name, stored.number)

    next_command.delete(agent.name, stored)

    assert service.agent(agent.name) is None
    assert [] == engine.kept(agent.name)


def test_the_same_number_in_an_agent_that_somebody_made_anew_is_not_ours(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.delete_version(agent.name, stored.number)
    assert stored.number == service.make_version(agent.name)

    assert next_command.read(agent.name, stored) is None
    next_command.delete(agent.name, stored)

    assert [stored.number] == service.versions(agent.name)


def leave(command: Provider, name: str, news: dict[str, object], stored: Stored) -> None:
    """What the engine does about an unchanged or updated resource before it deletes anything."""
    command.diff(name, stored, command.check(name, news, stored.inputs).inputs)
