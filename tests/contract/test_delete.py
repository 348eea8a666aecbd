"""delete, as the engine calls it: the tail of a replacement, or the end of a declaration.

*provider* is the command that made a version, *next_command* a later one, which knows only what it was asked to check.
"""

from __future__ import annotations

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import OTHER_IMAGE, Agent
from tests.contract.engine_side import CallError, FakeEngine, Provider, Stored
from tests.contract.service import Service

THIRD_IMAGE = "acme.azurecr.io/support@sha256:" + 64 * "3"


def test_a_version_made_in_this_command_is_never_deleted(provider: Provider, service: Service, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())

    provider.delete(agent.name, stored)

    assert ["1"] == service.versions(agent.name)


def test_replacing_an_unchanged_version_keeps_it(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())

    next_command.check(agent.name, agent.inputs(), stored.inputs)
    again = next_command.create(agent.name, agent.inputs())
    next_command.delete(agent.name, stored)

    assert (stored.id, ["1"]) == (again.id, service.versions(agent.name))


def test_the_tail_of_a_replacement_removes_the_old_version(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())

    replace(next_command, agent, stored)

    assert ["2"] == service.versions(agent.name)


def test_keep_versions_leaves_the_newest_superseded_ones(
    provider: Provider, next_command: Provider, last_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())

    for command, image in ((next_command, OTHER_IMAGE), (last_command, THIRD_IMAGE)):
        stored = replace(command, agent, stored, image=image, keep_versions=1)

    assert ["2", "3"] == service.versions(agent.name)


def test_the_programs_wish_for_keep_versions_counts_not_the_recorded_one(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs(keep_versions=5))

    replace(next_command, agent, stored, keep_versions=0)

    assert ["2"] == service.versions(agent.name)


def test_a_version_that_serves_is_left_with_a_warning(
    provider: Provider, next_command: Provider, engine: FakeEngine, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.route(agent.name, v1=100)

    replace(next_command, agent, stored)

    left = f"version 1 of agent '{agent.name}' was left in place: 100 % of the traffic goes to it"
    assert ["1", "2"] == service.versions(agent.name)
    assert [left] == [text for _, text in engine.kept(agent.name) if "left" in text]


def test_what_was_left_goes_with_the_next_replacement(
    provider: Provider, next_command: Provider, last_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.route(agent.name, v1=100)
    stored = replace(next_command, agent, stored)
    service.route(agent.name, v2=100)

    replace(last_command, agent, stored, image=THIRD_IMAGE)

    assert ["2", "3"] == service.versions(agent.name)


def test_live_sessions_keep_a_superseded_version_with_a_warning(
    provider: Provider, next_command: Provider, engine: FakeEngine, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.open_session(agent.name, "1")

    replace(next_command, agent, stored)

    left = (
        f"version 1 of agent '{agent.name}' has live sessions and was left to drain; "
        "it goes with the next replacement or destroy"
    )
    assert ["1", "2"] == service.versions(agent.name)
    assert [left] == [text for _, text in engine.kept(agent.name) if "left" in text]


def test_force_ends_the_sessions_of_a_superseded_version(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs(force=True))
    service.open_session(agent.name, "1")

    replace(next_command, agent, stored, force=True)

    assert ["2"] == service.versions(agent.name)


def test_destroy_removes_all_versions_and_the_agent_we_made(
    provider: Provider, next_command: Provider, last_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    stored = replace(next_command, agent, stored, keep_versions=5)
    assert ["1", "2"] == service.versions(agent.name)

    last_command.delete(agent.name, stored)

    assert ([], None) == (service.versions(agent.name), service.agent(agent.name))


@pytest.mark.parametrize("word", ["removed", "stays"])
def test_destroy_leaves_nothing_whatever_becomes_of_an_empty_agent(
    provider: Provider, next_command: Provider, emulator: Emulator, service: Service, agent: Agent, word: str
) -> None:
    emulator.settings.switches["agent_after_last_version"] = word
    stored = provider.create(agent.name, agent.inputs())

    next_command.delete(agent.name, stored)

    assert service.agent(agent.name) is None


def test_destroy_leaves_an_agent_that_others_made(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    service.make_version(agent.name)
    stored = provider.create(agent.name, agent.inputs())
    service.route(agent.name, v1=100)

    next_command.delete(agent.name, stored)

    assert ["1"] == service.versions(agent.name)


def test_an_empty_agent_of_others_stays_with_a_sentence(
    provider: Provider, next_command: Provider, engine: FakeEngine, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["agent_after_last_version"] = "stays"
    number = service.make_version(agent.name)
    stored = provider.create(agent.name, agent.inputs())
    service.delete_version(agent.name, number)

    next_command.delete(agent.name, stored)

    assert service.agent(agent.name) is not None
    assert [("WARNING", f"agent '{agent.name}' stays: it was not made by this program")] == engine.kept(agent.name)


def test_destroy_is_refused_while_traffic_names_a_version_beside_others(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.make_version(agent.name)
    service.route(agent.name, v1=90, v2=10)

    with pytest.raises(CallError) as caught:
        next_command.delete(agent.name, stored)

    assert (
        f"delete hosted agent '{agent.name}': traffic still goes to version 1 (90 %), and the agent has versions of "
        "others: route it elsewhere first"
    ) == caught.value.text
    assert ["1", "2"] == service.versions(agent.name)


def test_destroy_waits_for_sessions_and_then_says_so(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.open_session(agent.name, "1")

    with pytest.raises(CallError) as caught:
        next_command.delete(agent.name, stored)

    assert (
        f"delete hosted agent '{agent.name}' version 1: it still has live sessions after 0 s\n"
        "Cause: sessions stay on the version they began on. Do: run the command again later, raise "
        "drain_timeout_seconds, or set force=True and run `pulumi up` first to end them. State is kept."
    ) == caught.value.text
    assert ["1"] == service.versions(agent.name)


def test_destroy_succeeds_once_the_sessions_have_ended(
    provider: Provider, next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs(drain_timeout_seconds=60))
    service.open_session(agent.name, "1")
    struck = emulator.fault(method="DELETE", path=f"/agents/{agent.name}/versions/1", action="delay", delay=0.0)
    assert struck.seen == 0
    emulator.clock.advance(emulator.settings.session_seconds + 1)

    next_command.delete(agent.name, stored)

    assert [] == service.versions(agent.name)


def test_force_ends_sessions_at_destroy(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs(force=True))
    service.open_session(agent.name, "1")

    next_command.delete(agent.name, stored)

    assert [] == service.versions(agent.name)


def test_what_is_not_there_is_deleted(next_command: Provider, agent: Agent) -> None:
    next_command.delete(agent.name, agent.stored())


def test_a_renamed_declaration_deletes_what_it_made_under_its_former_name(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs(__owner="aaaa"))
    renamed = provider.update(agent.name, stored, agent.inputs(__owner="bbbb", __former_owners=["aaaa"]))

    next_command.delete("renamed", renamed)

    assert ([], None) == (service.versions(agent.name), service.agent(agent.name))


def test_a_removed_declaration_leaves_its_neighbour_on_the_same_agent(
    provider: Provider, next_command: Provider, service: Service, agent: Agent
) -> None:
    first = provider.create("first", agent.inputs(__owner=f"{agent.owner}a"))
    provider.create("second", agent.inputs(__owner=f"{agent.owner}b", image=OTHER_IMAGE))
    service.route(agent.name, v2=100)

    next_command.delete("first", first)

    assert ["2"] == service.versions(agent.name)


def replace(command: Provider, agent: Agent, stored: Stored, *, image: str = OTHER_IMAGE, **changes: object) -> Stored:
    """A replacement as the engine does it: check, check again, create, delete the old one."""
    news = agent.inputs(image=image, **changes)
    command.check(agent.name, news, stored.inputs)
    checked = command.check(agent.name, news).inputs
    made = command.create(agent.name, checked)
    command.delete(agent.name, stored)
    return made
