"""Whoever is killed whenever: the next command ends with exactly what the program says, nothing orphaned or doubled."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.stack import agent, wait_until
from tests.kill.matrix import REQUESTS, ROWS, Command, Row, chosen

if TYPE_CHECKING:
    from pulumi_azure_foundry.emulator import Emulator
    from tests.e2e.service import Service
    from tests.e2e.stack import Running, Stack

OLD = "acme.azurecr.io/support:1.0"
NEW = "acme.azurecr.io/support:2.0"
EVERYDAY = [
    Row("provider", "create", 4, after=True),
    Row("engine", "create", 4, after=True),
    Row("ctrl_c", "create", 4, after=False),
    Row("ctrl_c_twice", "create", 5, after=False),
    Row("provider", "destroy", 3, after=True),
    Row("engine", "replace", 8, after=True),
]


def prepare(stack: Stack, command: Command) -> None:
    """Bring the stack to where the command begins."""
    if command != "create":
        stack.declare(agent(image=OLD))
        stack.up().succeeded()
    stack.declare(agent(image=OLD if command == "destroy" else NEW))


def start(stack: Stack, command: Command) -> Running:
    """Start the command that is to be killed."""
    return stack.start("destroy" if command == "destroy" else "up", "--yes", "--skip-preview", events=True)


def strike(running: Running, row: Row) -> None:
    """Kill."""
    if row.blow == "provider":
        running.kill_provider()
    elif row.blow == "engine":
        running.kill_engine()
    else:
        running.interrupt()
        if row.blow == "ctrl_c_twice":
            wait_until("the engine took the first Ctrl-C", lambda: running.process.poll() is None, 1.0)
            os.killpg(running.process.pid, signal.SIGINT)


def check_row(row: Row, stack: Stack, emulator: Emulator, service: Service) -> None:
    """Kill, let the request go on as the service would, run the command again, and look at what there is."""
    prepare(stack, row.command)
    held = emulator.hold(path="/agents**", nth=row.request, after=row.after)
    running = start(stack, row.command)
    held.wait(30)

    strike(running, row)
    if row.blow == "ctrl_c":
        held.clear()
        running.wait()
    else:
        running.wait()
        held.clear()
    wait_until("no process is left", lambda: not stack.processes("dynamic"), 30)
    if row.blow == "engine":
        stack.end_leftovers()
        stack.run("cancel", "--yes").succeeded()

    if row.command == "destroy":
        stack.destroy().succeeded()

        assert [] == stack.ids()
        assert [] == service.agents()
    else:
        stack.up().succeeded()

        assert [NEW] == service.images()
        assert ["active"] == [version["status"] for version in service.versions()]
        assert stack.ids() == service.ids()


@pytest.mark.e2e
@pytest.mark.parametrize("command", list(REQUESTS))
def test_the_matrix_has_a_row_for_every_request(command: Command, stack: Stack, service: Service) -> None:
    prepare(stack, command)
    before = len(service.journal())

    start(stack, command).wait().succeeded()

    assert REQUESTS[command] == len(service.requests_since(before)), service.requests_since(before)


@pytest.mark.e2e
@pytest.mark.parametrize("row", [pytest.param(row, id=row.sentence) for row in EVERYDAY])
def test_a_killed_command_can_be_repeated(row: Row, stack: Stack, emulator: Emulator, service: Service) -> None:
    check_row(row, stack, emulator, service)


@pytest.mark.e2e
@pytest.mark.kill_matrix
@pytest.mark.parametrize("row", [pytest.param(row, id=row.sentence) for row in chosen()])
def test_any_killed_command_can_be_repeated(row: Row, stack: Stack, emulator: Emulator, service: Service) -> None:
    check_row(row, stack, emulator, service)


def test_the_everyday_rows_are_rows_of_the_matrix() -> None:
    assert set(EVERYDAY) <= set(ROWS)
