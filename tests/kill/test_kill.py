"""Whoever is killed whenever: the next command ends with exactly what the program says, nothing orphaned or doubled."""

from __future__ import annotations

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
COMMANDS: dict[Command, str] = {"create": OLD, "replace": NEW, "destroy": NEW}
EVERYDAY = [
    Row("provider", "create", 3, after=True),
    Row("engine", "create", 3, after=True),
    Row("ctrl_c", "create", 4, after=False),
    Row("ctrl_c_twice", "create", 5, after=False),
    Row("provider", "destroy", 3, after=True),
    Row("engine", "replace", 7, after=True),
]


@pytest.fixture(autouse=True)
def an_agent_outlives_its_last_version(emulator: Emulator) -> None:
    """So that destroy has the agent to remove as well."""
    emulator.settings.switches["agent_after_last_version"] = "stays"


def prepare(stack: Stack, command: Command) -> None:
    """Bring the stack to where the command begins."""
    if command != "create":
        stack.declare(agent(image=OLD))
        stack.up().succeeded()
    if command != "destroy":
        stack.declare(agent(image=NEW))


def start(stack: Stack, command: Command) -> Running:
    """Start the command that is to be killed."""
    return stack.start("destroy" if command == "destroy" else "up", "--yes", "--skip-preview", events=True)


def strike(running: Running, row: Row) -> None:
    """Kill."""
    if row.blow == "provider":
        running.kill_provider()
    elif row.blow == "engine":
        running.kill_engine()
    elif row.blow == "ctrl_c":
        running.interrupt()
    else:
        running.interrupt_twice()


def check_row(row: Row, stack: Stack, emulator: Emulator, service: Service) -> None:
    """Kill, let the request go on as the service would, run the command again, and look at what there is."""
    prepare(stack, row.command)
    held = emulator.hold(path="/agents**", nth=row.request, after=row.after)
    running = start(stack, row.command)
    held.wait(60)

    strike(running, row)
    if row.blow == "ctrl_c":
        held.clear()
        running.wait()
    else:
        running.wait()
        held.clear()
    if row.blow == "engine":  # its provider lives on, as nobody is left to end it
        stack.run("cancel", "--yes").succeeded()
    else:
        wait_until("no process is left", lambda: not stack.processes("dynamic"))

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
def test_the_matrix_has_a_row_for_every_request(stack: Stack, service: Service) -> None:
    for command, image in COMMANDS.items():
        stack.declare(agent(image=image))
        before = len(service.journal())

        start(stack, command).wait().succeeded()

        made = service.requests_since(before)
        assert REQUESTS[command] == tuple(request.split()[0] for request in made), made


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
