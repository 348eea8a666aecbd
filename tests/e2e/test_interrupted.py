"""A wait that ends before the version is ready: what was made is in state, and the next command goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.stack import agent, wait_until

if TYPE_CHECKING:
    from pulumi_azure_foundry.emulator import Emulator
    from tests.e2e.service import Service
    from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

A = "acme.azurecr.io/support:1.0"
B = "acme.azurecr.io/support:2.0"


def test_a_deadline_leaves_the_version_in_state_and_the_next_up_waits_on(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    emulator.settings.provisioning_seconds = 3600.0
    options = {"custom_timeouts": {"create": "1m"}}
    stack.declare(agent(image=A, options=options))

    outcome = stack.up().failed()

    assert "is still 'creating' after 60 s (timeout_seconds)" in outcome.text
    (recorded,) = stack.resources()
    assert "support/1" == recorded["id"]
    assert recorded["initErrors"]
    assert "(" in stack.preview("--diff").succeeded().text

    emulator.clock.advance(3600.0)
    before = len(service.journal())
    again = stack.up().succeeded()

    assert [("update", "support")] == again.steps
    assert "POST" not in " ".join(service.requests_since(before))
    (recorded,) = stack.resources()
    assert "initErrors" not in recorded
    assert "active" == recorded["outputs"]["status"]
    assert ["support/1"] == service.ids()


def test_ctrl_c_during_a_replacement_keeps_the_old_version_until_the_new_one_is_ready(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    emulator.settings.provisioning_seconds = 3600.0
    stack.declare(agent(image=B))
    running = stack.start("up", "--yes", "--skip-preview", events=True)
    wait_until("the second version is being made", lambda: 2 == len(service.ids()))

    running.interrupt()
    outcome = running.wait(timeout_seconds=20).failed()

    assert "as the command was interrupted" in outcome.text
    assert ["support/1", "support/2"] == stack.ids() == service.ids()

    emulator.clock.advance(3600.0)
    stack.up().succeeded()

    assert ["support/2"] == stack.ids() == service.ids()
    assert [B] == service.images()


def test_a_version_that_fails_after_the_wait_was_interrupted_is_replaced(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    emulator.settings.failing_seconds = 3600.0
    emulator.images.set(A, "broken", times=1)
    stack.declare(agent(image=A))
    running = stack.start("up", "--yes", "--skip-preview", events=True)
    wait_until("the version is being made", lambda: 1 == len(service.ids()))
    running.interrupt()
    running.wait(timeout_seconds=20).failed()
    emulator.clock.advance(3600.0)

    told = stack.up().failed()

    assert "ImageError" in told.text
    (recorded,) = stack.resources()
    assert "failed" == recorded["outputs"]["status"]

    stack.up().succeeded()

    assert stack.ids() == service.ids()
    assert ["active"] == [version["status"] for version in service.versions()]


def test_a_destroy_after_ctrl_c_removes_what_was_being_made(stack: Stack, emulator: Emulator, service: Service) -> None:
    emulator.settings.provisioning_seconds = 3600.0
    stack.declare(agent(image=A))
    running = stack.start("up", "--yes", "--skip-preview", events=True)
    wait_until("the version is being made", lambda: 1 == len(service.ids()))
    running.interrupt()
    running.wait(timeout_seconds=20).failed()

    read = stack.refresh().succeeded()

    assert "version 1 of agent 'support' is 'creating'" in read.text
    assert ["support/1"] == stack.ids()

    stack.destroy().succeeded()

    assert [] == stack.ids()
    assert [] == service.agents()
