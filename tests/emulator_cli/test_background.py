"""The emulator as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.environment import PROJECT_URL
from pulumi_azure_foundry.emulator.reports import render_serving
from pulumi_azure_foundry.emulator.serving import find_serving

from .conftest import Command


def emulator_command(state_dir: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "pulumi_azure_foundry.emulator", "--state", str(state_dir), *words]


@pytest.fixture
def ended(state_dir: Path) -> Iterator[None]:
    """Let no process outlive its test."""
    yield
    subprocess.run(emulator_command(state_dir, "stop"), capture_output=True, check=False)


@pytest.mark.usefixtures("ended")
def test_start_and_stop_as_in_a_shell(state_dir: Path) -> None:
    started = subprocess.run(
        emulator_command(state_dir, "start", "--provisioning", "5"), capture_output=True, text=True, check=False
    )
    serving = find_serving(state_dir)
    stopped = subprocess.run(emulator_command(state_dir, "stop"), capture_output=True, text=True, check=False)

    assert serving is not None
    assert (0, render_serving(serving, PROJECT_URL) + "\n", "") == (started.returncode, started.stdout, started.stderr)
    assert (0, f"stopped (process {serving.pid})\n", "") == (stopped.returncode, stopped.stdout, stopped.stderr)
    assert find_serving(state_dir) is None
    with Emulator(state_dir) as emulator:
        assert 5.0 == emulator.settings.provisioning_seconds


@pytest.mark.usefixtures("ended")
def test_two_starts_at_once_end_in_one_process_that_both_tell(state_dir: Path) -> None:
    starts = [
        subprocess.Popen(
            emulator_command(state_dir, "start"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(3)
    ]

    told = {(start.communicate()[0], start.returncode) for start in starts}

    serving = find_serving(state_dir)
    assert serving is not None
    assert {(render_serving(serving, PROJECT_URL) + "\n", 0)} == told


@pytest.mark.usefixtures("ended")
def test_a_second_start_tells_what_runs(command: Command) -> None:
    first = command("start")

    assert (0, first.output) == ((second := command("start")).exit_code, second.output)


@pytest.mark.usefixtures("ended")
def test_a_start_on_another_port_than_the_running_one_is_refused(command: Command, state_dir: Path) -> None:
    command("start")
    serving = find_serving(state_dir)
    assert serving is not None

    result = command("start", "--port", "1")

    assert f"Error: already running on port {serving.ports.https}; `foundry-emulator stop` it first\n" == result.output


def test_a_start_that_fails_says_why(command: Command) -> None:
    result = command("start", "--port", "1", "--token-port", "1")

    assert 1 == result.exit_code
    assert result.output.startswith("Error: the emulator did not start: ")


@pytest.mark.usefixtures("ended")
def test_a_killed_process_is_no_obstacle(command: Command, state_dir: Path) -> None:
    command("start")
    killed = find_serving(state_dir)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    while find_serving(state_dir) is not None:
        time.sleep(0.01)

    result = command("start")

    assert 0 == result.exit_code
    assert killed != find_serving(state_dir)


@pytest.mark.usefixtures("ended")
def test_a_held_request_of_another_process_goes_on_when_the_fault_is_cleared(command: Command, state_dir: Path) -> None:
    command("start")
    command("fault", "--path", "/agents", "--action", "hold")
    serving = find_serving(state_dir)
    assert serving is not None
    url = f"{serving.project_endpoint}/agents?api-version=v1"
    curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url]
    with subprocess.Popen(
        [*emulator_command(state_dir, "run", "--"), *curl], stdout=subprocess.PIPE, text=True
    ) as asked:
        while "1 seen" not in command("fault").output:
            time.sleep(0.05)

        command("fault", "--clear")

        assert "401" == asked.communicate(timeout=20)[0]
