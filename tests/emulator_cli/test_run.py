"""`foundry-emulator run`: what the command sees, and what becomes of its signals and its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.serving import find_serving

from .conftest import Command

SHOW_ENVIRONMENT = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
# Says that it runs, then which signal ended it.
WAIT_FOR_SIGNAL = """
import signal, sys, time
def end(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    sys.exit(42)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, end)
print("ready", flush=True)
time.sleep(60)
"""


def environment_seen(command: Command, tmp_path: Path) -> dict[str, str]:
    """Run a command that writes its environment down."""
    seen = tmp_path / "environment.json"
    result = command("run", "--", sys.executable, "-c", SHOW_ENVIRONMENT, str(seen))
    assert (0, "") == (result.exit_code, result.output)
    environment: dict[str, str] = json.loads(seen.read_text(encoding="utf-8"))
    return environment


def waiting_run(state_dir: Path, then: str) -> subprocess.Popen[str]:
    """Start a run whose command says that it is there, waits for a line, and does *then*."""
    words = [sys.executable, "-m", "pulumi_azure_foundry.emulator", "--state", str(state_dir), "run", "--"]
    process = subprocess.Popen(
        [*words, "sh", "-c", f"echo ready; read line; {then}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "ready\n" == process.stdout.readline()
    return process


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_passed_on(command: Command, code: int) -> None:
    assert code == command("run", "--", "sh", "-c", f"exit {code}").exit_code


@pytest.mark.usefixtures("emulator")
def test_a_command_ended_by_a_signal_gives_the_code_of_shells(command: Command) -> None:
    assert 128 + signal.SIGKILL == command("run", "--", "sh", "-c", "kill -9 $$").exit_code


@pytest.mark.usefixtures("emulator")
def test_a_command_that_is_not_there_gives_the_code_of_shells(command: Command) -> None:
    assert 127 == command("run", "--", "no-such-command").exit_code


@pytest.mark.usefixtures("emulator")
def test_a_command_that_may_not_be_run_gives_the_code_of_shells(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch(mode=0o600)

    assert 126 == command("run", "--", str(tmp_path / "notes.txt")).exit_code


@pytest.mark.usefixtures("emulator")
def test_options_of_the_command_are_its_own(command: Command) -> None:
    assert 0 == command("run", "sh", "-c", "exit 0").exit_code


@pytest.mark.usefixtures("emulator")
def test_the_command_sees_a_project_under_a_real_name(command: Command, tmp_path: Path) -> None:
    seen = environment_seen(command, tmp_path)

    assert "https://demo.services.ai.azure.com/api/projects/demo" == seen["AZURE_AI_PROJECT_ENDPOINT"]


@pytest.mark.usefixtures("emulator")
def test_the_command_never_sees_a_real_stack_or_credential(
    command: Command, state_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "PULUMI_CONFIG", "ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://api.pulumi.com")
    monkeypatch.setenv("PULUMI_HOME", "/home/ada/.pulumi")

    seen = environment_seen(command, tmp_path)

    assert [] == [name for name, value in seen.items() if value == "real"]
    assert f"file://{state_dir}/pulumi/stacks" == seen["PULUMI_BACKEND_URL"]
    assert f"{state_dir}/pulumi/home" == seen["PULUMI_HOME"]


@pytest.mark.usefixtures("emulator")
def test_the_environment_of_the_caller_stays_as_it_is(command: Command, tmp_path: Path) -> None:
    before = dict(os.environ)

    environment_seen(command, tmp_path)

    assert before == dict(os.environ)


def test_a_running_emulator_is_used(command: Command, emulator: Emulator, tmp_path: Path) -> None:
    seen = environment_seen(command, tmp_path)

    assert f"http://127.0.0.1:{emulator.serving.ports.proxy}" == seen["HTTPS_PROXY"]
    assert emulator.serving == find_serving(emulator.state_dir)


def test_without_one_it_lives_as_long_as_the_command(command: Command, state_dir: Path, tmp_path: Path) -> None:
    environment_seen(command, tmp_path)

    assert find_serving(state_dir) is None


def test_two_runs_at_once_share_one_that_ends_with_the_last(state_dir: Path) -> None:
    first = waiting_run(state_dir, "true")
    second = waiting_run(state_dir, f"{sys.executable} -m pulumi_azure_foundry.emulator status >/dev/null")
    with first, second:
        serving = find_serving(state_dir)

        first.communicate("\n", timeout=30)

        assert serving is not None
        assert serving == find_serving(state_dir)
        second.communicate("\n", timeout=30)
    assert (0, 0) == (first.returncode, second.returncode)
    assert find_serving(state_dir) is None


def test_a_killed_run_leaves_no_emulator_behind(state_dir: Path) -> None:
    with waiting_run(state_dir, "true") as run:
        assert find_serving(state_dir) is not None

        run.kill()

    end = time.monotonic() + 10
    while find_serving(state_dir) is not None and time.monotonic() < end:
        time.sleep(0.05)
    assert find_serving(state_dir) is None


@pytest.mark.usefixtures("emulator")
def test_a_run_inside_a_run_uses_the_same_world(command: Command, state_dir: Path) -> None:
    inner = f"exec {sys.executable} -m pulumi_azure_foundry.emulator status"

    assert 0 == command("run", "--", "sh", "-c", inner).exit_code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_go_to_the_command(state_dir: Path, number: signal.Signals) -> None:
    words = [sys.executable, "-m", "pulumi_azure_foundry.emulator", "--state", str(state_dir), "run", "--"]
    with subprocess.Popen(
        [*words, sys.executable, "-c", WAIT_FOR_SIGNAL], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()

        process.send_signal(number)

        assert f"got {number.name}\n" == process.stdout.read()
    assert 42 == process.returncode
    assert find_serving(state_dir) is None


@pytest.mark.usefixtures("emulator")
def test_the_signal_handlers_of_the_caller_come_back(command: Command) -> None:
    before = signal.getsignal(signal.SIGINT)

    command("run", "--", "true")

    assert before is signal.getsignal(signal.SIGINT)
