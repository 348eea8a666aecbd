"""create, as the engine calls it: however often it is cut or repeated, exactly one version of ours."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import IMAGE, OTHER_IMAGE, Agent
from tests.contract.engine_side import SECRET, CallError, FakeEngine, Provider
from tests.contract.service import Service

POST = {"method": "POST", "path": "/agents/*/versions"}


def test_a_version_is_made_and_waited_for(provider: Provider, service: Service, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())

    assert ["1"] == service.versions(agent.name)
    assert (f"{agent.name}/1", "1", "active") == (stored.id, stored.outputs["version"], stored.outputs["status"])
    assert {"agent_guid", "principal_id", "client_id", "created_at"} < set(stored.outputs)


def test_outputs_are_the_inputs_and_nothing_made_of_them(provider: Provider, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs(metadata={"team": "a"}))

    computed = {"version", "status", "agent_guid", "principal_id", "client_id", "created_at", "__made_agent"}
    assert agent.inputs(metadata={"team": "a"}) == {k: v for k, v in stored.outputs.items() if k not in computed}
    assert computed == set(stored.outputs) - set(agent.inputs(metadata={}))


def test_whole_numbers_are_sent_as_whole_numbers(provider: Provider, service: Service, agent: Agent) -> None:
    provider.create(agent.name, agent.inputs(session_idle_timeout_seconds=600.0))

    sent = service.bodies(agent.name)[0]["definition"]["session_configuration"]["idle_timeout_seconds"]
    assert "600" == repr(sent)


def test_the_stamp_travels_in_one_metadata_pair(provider: Provider, service: Service, agent: Agent) -> None:
    provider.create(agent.name, agent.inputs(metadata={"team": "a"}))

    metadata = service.bodies(agent.name)[0]["metadata"]
    stamp = metadata.pop("pulumi_azure_foundry")
    assert {"team": "a"} == metadata
    assert [f"owner={agent.owner}", "agent=created"] == [part for part in stamp.split(";") if "fingerprint" not in part]


def test_the_first_previews_shape_is_spoken(provider: Provider, service: Service, agent: Agent) -> None:
    inputs = agent.inputs(
        api_version="2025-11-15-preview",
        protocol_versions=[{"protocol": "responses", "version": "v1"}],
        tools=[{"type": "code_interpreter"}],
    )

    stored = provider.create(agent.name, inputs)

    assert ("active", IMAGE) == (stored.outputs["status"], stored.outputs["image"])
    assert {"2025-11-15-preview"} == {entry["query"]["api-version"] for entry in service.requests()}


@pytest.mark.parametrize("after", [True, False], ids=["after the work", "before the work"])
def test_a_create_killed_at_its_post_ends_with_one_version(
    new_command: Callable[[], Provider],
    next_command: Provider,
    emulator: Emulator,
    service: Service,
    agent: Agent,
    after: bool,
) -> None:
    killed = new_command()
    hold = emulator.hold("POST", "/agents/*/versions", after=after)
    cut = killed.begin_create(agent.name, agent.inputs())
    hold.wait(60)
    killed.kill()
    assert cut.call is not None
    hold.release(drop=not after)

    stored = next_command.create(agent.name, agent.inputs())

    assert (["1"], "1") == (service.versions(agent.name), stored.number)


def test_a_create_killed_while_waiting_is_gone_on_with(
    new_command: Callable[[], Provider], next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    killed = new_command()
    hold = emulator.hold("GET", f"/agents/{agent.name}/versions/1")
    cut = killed.begin_create(agent.name, agent.inputs())
    hold.wait(60)
    killed.kill()
    assert cut.call is not None
    hold.clear()
    emulator.clock.advance(1000)

    stored = next_command.create(agent.name, agent.inputs())

    assert (["1"], "1") == (service.versions(agent.name), stored.number)
    assert 1 == len(service.requests("POST", "/versions"))


def test_a_version_killed_and_failed_meanwhile_is_made_anew(
    new_command: Callable[[], Provider], next_command: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "missing", times=1)
    killed = new_command()
    hold = emulator.hold("GET", f"/agents/{agent.name}/versions/1")
    cut = killed.begin_create(agent.name, agent.inputs())
    hold.wait(60)
    killed.kill()
    assert cut.call is not None
    hold.clear()

    stored = next_command.create(agent.name, agent.inputs())

    assert ([stored.number], "active") == (service.versions(agent.name), stored.outputs["status"])


CUTS: dict[str, dict[str, Any]] = {
    "500 before the work": {"status": 500},
    "500 after the work": {"status": 500, "after": True},
    "503 with Retry-After": {"status": 503, "retry_after": "1"},
    "429": {"status": 429, "retry_after": "1"},
    "connection lost before the work": {"action": "reset"},
    "connection lost after the work": {"action": "drop_after"},
    "an answer cut in the middle": {"action": "truncate"},
}


@pytest.mark.parametrize("fault", CUTS.values(), ids=CUTS)
def test_an_open_answer_to_the_post_ends_with_one_version(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent, fault: dict[str, Any]
) -> None:
    emulator.fault(**POST, **fault)

    stored = provider.create(agent.name, agent.inputs())

    assert [stored.number] == service.versions(agent.name)


def test_a_post_that_stays_disturbed_is_given_up(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.fault(**POST, times=0, status=429, retry_after="0.2", message=f"busy with {SECRET}")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    assert (
        f"create hosted agent '{agent.name}': server_error — busy with [secret]" == caught.value.text.partition("\n")[0]
    )
    assert ([], None) == (service.versions(agent.name), service.agent(agent.name))
    assert 5 == len(service.requests("POST", "/versions"))


def test_a_refused_definition_is_posted_once(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.fault(**POST, times=0, status=400, code="bad_request", message=f"TOKEN={SECRET} is bad")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    assert (
        f"create hosted agent '{agent.name}': bad_request — TOKEN=[secret] is bad" == caught.value.text.split("\n")[0]
    )
    assert caught.value.stored is None
    assert 1 == len(service.requests("POST", "/versions"))


def test_a_credential_without_the_role_is_told_which(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    emulator.fault(path="/agents/**", times=0, status=403, code="PermissionDenied", message="no action")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    first, second = caught.value.text.split("\n")
    assert f"create hosted agent '{agent.name}': PermissionDenied — no action" == first
    assert "Owner and Contributor are not enough" in second


def test_a_failed_version_is_removed_and_explained(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "missing", message=f"manifest unknown (env {SECRET})")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    assert (
        f"create hosted agent '{agent.name}' version 1: AcrImageNotFound — manifest unknown (env [secret])\n"
        "The failed version was removed. Cause: acme.azurecr.io has no such image. Do: check repository, tag and "
        "digest in `image`, push the image for linux/amd64 if it is missing, and run again."
    ) == caught.value.text
    assert caught.value.stored is None
    assert ([], None) == (service.versions(agent.name), service.agent(agent.name))


def test_a_failed_version_whose_answer_was_lost_leaves_no_empty_agent(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["agent_after_last_version"] = "stays"
    emulator.images.set(IMAGE, "missing")
    emulator.fault(**POST, action="drop_after")

    with pytest.raises(CallError):
        provider.create(agent.name, agent.inputs())

    assert service.agent(agent.name) is None


def test_keep_failed_leaves_the_version(provider: Provider, emulator: Emulator, service: Service, agent: Agent) -> None:
    emulator.images.set(IMAGE, "missing")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(keep_failed=True))

    assert ["1"] == service.versions(agent.name)
    assert "\nThe failed version is still on the service. Cause: " in caught.value.text


def test_a_failed_version_takes_no_agent_of_others_with_it(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    service.make_version(agent.name)
    emulator.images.set(IMAGE, "missing")

    with pytest.raises(CallError):
        provider.create(agent.name, agent.inputs())

    assert ["1"] == service.versions(agent.name)


def test_a_failed_version_that_cannot_be_removed_is_said_so(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "missing")
    emulator.fault(method="DELETE", path="/agents/*/versions/*", times=0, status=403, code="denied", message="no")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    assert ["1"] == service.versions(agent.name)
    assert "The failed version is still on the service." in caught.value.text
    assert "Removing it failed as well: no" in caught.value.text


def test_an_identical_version_of_others_is_never_adopted(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["metadata_counts_for_dedupe"] = False
    service.make_version(agent.name, image=IMAGE)

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(environment_variables=None))

    assert (
        f"create hosted agent '{agent.name}': version 1 of agent '{agent.name}' already has this definition, and it "
        "was not made by this package\n"
        "Cause: the service answers an identical definition with the version that already has it. Do: after a rename "
        "give the resource `aliases`; keep one resource per release; or make the definition differ, by `triggers` or, "
        "where the service compares no metadata, by an environment variable."
    ) == caught.value.text
    assert ["1"] == service.versions(agent.name)


def test_a_version_of_another_declaration_is_never_adopted(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.switches["metadata_counts_for_dedupe"] = False
    provider.create("one", agent.inputs())

    with pytest.raises(CallError) as caught:
        provider.create("two", agent.inputs(__owner="abcdef"))

    assert "already has this definition, and it belongs to another declaration" in caught.value.text
    assert ["1"] == service.versions(agent.name)


def test_going_back_to_an_earlier_definition_makes_a_new_version(
    provider: Provider, service: Service, agent: Agent
) -> None:
    numbers = [provider.create(agent.name, agent.inputs(image=image)).number for image in (IMAGE, OTHER_IMAGE, IMAGE)]

    assert (["1", "2", "3"], numbers) == (numbers, service.versions(agent.name))


def test_a_pull_refused_while_the_role_spreads_is_tried_again(
    provider: Provider, engine: FakeEngine, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "no_pull_right", times=1)

    stored = provider.create(agent.name, agent.inputs(pull_retry_seconds=60))

    assert ([stored.number], "active") == (service.versions(agent.name), stored.outputs["status"])
    waiting = [line.text for line in engine.row(agent.name) if "role assignments" in line.text]
    assert 1 == len(waiting)
    assert waiting[0].startswith(
        "UnauthorizedAcrPull: waiting for role assignments to spread; next try in 5 s, last one in "
    )


def test_without_a_budget_a_refused_pull_fails_at_once(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "no_pull_right")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(pull_retry_seconds=0))

    assert "Cause: the project's managed identity may not pull from acme.azurecr.io." in caught.value.text
    assert ([], 1) == (service.versions(agent.name), len(service.requests("POST", "/versions")))


def test_a_deadline_saves_what_was_made(provider: Provider, emulator: Emulator, service: Service, agent: Agent) -> None:
    emulator.settings.provisioning_seconds = 1000.0

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(timeout_seconds=1))

    stored = caught.value.stored
    assert stored is not None
    reason = (
        f"version 1 of agent '{agent.name}' is still 'creating' after 1 s (timeout_seconds)\n"
        "It is recorded in state. Do: run `pulumi up` again, which goes on waiting for it."
    )
    assert ((reason,), reason) == (stored.init_errors, caught.value.text)
    assert (f"{agent.name}/1", agent.inputs(timeout_seconds=1)) == (stored.id, stored.inputs)
    assert ("1", "creating") == (stored.outputs["version"], stored.outputs["status"])
    assert ["1"] == service.versions(agent.name)


def test_ctrl_c_saves_what_was_made_within_a_second_or_two(
    new_command: Callable[[], Provider], engine: FakeEngine, emulator: Emulator, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    command = new_command()
    create = command.begin_create(agent.name, agent.inputs())
    wait_until(lambda: any("creating" in line.text for line in engine.row(agent.name)))

    pressed = time.monotonic()
    command.cancel()
    with pytest.raises(CallError) as caught:
        create()

    assert time.monotonic() - pressed < 5
    assert caught.value.stored is not None
    assert f"{agent.name}/1" == caught.value.stored.id
    assert caught.value.text.startswith(
        f"version 1 of agent '{agent.name}' is still 'creating' as the command was interr"
    )


def test_somebody_deleting_it_meanwhile_is_a_failure(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    hold = emulator.hold("GET", f"/agents/{agent.name}/versions/1")
    create = provider.begin_create(agent.name, agent.inputs())
    hold.wait(60)
    service.delete_version(agent.name, "1")
    hold.clear()

    with pytest.raises(CallError) as caught:
        create()

    assert (
        f"create hosted agent '{agent.name}' version 1: somebody deleted it while it was made"
        == (caught.value.text.split("\n")[0])
    )
    assert caught.value.stored is None


@pytest.mark.parametrize("word", ["active", "failed"])
def test_a_status_said_once_is_not_believed(provider: Provider, emulator: Emulator, agent: Agent, word: str) -> None:
    emulator.settings.provisioning_seconds = 2.0
    emulator.fault(method="GET", path=f"/agents/{agent.name}/versions/1", action="lie", word=word)
    begin = time.monotonic()

    stored = provider.create(agent.name, agent.inputs())

    assert "active" == stored.outputs["status"]
    assert time.monotonic() - begin >= 2


def test_a_poll_that_fails_is_repeated(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    emulator.fault(method="GET", path=f"/agents/{agent.name}/versions/1", times=2, status=503)

    assert "active" == provider.create(agent.name, agent.inputs()).outputs["status"]


def test_status_lines_are_on_the_row_and_gone_at_the_end(
    provider: Provider, engine: FakeEngine, emulator: Emulator, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1.0

    provider.create(agent.name, agent.inputs())

    lines = engine.row(agent.name)
    assert {("INFO", True)} == {(line.severity, line.ephemeral) for line in lines}
    assert [
        f"looking for versions of '{agent.name}'",
        "version 1: creating for … s",
        "version 1: active after … s, looking once more",
        "",
    ] == [re.sub(r"\d+ s\b", "… s", line.text) for line in lines]


def test_a_failed_create_clears_its_row_too(
    provider: Provider, engine: FakeEngine, emulator: Emulator, agent: Agent
) -> None:
    emulator.fault(**POST, status=400)

    with pytest.raises(CallError):
        provider.create(agent.name, agent.inputs())

    assert "" == engine.row(agent.name)[-1].text


def test_sixty_four_creates_take_about_as_long_as_one(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 2.0
    names = [f"{agent.name}-{number}" for number in range(64)]
    begin = time.monotonic()

    creates = [
        provider.begin_create(name, agent.inputs(agent_name=name, __owner=f"{agent.owner}{index:x}"))
        for index, name in enumerate(names)
    ]
    stored = [create() for create in creates]

    # Four slots, as the SDK has them, would need 16 rounds of more than two seconds.
    assert time.monotonic() - begin < 16
    assert [f"{name}/1" for name in names] == [one.id for one in stored]


def test_two_creates_of_one_agent_do_not_see_each_other_as_theirs(
    provider: Provider, service: Service, agent: Agent
) -> None:
    creates = [
        provider.begin_create(f"{agent.name}-{owner}", agent.inputs(image=image, __owner=owner))
        for owner, image in (("aa", IMAGE), ("bb", OTHER_IMAGE))
    ]

    numbers = sorted(create().number for create in creates)

    assert (["1", "2"], ["1", "2"]) == (numbers, service.versions(agent.name))


def wait_until(is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
