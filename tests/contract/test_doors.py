"""Every private door, open as in the installed SDK and shut as anywhere else."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_azure_foundry._core.errors import AccessRefusedError, NotReadyError, VersionFailedError
from pulumi_azure_foundry._core.shapes import Version
from pulumi_azure_foundry._dynamic import base, doors, version_life
from pulumi_azure_foundry._dynamic.hosted_agent_version import HostedAgentVersionProvider
from pulumi_azure_foundry._dynamic.version_waiting import StillCreatingError
from pulumi_azure_foundry.emulator import Emulator
from tests.contract.conftest import Agent
from tests.contract.engine_side import SECRET, CallError, FakeEngine, Provider
from tests.contract.service import Service

pytestmark = pytest.mark.sdk_range


def test_a_normal_life_prints_nothing(provider: Provider, agent: Agent) -> None:
    inputs = provider.check(agent.name, agent.inputs()).inputs

    stored = provider.create(agent.name, inputs)
    provider.read(agent.name, stored)
    printed = [text for text in provider.said if not text.startswith("{")]

    assert ([], "") == (printed, provider.stderr())


def test_an_error_has_no_traceback(provider: Provider, emulator: Emulator, agent: Agent) -> None:
    emulator.fault(path="/agents/**", times=0, status=400, code="bad_request", message="no")

    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs())

    assert "Traceback" not in caught.value.text
    assert "" == provider.stderr()


def test_an_unexpected_error_is_short_as_well(provider: Provider, agent: Agent) -> None:
    with pytest.raises(CallError) as caught:
        provider.create(agent.name, agent.inputs(timeout_seconds=SECRET))

    assert (
        "unexpected ValueError in pulumi-azure-foundry: could not convert string to float: '[secret]'\n"
        "Please report this with the command."
    ) == caught.value.text


def test_a_create_that_nobody_waits_for_stops_polling(
    provider: Provider, emulator: Emulator, service: Service, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    polls = f"/agents/{agent.name}/versions/1"
    create = provider.begin_create(agent.name, agent.inputs())
    end = time.monotonic() + 20
    while not service.requests("GET", polls):
        assert time.monotonic() < end
        time.sleep(0.02)

    create.call.cancel()
    time.sleep(1.0)
    before = len(service.requests("GET", polls))
    time.sleep(1.5)

    assert before == len(service.requests("GET", polls))


def test_the_pool_is_widened_for_calls_that_came_before_the_first_was_served(
    new_command: Callable[[], Provider], emulator: Emulator, agent: Agent
) -> None:
    emulator.settings.provisioning_seconds = 1000.0
    provider = new_command()
    creates = [
        provider.begin_create(agent.name, agent.inputs(agent_name=f"{agent.name}-{n}", __owner=f"{n}"))
        for n in range(8)
    ]

    begin = time.monotonic()
    provider.check(agent.name, agent.inputs())

    assert time.monotonic() - begin < 5
    for create in creates:
        create.call.cancel()


def test_the_server_that_the_doors_know_is_the_installed_one() -> None:
    request, context = provider_pb2.CreateRequest(urn="urn:x"), FakeContext()

    caller = serve(request, context, doors.find_caller)

    assert (request, context, "urn:x") == (caller.request, caller.context, caller.urn)


def test_without_a_frame_there_is_no_caller() -> None:
    caller = doors.find_caller()

    assert (None, None, "", True, None) == (
        caller.request,
        caller.context,
        caller.urn,
        caller.is_wanted,
        caller.old_inputs,
    )


def test_without_a_frame_an_error_is_raised_plainly(monkeypatch: pytest.MonkeyPatch, agent: Agent) -> None:
    monkeypatch.setattr(version_life, "open_work", raising(AccessRefusedError(f"no {SECRET}", code="Denied")))

    with pytest.raises(AccessRefusedError) as caught:
        HostedAgentVersionProvider().create(agent.inputs())

    assert f"create hosted agent '{agent.name}': Denied — no [secret]" == str(caught.value).split("\n")[0]
    assert caught.value.__suppress_context__


def test_without_a_frame_a_version_that_is_not_ready_fails_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, agent: Agent
) -> None:
    unready = StillCreatingError(Version(agent_name=agent.name, version="1", status="creating"), "still creating")
    monkeypatch.setattr(version_life, "open_work", raising(unready))

    with pytest.raises(NotReadyError, match=r"^still creating$"):
        HostedAgentVersionProvider().create(agent.inputs())


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt("stop"), ValueError("what")])
def test_whatever_is_raised_the_call_is_answered(
    monkeypatch: pytest.MonkeyPatch, agent: Agent, error: BaseException
) -> None:
    monkeypatch.setattr(version_life, "open_work", raising(error))
    context = FakeContext()

    serve(provider_pb2.CreateRequest(urn="urn:x"), context, lambda: HostedAgentVersionProvider().create(agent.inputs()))

    assert f"unexpected {type(error).__name__} in pulumi-azure-foundry: {error}" == context.details.split("\n")[0]


def test_a_long_text_is_cut() -> None:
    context = FakeContext()
    caller = doors.Caller(provider_pb2.CreateRequest(), context)

    base.answer(caller, raising(VersionFailedError(50_000 * "x")), result=None)

    assert base.LONGEST_TEXT >= len(context.details)


def test_without_an_engine_nothing_is_told() -> None:
    doors.tell(doors.Caller(provider_pb2.CreateRequest(urn="urn:x")), "hello")


def test_an_engine_that_is_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["__main__.py", "127.0.0.1:1"])
    monkeypatch.setattr(doors, "_engine", [])

    doors.tell(doors.Caller(provider_pb2.CreateRequest(urn="urn:x")), "hello")


def test_outside_the_server_no_process_is_adopted() -> None:
    before = threading.active_count()

    doors.adopt_process()

    assert before == threading.active_count()


def test_cancel_ends_every_wait(new_command: Callable[[], Provider], engine: FakeEngine, agent: Agent) -> None:
    command = new_command()
    command.check(agent.name, agent.inputs())

    command.cancel()
    command.cancel()

    assert [] == command.check(agent.name, agent.inputs()).failures


class FakeContext:
    """The gRPC context as far as a door uses it."""

    def __init__(self) -> None:
        self.details = ""

    def set_code(self, code: object) -> None: ...

    def set_details(self, details: str) -> None:
        self.details = details

    def is_active(self) -> bool:
        return True


def serve(request: object, context: object, method: Callable[[], Any]) -> Any:
    """The SDK's frame: a request and a context by these names, above the provider's method."""
    assert (request, context) != (None, None)
    return method()


def raising(error: BaseException) -> Callable[..., Any]:
    def raise_it(*_: object) -> Any:
        raise error

    return raise_it
