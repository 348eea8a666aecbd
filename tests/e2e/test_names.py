"""Who owns a version: renames, two declarations of one agent, and commands that touch a part of the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.stack import agent

if TYPE_CHECKING:
    from tests.e2e.service import Service
    from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

A = "acme.azurecr.io/support:1.0"
B = "acme.azurecr.io/support:2.0"
C = "acme.azurecr.io/support:3.0"


def test_an_alias_keeps_the_version_and_later_changes_clean_up_after_the_old_name(
    stack: Stack, service: Service
) -> None:
    stack.declare(agent("old", agent_name="support", image=A))
    stack.up().succeeded()
    before = len(service.journal())
    renamed = {"aliases": [{"name": "old"}]}
    stack.declare(agent("new", agent_name="support", image=A, options=renamed))

    stack.up().succeeded()

    assert [] == service.requests_since(before)
    assert ["support/1"] == stack.ids() == service.ids()

    stack.preview("--expect-no-changes").succeeded()
    stack.declare(agent("new", agent_name="support", image=B))
    stack.up().succeeded()

    assert [B] == service.images()
    assert stack.ids() == service.ids()

    stack.destroy().succeeded()

    assert [] == service.agents()


def test_an_alias_and_a_change_at_once_replace_the_version_of_the_old_name(stack: Stack, service: Service) -> None:
    stack.declare(agent("old", agent_name="support", image=A))
    stack.up().succeeded()
    stack.declare(agent("new", agent_name="support", image=B, options={"aliases": [{"name": "old"}]}))

    stack.up().succeeded()

    assert [B] == service.images()
    assert stack.ids() == service.ids()


def test_a_renamed_stack_keeps_its_version(stack: Stack, service: Service) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    before = len(service.journal())
    stack.run("stack", "rename", "prod").succeeded()
    stack.name = "prod"

    stack.up().succeeded()

    assert [] == service.requests_since(before)
    assert ["support/1"] == stack.ids() == service.ids()

    stack.declare(agent(image=B))
    stack.up().succeeded()

    assert [B] == service.images()

    stack.run("stack", "rename", "final").succeeded()
    stack.name = "final"
    stack.destroy().succeeded()

    assert [] == service.agents()


def test_two_versions_of_one_agent_live_side_by_side(stack: Stack, service: Service) -> None:
    blue = agent("blue", agent_name="support", image=A)
    stack.declare(blue, agent("green", agent_name="support", image=B))
    stack.up().succeeded()
    assert {A, B} == set(service.images())

    stack.declare(blue, agent("green", agent_name="support", image=C))
    stack.up().succeeded()

    assert {A, C} == set(service.images())
    assert stack.ids() == sorted(service.ids())

    stack.declare(blue)
    stack.up().succeeded()

    assert [A] == service.images()
    assert stack.ids() == service.ids()

    stack.destroy().succeeded()

    assert [] == service.agents()


def test_a_target_is_all_that_changes(stack: Stack, service: Service) -> None:
    stack.declare(agent("support", image=A), agent("help", image=A))
    stack.up().succeeded()
    stack.declare(agent("support", image=B), agent("help", image=B))

    stack.up("--target", stack.urn("support")).succeeded()

    assert [B] == service.images("support")
    assert [A] == service.images("help")

    stack.destroy("--target", stack.urn("help")).succeeded()

    assert ["support"] == service.agents()
    assert stack.ids() == service.ids("support")


def test_a_declaration_that_moves_to_another_agent_leaves_nothing_in_the_old_one(
    stack: Stack, service: Service
) -> None:
    stack.declare(agent(agent_name="support", image=A))
    stack.up().succeeded()
    stack.declare(agent(agent_name="help", image=A))

    stack.up().succeeded()

    assert ["help"] == service.agents()
    assert ["help/1"] == stack.ids()
