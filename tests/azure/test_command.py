"""`python -m pulumi_azure_foundry`: what it writes and prints, and how it fails."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_azure_foundry import __main__ as command
from pulumi_azure_foundry._azure import data_plane
from pulumi_azure_foundry._core.checks import check_version_inputs
from pulumi_azure_foundry._core.diffs import plan_diff
from pulumi_azure_foundry._core.shapes import render_version
from pulumi_azure_foundry._core.stamps import Stamp, owner_of
from pulumi_azure_foundry._dynamic.hosted_agent_version import HostedAgentVersionProvider
from pulumi_azure_foundry._import import Place, leave_secrets_out, render_program, render_value
from pulumi_azure_foundry.hosted_agent_version import TYPE_TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_azure_foundry.emulator import Emulator

STAMP = Stamp("0123456789abcdef", "f" * 32)
PLACE = Place("https://a.services.ai.azure.com/api/projects/p", "config", "v1", False, "shop", "dev", "my-agent")
WHERE = ("--project", "shop", "--stack", "dev")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a Pulumi project."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return empty


def made(emulator: Emulator, **inputs: Any) -> None:
    declared = {"agent_name": "support", "image": "acme.azurecr.io/support:1", "api_version": "v1", **inputs}
    plane = data_plane.open_data_plane(emulator.project_endpoint, declared["api_version"])
    plane.create_version("support", render_version(declared, STAMP))


def test_versions_are_listed_for_people(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    made(emulator)
    made(emulator, image="acme.azurecr.io/support:2")

    code = command.main(["versions", "support"])

    header, newest, oldest = capsys.readouterr().out.splitlines()
    assert 0 == code
    assert ["VERSION", "STATUS", "SERVING", "CREATED", "OWNER", "IMAGE"] == header.split()
    assert newest.split()[:4] == ["2", "active", "100", "%"]
    assert newest.split()[-2:] == [STAMP.owner, "acme.azurecr.io/support:2"]
    assert oldest.split()[:4] == ["1", "active", "0", "%"]


@pytest.mark.parametrize(
    ("inputs", "argument"),
    [
        pytest.param({}, "image", id="defaults only"),
        pytest.param({"cpu": "2", "memory": "4Gi"}, "cpu", id="size"),
        pytest.param({"environment_variables": {"LOG_LEVEL": "debug"}}, "environment_variables", id="environment"),
        pytest.param({"description": 'an "odd" one', "metadata": {"a": "b"}}, "description", id="texts"),
        pytest.param({"session_idle_timeout_seconds": 600}, "session_idle_timeout_seconds", id="idle timeout"),
        pytest.param({"api_version": "2025-11-15-preview", "cpu": "4", "memory": "8Gi"}, "cpu", id="first preview"),
    ],
)
def test_the_file_holds_what_the_printed_program_declares(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], folder: Path, inputs: dict[str, Any], argument: str
) -> None:
    made(emulator, **inputs)
    shape = inputs.get("api_version", "v1")

    code = command.main(["import", "support", "--name", "my-agent", "--api-version", shape, *WHERE])

    [resource] = json.loads((folder / "import.json").read_text())["resources"]
    declared = declared_by(capsys.readouterr().out)
    owner = owner_of("shop", "dev", TYPE_TOKEN, "my-agent", "")
    hidden = {"project_endpoint": emulator.project_endpoint, "__owner": owner}
    checked = check_version_inputs({**declared, **hidden}, olds={})
    assert 0 == code
    assert (TYPE_TOKEN, "my-agent", "support/1") == (resource["type"], resource["name"], resource["id"])
    assert argument in declared
    assert [] == checked.failures
    assert () == plan_diff(resource["outputs"], checked.inputs).changed
    assert () == plan_diff(resource["inputs"], checked.inputs).changed
    assert [STAMP.owner] == resource["inputs"]["__former_owners"]
    payload = serialize_provider(HostedAgentVersionProvider())
    assert payload == resource["inputs"]["__provider"] == resource["outputs"]["__provider"]
    assert ("1", "active") == (resource["outputs"]["version"], resource["outputs"]["status"])


def declared_by(program: str) -> dict[str, Any]:
    """The arguments in the printed program, by running it with a class that only notes them."""
    noted: dict[str, Any] = {}

    class Foundry:
        @staticmethod
        def HostedAgentVersion(_name: str, **arguments: Any) -> None:  # noqa: N802 - the class it stands for
            noted.update(arguments)

    text = program.replace("import pulumi_azure_foundry as foundry\n", "")
    exec(compile(text, "program", "exec"), {"foundry": Foundry})
    return noted


def test_the_file_is_for_its_owner_alone(emulator: Emulator, folder: Path) -> None:
    made(emulator)

    command.main(["import", "support/1", "--output", "other.json", *WHERE])

    assert 0o600 == stat.S_IMODE((folder / "other.json").stat().st_mode)


def test_what_looks_like_a_secret_is_nowhere_and_named(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    variables = {"API_TOKEN": "hunter2-hunter2", "LOG_LEVEL": "info", "KEY_OF": "${{connections.a.credentials.key}}"}
    made(emulator, environment_variables=variables)

    command.main(["import", "support", *WHERE])

    printed = capsys.readouterr()
    text = printed.out + printed.err + (folder / "import.json").read_text()
    assert "hunter2" not in text
    assert "Left out, because it looks like a secret: environment_variables.API_TOKEN." in printed.err
    assert '"KEY_OF": "${{connections.a.credentials.key}}"' in printed.out


def test_without_a_number_the_newest_active_version_is_taken(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.images.set("acme.azurecr.io/broken:1", "image_pull_failed")
    made(emulator)
    made(emulator, image="acme.azurecr.io/broken:1")

    code = command.main(["import", "support", *WHERE])

    assert 0 == code
    assert "version 1 of agent 'support'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        pytest.param(["import", "nobody", *WHERE], "there is no agent 'nobody' in the project", id="no agent"),
        pytest.param(
            ["import", "support/7", *WHERE], "there is no version 7 of agent 'support' in the project", id="no version"
        ),
        pytest.param(
            ["import", "support/2", *WHERE],
            "agent 'support' has nothing to import, only active versions with an image can be: version 2 is 'failed'",
            id="a failed version",
        ),
        pytest.param(
            ["import", "support", "--stack", "dev"],
            "there is no Pulumi.yaml here: run this in the project's folder, or give --project",
            id="no project",
        ),
        pytest.param(
            ["import", "support", *WHERE, "--output", "/nowhere/at/all.json"],
            "[Errno 2] No such file or directory: '/nowhere/at/all.json'",
            id="no such folder",
        ),
    ],
)
def test_a_failure_is_one_line_and_code_1(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    emulator.images.set("acme.azurecr.io/broken:1", "image_pull_failed")
    made(emulator)
    made(emulator, image="acme.azurecr.io/broken:1")

    code = command.main(arguments)

    assert (1, f"error: {line}\n") == (code, capsys.readouterr().err)


def test_a_missing_endpoint_is_told_with_the_ways_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AZURE_AI_PROJECT_ENDPOINT", raising=False)
    monkeypatch.delenv("FOUNDRY_PROJECT_ENDPOINT", raising=False)

    code = command.main(["versions", "support"])

    ways = (
        "give one, or run `pulumi config set azure-foundry:projectEndpoint "
        "https://<account>.services.ai.azure.com/api/projects/<project>`, or set AZURE_AI_PROJECT_ENDPOINT"
    )
    assert (1, f"error: no project endpoint: {ways}\n") == (code, capsys.readouterr().err)


def test_a_refused_call_is_one_line_with_cause_and_remedy(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.fault(method="GET", path="/agents/*/versions", status=403)

    code = command.main(["versions", "support"])

    [line] = capsys.readouterr().err.splitlines()
    assert 1 == code
    assert line.startswith("error: versions hosted agent 'support':")
    assert "Foundry User" in line


def test_the_program_says_what_differs_from_the_defaults_in_a_steady_order() -> None:
    declared: dict[str, Any] = {
        "image": "acme.azurecr.io/support:1",
        "agent_name": "support",
        "metadata": {"a": "b"},
        "project_endpoint": PLACE.project_endpoint,
        "api_version": "v1",
        "__owner": "x",
        "environment_variables": {"A_LONG_NAME": "a long value " * 4, "B": "ü\n"},
    }
    expected = """\
import pulumi_azure_foundry as foundry

my_agent = foundry.HostedAgentVersion(
    "my-agent",
    agent_name="support",
    image="acme.azurecr.io/support:1",
    environment_variables={
        "A_LONG_NAME": "a long value a long value a long value a long value ",
        "B": "ü\\n",
    },
    metadata={"a": "b"},
)"""

    assert expected == render_program(declared, PLACE)


@pytest.mark.parametrize("value", [True, None, 3, 1.5, "a'b\"c\\", [], {}, ["x" * 90, {"a": ["y" * 90]}]])
def test_a_value_is_python_text(value: Any) -> None:
    assert value == eval(render_value(value, 4))


def test_nested_secrets_take_their_whole_input_with_them() -> None:
    telemetry: Any = {"endpoints": [{"auth": {"api_token": "hunter2-hunter2"}}]}

    kept, left_out = leave_secrets_out({"telemetry_config": telemetry, "tools": [{"type": "x"}], "image": "i"})

    assert {"tools": [{"type": "x"}], "image": "i"} == kept
    assert ("telemetry_config",) == left_out
