"""The command, in this process; `test_background.py` starts it for real."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_azure_foundry.emulator import Emulator, cli
from pulumi_azure_foundry.emulator.commands import main

from .conftest import Command


def test_faults_of_requests_are_listed(command: Command) -> None:
    command("fault", "--method", "POST", "--path", "/agents/*/versions", "--status", "503", "--retry-after", "2")
    command("fault", "--action", "reset", "--nth", "3", "--times", "0")
    command("fault", "--action", "delay", "--delay", "1.5", "--times", "2")

    listed = command("fault")

    assert (
        "POST  /agents/*/versions  503 server_error  request 1, 0 seen\n"
        "*     *                   reset             from request 3 on, 0 seen\n"
        "*     *                   1.5 s late        request 1 to 2, 0 seen\n"
    ) == listed.output


def test_images_that_fail_are_listed(command: Command) -> None:
    command("fault", "--image", "acme.azurecr.io/a:1", "--code", "UnauthorizedAcrPull", "--times", "2")
    command("image", "acme.azurecr.io/b:*", "missing")

    listed = command("fault")

    assert (
        "image  acme.azurecr.io/a:1  UnauthorizedAcrPull  2 more\n"
        "image  acme.azurecr.io/b:*  missing              always\n"
    ) == listed.output


def test_cleared_faults_are_gone(command: Command) -> None:
    command("fault", "--image", "acme.azurecr.io/a:1", "--code", "UnauthorizedAcrPull")
    command("fault", "--action", "reset")

    cleared = command("fault", "--clear")

    assert "no faults\n" == cleared.output


def test_a_fault_set_from_outside_strikes_the_serving_process(command: Command, emulator: Emulator) -> None:
    command("fault", "--path", "/msi/token", "--action", "status")

    assert ["/msi/token"] == [fault.path for fault in emulator.world.faults.rows()]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["fault", "--image", "a"], "Error: --image needs --code, the service code of the failure\n"),
        (
            ["fault", "--image", "a", "--code", "B", "--retry-after", "1"],
            "Error: --image does not go with --retry-after\n",
        ),
        (["clock", "advance", "-5"], "Error: No such option '-5'.\n"),
        (["clock", "advance", "--", "-5"], "Error: seconds: -5.0 is negative; the world's clock only moves forward\n"),
        (["settings", "set", "provisioning_seconds"], "Error: provisioning_seconds: write NAME=VALUE\n"),
        (
            ["settings", "set", "provisioning_seconds=soon"],
            "Error: provisioning_seconds: 'soon' is not of type float\n",
        ),
        (
            ["settings", "set", "switches.dedupe=never"],
            "Error: switches.dedupe: 'never' is none of 'latest', 'any', 'off'\n",
        ),
        (["run", "--", "no-such-command"], "Error: no-such-command: no such command\n"),
    ],
)
def test_a_mistake_is_told_in_one_line(command: Command, words: list[str], error: str) -> None:
    result = command(*words)

    assert error == result.output[result.output.index("Error:") :]
    assert 0 != result.exit_code


def test_settings_are_kept(command: Command, state_dir: Path) -> None:
    command("settings", "set", "provisioning_seconds=5", "switches.dedupe=off", "switches.list_order=asc")

    listed = command("settings").output

    assert re.search(r"^provisioning_seconds +5\.0$", listed, re.MULTILINE)
    assert re.search(r"^switches\.dedupe +off$", listed, re.MULTILINE)
    with Emulator(state_dir) as emulator:
        assert 5.0 == emulator.settings.provisioning_seconds


def test_a_wrong_setting_changes_none(command: Command) -> None:
    command("settings", "set", "provisioning_seconds=5", "nonsense=1")

    assert re.search(r"^provisioning_seconds +0\.0$", command("settings").output, re.MULTILINE)


def test_the_clock_of_a_serving_process_is_moved_from_outside(command: Command, emulator: Emulator) -> None:
    before = emulator.clock.now()

    command("clock", "advance", "3600")

    assert 3600 <= emulator.clock.now() - before < 3660


def test_reset_empties_the_world(command: Command, state_dir: Path) -> None:
    command("settings", "set", "provisioning_seconds=5")

    assert "the world is empty\n" == command("reset").output
    with Emulator(state_dir) as emulator:
        assert 0.0 == emulator.settings.provisioning_seconds


def test_status_says_where_everything_is(command: Command, emulator: Emulator) -> None:
    result = command("status")

    assert 0 == result.exit_code
    assert [
        ["running", f"process {emulator.serving.pid}"],
        ["page", emulator.url],
        ["project", emulator.project_endpoint],
        ["https://demo.services.ai.azure.com/api/projects/demo (inside `foundry-emulator run`)"],
        ["until", "the process ends"],
        ["agents", "0"],
    ] == [re.split(r" {2,}", line.strip()) for line in result.output.splitlines()[:6]]


def test_status_for_programs(command: Command, emulator: Emulator) -> None:
    status = json.loads(command("status", "--json").output)

    assert {"running": True, "url": emulator.url, "agents": 0} == {
        name: status[name] for name in ("running", "url", "agents")
    }


def test_status_of_a_folder_that_is_not_there_makes_none(command: Command, state_dir: Path) -> None:
    result = command("status")

    assert (3, f"not running ({state_dir})\nno world yet\n") == (result.exit_code, result.output)
    assert not state_dir.exists()


def test_stop_leaves_a_process_alone_that_start_did_not_start(command: Command, emulator: Emulator) -> None:
    result = command("stop")

    assert f"Error: process {emulator.serving.pid} serves it for itself, and ends with that\n" == (result.output)


def test_stop_without_a_process_is_fine(command: Command, state_dir: Path) -> None:
    result = command("stop")

    assert (0, f"not running ({state_dir})\n") == (result.exit_code, result.output)


def test_a_folder_that_others_can_write_is_told_in_one_line(command: Command, state_dir: Path) -> None:
    state_dir.mkdir()
    state_dir.chmod(0o777)

    result = command("journal")

    assert (
        f"Error: {state_dir} is open to other users (mode 0777); run `chmod go-rwx {state_dir}` and try again\n"
    ) == result.output


def test_the_journal_is_a_table_or_json(command: Command, emulator: Emulator) -> None:
    port = emulator.serving.ports.https
    command(
        "run",
        "--",
        "curl",
        "-s",
        "-o",
        "/dev/null",
        f"https://127.0.0.1:{port}/api/projects/demo/agents?api-version=v1",
    )

    table = command("journal").output
    (entry,) = [json.loads(line) for line in command("journal", "--json", "--last", "1").output.splitlines()]

    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}  GET  /agents\?api-version=v1  401  \d+\.\d ms\n", table)
    assert ("GET", "/agents", 401) == (entry["method"], entry["path"], entry["status"])


def test_an_empty_journal_says_so(command: Command) -> None:
    assert "no requests\n" == command("journal").output


def test_the_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOUNDRY_EMULATOR_STATE", str(tmp_path / "elsewhere"))

    CliRunner().invoke(main, ["journal"])

    assert (tmp_path / "elsewhere").is_dir()


def test_help_touches_nothing(command: Command, state_dir: Path) -> None:
    assert 0 == command("fault", "--help").exit_code
    assert not state_dir.exists()


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pulumi_azure_foundry.emulator.commands")
    monkeypatch.setitem(sys.modules, "click", None)

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert "foundry-emulator needs click: pip install 'pulumi-azure-foundry[emulator]'" == end.value.code
