"""The engine takes what `python -m pulumi_azure_foundry import` writes, and then finds nothing to do."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.service import Service
    from tests.e2e.stack import Stack

DEFINITION = {
    "kind": "hosted",
    "cpu": "2.0",
    "memory": "4Gi",
    "container_configuration": {"image": "acme.azurecr.io/support:1"},
    "protocol_versions": [
        {"protocol": "responses", "version": "2.0.0"},
        {"protocol": "invocations", "version": "2.0.0"},
    ],
    "environment_variables": {
        "LOG_LEVEL": "info",
        "API_TOKEN": "hunter2-hunter2",
        "DATABASE_PASSWORD": "${{connections.database.credentials.password}}",
    },
    "session_configuration": {"idle_timeout_seconds": 600},
}
BODY = {
    "definition": DEFINITION,
    "description": 'Answers "questions"',
    "metadata": {"team": "support", "enableVnextExperience": "true"},
}


@pytest.mark.e2e
def test_an_imported_version_changes_nothing_in_the_next_preview(stack: Stack, service: Service) -> None:
    service.call("POST", "/agents/support/versions", body=BODY)

    printed = run(stack, "import", "support", "--name", "imported")
    program = stack.folder / "__main__.py"
    program.write_text(printed.stdout)
    stack.run("import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes").succeeded()
    preview = stack.preview("--diff", "--expect-no-changes").succeeded()
    up = stack.up("--expect-no-changes").succeeded()
    refresh = stack.refresh("--preview-only", "--diff").succeeded()
    stack.destroy().succeeded()

    assert [] == preview.steps + up.steps
    assert "API_TOKEN" in refresh.text, "what was left out shows as drift, and only that"
    assert "cpu" not in refresh.text
    assert [] == service.agents()


@pytest.mark.e2e
def test_a_version_of_another_declaration_is_taken_over(stack: Stack, service: Service) -> None:
    stack.declare({"name": "first", "args": {"agent_name": "support", "image": "acme.azurecr.io/support:1"}})
    stack.up().succeeded()
    stack.run("state", "delete", stack.urn("first"), "--yes", "--stack", stack.name).succeeded()

    printed = run(stack, "import", "support/1", "--name", "second")
    (stack.folder / "__main__.py").write_text(printed.stdout)
    stack.run("import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes").succeeded()
    stack.up("--expect-no-changes").succeeded()
    stack.destroy().succeeded()

    assert [] == service.agents()


def run(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as a user runs it in the project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "pulumi_azure_foundry", *arguments, "--stack", stack.name],
        cwd=stack.folder,
        env=stack.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
