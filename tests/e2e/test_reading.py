"""What is read from the service: drift, versions that are gone, look-ups and imports."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.stack import Stack, agent, secret

if TYPE_CHECKING:
    from pulumi_azure_foundry.emulator import Emulator
    from tests.e2e.service import Service

pytestmark = pytest.mark.e2e

A = "acme.azurecr.io/support:1.0"
B = "acme.azurecr.io/support:2.0"


def test_a_version_deleted_behind_our_back_is_made_again_after_a_refresh(stack: Stack, service: Service) -> None:
    stack.declare(agent(environment_variables={"TOKEN": secret()}))
    stack.up().succeeded()
    stack.refresh("--preview-only", "--expect-no-changes").succeeded()
    service.delete_version("support", "1")

    seen = stack.refresh("--preview-only", "--diff").succeeded()

    assert "azure-foundry:HostedAgentVersion: (delete)" in seen.text

    stack.refresh().succeeded()

    assert [] == stack.ids()

    stack.up().succeeded()

    assert stack.ids() == service.ids()
    assert 1 == len(service.ids())


def test_drift_is_shown_and_repaired(stack: Stack, emulator: Emulator, service: Service) -> None:
    """No operation changes a version: only a service whose record itself is altered can drift under its number."""
    stack.declare(agent(image=A, environment_variables={"LEVEL": "info", "TOKEN": secret()}))
    stack.up().succeeded()
    ((key, record),) = emulator.world.store.scan("version")
    record["definition"]["container_configuration"]["image"] = B  # type: ignore[index, call-overload]
    record["definition"]["environment_variables"] = {"LEVEL": "debug", "TOKEN": stack.secret + "-theirs"}  # type: ignore[index, call-overload]
    emulator.world.store.put("version", key, record)

    seen = stack.refresh("--preview-only", "--diff").succeeded()

    text = re.sub(r" +:", ":", seen.text)
    assert f'~ image: "{A}" => "{B}"' in text
    assert '~ LEVEL: "info" => "debug"' in text
    assert "~ TOKEN: [secret] => [secret]" in text
    assert ["support/1"] == stack.ids()

    stack.refresh().succeeded()
    stack.up().succeeded()

    assert A in service.images()
    assert stack.ids()[0] in service.ids()


def test_a_version_that_somebody_made_anew_under_our_number_is_not_ours(stack: Stack, service: Service) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    theirs = dict(service.versions()[0]["definition"])
    theirs["container_configuration"] = {"image": B}
    theirs.pop("image", None)
    theirs.pop("container_protocol_versions", None)
    service.delete_version("support", "1")
    service.call("POST", "/agents/support/versions", body={"definition": theirs})
    assert ["support/1"] == service.ids()

    stack.refresh().succeeded()
    stack.up().succeeded()

    assert ["support/1", "support/2"] == service.ids()
    assert ["support/2"] == stack.ids()

    stack.destroy().succeeded()

    assert ["support/1"] == service.ids()


def test_a_look_up_reads_a_version_and_manages_nothing(stack: Stack, service: Service) -> None:
    stack.declare(agent(image=A))
    stack.up().succeeded()
    look_up = {"name": "seen", "get": "support/1", "args": {}}
    stack.declare(agent(image=A), look_up)

    stack.up().succeeded()

    assert {"seen_image": A, "seen_version": "1"} == {
        name: value for name, value in stack.outputs().items() if name.startswith("seen")
    }

    stack.declare(look_up)
    before = len(service.journal())
    stack.destroy("--target", stack.urn("seen")).succeeded()

    assert "DELETE" not in " ".join(service.requests_since(before))
    assert ["support/1"] == service.ids()


def test_a_look_up_of_a_missing_version_fails(stack: Stack) -> None:
    stack.declare({"name": "seen", "get": "support/7", "args": {}})

    outcome = stack.up().failed()

    assert "there is no version 7 of hosted agent 'support'" in outcome.text
    assert "Traceback" not in outcome.text.partition("(seen)")[2].partition("\n\n")[0]


def test_a_refresh_that_cannot_reach_the_service_keeps_the_state(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    stack.declare(agent())
    stack.up().succeeded()
    fault = emulator.fault(method="GET", path="/agents/**", status=403, code="forbidden", message="no", times=0)

    outcome = stack.refresh().failed()

    assert "error: read hosted agent 'support' version 1: forbidden — no" in outcome.text
    assert "grant it Foundry User" in outcome.text
    fault.clear()
    assert ["support/1"] == stack.ids() == service.ids()


def test_an_imported_version_shows_an_empty_preview(stack: Stack, service: Service) -> None:
    definition = {
        "kind": "hosted",
        "cpu": "0.5",
        "memory": "1Gi",
        "container_configuration": {"image": A},
        "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
        "environment_variables": {"LEVEL": "info"},
    }
    service.call("POST", "/agents/support/versions", body={"definition": definition, "description": "by hand"})
    written = subprocess.run(
        [sys.executable, "-m", "pulumi_azure_foundry", "import", "support", "--output", "import.json"],
        cwd=stack.folder,
        env=stack.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == written.returncode, written.stderr
    assert A in written.stdout, "the program text to paste"

    command = ("import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes", "--skip-preview")
    stack.run(*command).succeeded()
    stack.declare(
        agent(image=A, cpu="0.5", memory="1Gi", environment_variables={"LEVEL": "info"}, description="by hand")
    )

    stack.preview("--diff", "--expect-no-changes").succeeded()

    assert ["support/1"] == stack.ids() == service.ids()

    stack.declare(agent(image=B, cpu="0.5", memory="1Gi"))
    stack.up().succeeded()

    assert [B] == service.images(), "the imported version is replaced like any other"
