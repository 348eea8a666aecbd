"""The life of a version through `pulumi up`, `refresh` and `destroy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.stack import agent, secret

if TYPE_CHECKING:
    from pulumi_azure_foundry.emulator import Emulator
    from tests.e2e.service import Service
    from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

A = "acme.azurecr.io/support:1.0"
B = "acme.azurecr.io/support:2.0"
C = "acme.azurecr.io/support:3.0"


@pytest.mark.sdk_range
def test_a_version_is_made_left_alone_changed_and_destroyed(stack: Stack, emulator: Emulator, service: Service) -> None:
    stack.declare(agent(image=A, environment_variables={"TOKEN": secret()}))

    first = stack.run("up", "--yes", events=True).succeeded()

    assert "+ 2 created" in first.text
    assert ["support/1"] == stack.ids() == service.ids()
    (recorded,) = stack.resources()
    assert "active" == recorded["outputs"]["status"]
    assert stack.secret == service.versions()[0]["definition"]["environment_variables"]["TOKEN"]
    made = service.versions()

    stack.record_imports()
    requests = len(emulator.journal())
    second = stack.run("up", "--yes", "--expect-no-changes", events=True).succeeded()

    assert [] == second.steps
    assert requests == len(emulator.journal())
    assert {"pulumi", "pulumi_azure_foundry"} <= stack.imported()
    assert set() == {name for name in stack.imported() if name.split(".")[0] == "azure"}

    stack.declare(agent(image=B, environment_variables={"TOKEN": secret()}))
    third = stack.up().succeeded()

    assert [("create-replacement", "support"), ("replace", "support"), ("delete-replaced", "support")] == third.steps
    assert ["support/2"] == stack.ids() == service.ids()
    assert [B] == service.images()
    assert made[0]["metadata"].keys() == service.versions()[0]["metadata"].keys()

    stack.destroy().succeeded()

    assert [] == stack.state().get("resources", [])
    assert [] == service.agents()


def test_going_back_to_an_earlier_definition_makes_a_third_version(stack: Stack, service: Service) -> None:
    for image in (A, B, A):
        stack.declare(agent(image=image, keep_versions=5))
        stack.up().succeeded()

    assert ["support/3"] == stack.ids()
    assert [A, B, A] == service.images()

    stack.declare(agent(image=A, keep_versions=1))
    stack.up().succeeded()
    stack.declare(agent(image=C, keep_versions=1))
    stack.up().succeeded()

    assert [A, C] == service.images(), "keep_versions=1 keeps the newest superseded version"

    stack.destroy().succeeded()

    assert [] == service.agents()


def test_a_failing_image_leaves_the_old_version_alone_and_a_fixed_one_replaces_it(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    emulator.images.set(B, "missing", message=f"no such image; the container was to get {stack.secret}")
    stack.declare(agent(image=B, environment_variables={"TOKEN": secret()}))

    outcome = stack.up().failed()

    assert "AcrImageNotFound" in outcome.text
    assert "the container was to get [secret]" in outcome.text
    assert "Do: " in outcome.text
    assert (
        "Traceback" not in outcome.text.partition("azure-foundry:HostedAgentVersion (support)")[2].partition("\n\n")[0]
    )
    assert ["support/1"] == stack.ids() == service.ids()

    stack.declare(agent(image=C))
    stack.up().succeeded()

    assert [C] == service.images()
    assert stack.ids() == service.ids()


def test_a_first_version_that_fails_leaves_nothing_behind(stack: Stack, emulator: Emulator, service: Service) -> None:
    emulator.images.set(A, "missing")
    stack.declare(agent(image=A))

    stack.up().failed()

    assert [] == stack.ids()
    assert [] == service.agents()


def test_a_pull_role_that_takes_its_time_is_waited_for(stack: Stack, emulator: Emulator, service: Service) -> None:
    emulator.images.set(A, "no_pull_right", times=1)
    stack.declare(agent(image=A))

    outcome = stack.up().succeeded()

    posts = [request for request in service.requests_since(0) if request.startswith("POST")]
    assert 2 == len(posts)
    assert "waiting for role assignments to spread" in outcome.text
    assert stack.ids() == service.ids()
    assert 1 == len(service.ids())


def test_a_pull_role_that_never_comes_is_told_within_the_budget(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    emulator.settings.propagation_delay = 3600.0
    stack.declare(agent(image=A, pull_retry_seconds=1))

    outcome = stack.up().failed()

    assert "AcrPull" in outcome.text
    assert [] == stack.ids()
    assert [] == service.agents()


def test_an_unchanged_agent_survives_replace(stack: Stack, service: Service) -> None:
    stack.declare(agent())
    stack.up().succeeded()
    before = len(service.journal())

    stack.up("--replace", stack.urn("support")).succeeded()

    assert [] == [request for request in service.requests_since(before) if not request.startswith("GET")]
    assert ["support/1"] == stack.ids() == service.ids()

    stack.destroy().succeeded()

    assert [] == service.agents()


def test_delete_before_replace_deletes_first(stack: Stack, service: Service) -> None:
    options = {"delete_before_replace": True}
    stack.declare(agent(image=A, options=options))
    stack.up().succeeded()
    before = len(service.journal())
    stack.declare(agent(image=B, options=options))

    stack.up().succeeded()

    writes = [request.split()[0] for request in service.requests_since(before) if not request.startswith("GET")]
    assert ["DELETE", "POST"] == writes
    assert [B] == service.images()
    assert stack.ids() == service.ids()


def test_a_removed_declaration_takes_its_version_along_and_leaves_the_others(stack: Stack, service: Service) -> None:
    stack.declare(agent("support"), agent("help"))
    stack.up().succeeded()
    stack.declare(agent("help"))

    outcome = stack.up().succeeded()

    assert [("delete", "support")] == outcome.steps
    assert ["help/1"] == stack.ids()
    assert ["help"] == service.agents()


def test_retain_on_delete_leaves_the_version_on_the_service(stack: Stack, service: Service) -> None:
    stack.declare(agent(options={"retain_on_delete": True}))
    stack.up().succeeded()

    stack.destroy().succeeded()

    assert [] == stack.ids()
    assert ["support/1"] == service.ids()

    stack.declare(agent())
    stack.up().succeeded()

    assert ["support/1"] == stack.ids() == service.ids(), "its declaration finds it again"


def test_an_agent_that_was_there_before_stays_with_the_versions_of_others(stack: Stack, service: Service) -> None:
    definition = {
        "kind": "hosted",
        "cpu": "1",
        "memory": "2Gi",
        "container_configuration": {"image": "acme.azurecr.io/theirs:1.0"},
        "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
    }
    service.call("POST", "/agents/support/versions", body={"definition": definition})
    stack.declare(agent(image=A))
    stack.up().succeeded()
    assert ["support/2"] == stack.ids()

    stack.destroy().succeeded()

    assert ["support/1"] == service.ids()


def test_a_version_with_live_sessions_drains_before_it_goes(stack: Stack, service: Service) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    session = service.begin_session("support", "1")
    stack.declare(agent(image=B, drain_timeout_seconds=0))

    replaced = stack.up().succeeded()

    assert "version 1 of agent 'support' has live sessions and was left to drain" in replaced.text
    assert ["support/2"] == stack.ids()
    assert [A, B] == service.images()

    refused = stack.destroy().failed()

    assert "it still has live sessions" in refused.text
    assert ["support/2"] == stack.ids()

    service.end_session("support", session)
    stack.destroy().succeeded()

    assert [] == stack.ids()
    assert [] == service.agents()


def test_force_ends_live_sessions(stack: Stack, service: Service) -> None:
    stack.declare(agent(image=A, force=True))
    stack.up().succeeded()
    service.begin_session("support", "1")

    stack.destroy().succeeded()

    assert [] == service.agents()
