"""read, as the engine calls it: for refresh with recorded outputs, for a user's `get` with inputs only."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import IMAGE, OTHER_IMAGE, Agent
from tests.contract.engine_side import SECRET, CallError, Provider, Stored
from tests.contract.service import Service

# The dynamic server of older SDKs finds no provider in a look-up (pulumi/pulumi#16175; 3.260 falls back to the inputs).
looks_up = pytest.mark.skipif(
    tuple(map(int, version("pulumi").split(".")[:2])) < (3, 260), reason="look-ups need pulumi 3.260"
)


def test_an_unchanged_version_reads_back_as_recorded(provider: Provider, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs(description="words", metadata={"team": "a"}))

    assert stored == provider.read(agent.name, stored)


def test_a_read_is_one_request(provider: Provider, service: Service, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    before = len(service.requests())

    provider.read(agent.name, stored)

    assert [("GET", f"/agents/{agent.name}/versions/1")] == [
        (entry["method"], entry["path"][-len(f"/agents/{agent.name}/versions/1") :])
        for entry in service.requests()[before:]
    ]


def test_the_recorded_spelling_survives(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    emulator.settings.switches["server_reshapes"] = True
    stored = provider.create(agent.name, agent.inputs())

    assert stored == provider.read(agent.name, stored)


def test_the_stamp_is_not_read_back(provider: Provider, agent: Agent) -> None:
    read = provider.read(agent.name, provider.create(agent.name, agent.inputs()))

    assert read is not None
    assert ("metadata" in read.inputs, "metadata" in read.outputs) == (False, False)


def test_what_differs_from_the_service_is_drift(provider: Provider, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    recorded = {"image": OTHER_IMAGE, "description": "gone there", "cpu": "2"}
    believed = Stored(stored.id, {**stored.inputs, **recorded}, {**stored.outputs, **recorded})

    read = provider.read(agent.name, believed)

    assert read is not None
    assert stored.inputs == read.inputs
    assert (IMAGE, "1", False) == (read.outputs["image"], read.outputs["cpu"], "description" in read.outputs)


def test_a_deleted_version_is_gone(provider: Provider, service: Service, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    service.delete_version(agent.name, "1")

    assert provider.read(agent.name, stored) is None


def test_a_version_that_is_still_shown_as_deleted_is_gone(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    stored = provider.create(agent.name, agent.inputs())
    emulator.settings.switches["deleted_visible_seconds"] = 1000.0
    service.delete_version(agent.name, "1")

    assert provider.read(agent.name, stored) is None


def test_a_project_that_is_not_there_proves_nothing(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    emulator.fault(method="GET", path="/agents/**", status=404, code="ProjectNotFound", message="no such project")

    with pytest.raises(CallError) as caught:
        provider.read(agent.name, stored)

    first, second = caught.value.text.split("\n")
    assert f"read hosted agent '{agent.name}' version 1: ProjectNotFound — no such project" == first
    assert "`pulumi state delete`" in second


def test_a_refused_read_proves_nothing(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    emulator.fault(method="GET", path="/agents/**", status=403, code="PermissionDenied", message=f"not {SECRET}")

    with pytest.raises(CallError) as caught:
        provider.read(agent.name, stored)

    first = caught.value.text.split("\n")[0]
    assert f"read hosted agent '{agent.name}' version 1: PermissionDenied — not [secret]" == first
    assert caught.value.stored is None


def test_a_disturbed_read_is_repeated(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    stored = provider.create(agent.name, agent.inputs())
    emulator.fault(method="GET", path="/agents/**", status=503)

    assert stored == provider.read(agent.name, stored)


def test_a_version_that_is_not_ready_keeps_its_init_error(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    with pytest.raises(CallError) as made:
        provider.create(agent.name, agent.inputs(timeout_seconds=0))
    assert made.value.stored is not None

    with pytest.raises(CallError) as caught:
        provider.read(agent.name, made.value.stored)

    assert caught.value.stored is not None
    assert (f"version 1 of agent '{agent.name}' is 'creating'",) == caught.value.stored.init_errors
    assert made.value.stored.inputs == caught.value.stored.inputs


def test_a_failed_version_keeps_an_init_error_and_says_failed(
    provider: Provider, emulator: Emulator, agent: Agent
) -> None:
    emulator.images.set(IMAGE, "missing", seconds=1000)
    with pytest.raises(CallError) as made:
        provider.create(agent.name, agent.inputs(timeout_seconds=0))
    assert made.value.stored is not None
    emulator.clock.advance(1000)

    with pytest.raises(CallError) as caught:
        provider.read(agent.name, made.value.stored)

    assert caught.value.stored is not None
    assert "failed" == caught.value.stored.outputs["status"]
    assert caught.value.text.startswith(f"read hosted agent '{agent.name}' version 1: AcrImageNotFound — ")


@looks_up
def test_a_look_up_reads_everything(provider: Provider, service: Service, agent: Agent) -> None:
    number = service.make_version(agent.name, image=IMAGE)
    asked = {"agent_name": agent.name, "project_endpoint": agent.project_endpoint, "__owner": "ab"}

    found = provider.look_up("found", f"{agent.name}/{number}", asked)

    assert found is not None
    assert (IMAGE, "active", "1") == (found.outputs["image"], found.outputs["status"], found.outputs["version"])


@looks_up
def test_a_look_up_of_nothing_fails(provider: Provider, agent: Agent) -> None:
    asked = {"agent_name": agent.name, "project_endpoint": agent.project_endpoint, "__owner": "ab"}

    with pytest.raises(CallError) as caught:
        provider.look_up("lost", f"{agent.name}/7", asked)

    assert (
        f"read there is no version 7 of hosted agent '{agent.name}' in {agent.project_endpoint}\n"
        f"Do: list what exists with `python -m pulumi_azure_foundry versions {agent.name}`."
    ) == caught.value.text
