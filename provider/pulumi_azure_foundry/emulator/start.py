"""Starts and ends the serving process that outlives the command which asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .serving import find_serving, open_users, try_lock, use_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .server import Ports
    from .serving import Serving

LOG_FILE = "server.log"
START_PATIENCE_SECONDS = 20.0
STOP_PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.05


class NotStartedError(Exception):
    """The serving process ended or stayed silent; the text has its last words."""


def start_in_background(state_dir: Path, ports: Ports, *, while_used: bool = False) -> Serving:
    """Start a serving process and wait until it answers; of two that start at once, both callers get the one that won.

    Raises:
        NotStartedError: None serves.
    """
    log = state_dir / LOG_FILE
    command = [sys.executable, "-m", "pulumi_azure_foundry.emulator", "--state", str(state_dir), "serve"]
    options = ["--port", str(ports.https), "--token-port", str(ports.token), "--proxy-port", str(ports.proxy)]
    if while_used:
        options.append("--while-used")
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    end = time.monotonic() + START_PATIENCE_SECONDS
    while time.monotonic() < end:
        ended = process.poll() is not None
        serving = find_serving(state_dir)
        if serving is not None:
            # It outlives this process on purpose; without a return code Popen would warn about that.
            process.returncode = process.returncode or 0
            return serving
        if ended:
            message = f"the emulator did not start: {last_line(log)}"
            raise NotStartedError(message)
        time.sleep(POLL_SECONDS)
    process.kill()
    process.wait()
    message = f"the emulator did not answer within {START_PATIENCE_SECONDS:.0f} s; see {log}"
    raise NotStartedError(message)


def last_line(log: Path) -> str:
    """Give the last words of the serving process."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("Error: ") if lines else "it said nothing"


def stop_serving(state_dir: Path, serving: Serving) -> None:
    """End the process that serves *state_dir*.

    Raises:
        NotStartedError: It serves inside a test, and ends with that.
    """
    if serving.life == "inside":
        message = f"process {serving.pid} serves it for itself, and ends with that"
        raise NotStartedError(message)
    os.kill(serving.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_PATIENCE_SECONDS
    while find_serving(state_dir) == serving:
        if time.monotonic() > end:
            os.kill(serving.pid, signal.SIGKILL)
            return
        time.sleep(POLL_SECONDS)


@contextmanager
def used(state_dir: Path, ports: Ports) -> Iterator[Serving]:
    """Use the process that serves *state_dir*, or one that is started now and ends with its last user.

    It is a process of its own, so that of two users at once neither takes it away from the other.
    """
    with use_folder(state_dir):
        serving = find_serving(state_dir) or start_in_background(state_dir, ports, while_used=True)
        yield serving
    if serving.life == "while used":
        stop_if_unused(state_dir, serving)


def stop_if_unused(state_dir: Path, serving: Serving) -> None:
    """End *serving* now instead of when it notices by itself."""
    users = open_users(state_dir)
    try:
        if try_lock(users) and find_serving(state_dir) == serving:
            stop_serving(state_dir, serving)
    finally:
        os.close(users)
