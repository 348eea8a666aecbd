"""Runs the user's command against the emulator and answers for it: signals go in, the exit code comes out."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

# What shells say of a command that is not there, that may not be run, and that a signal ended.
NOT_FOUND = 127
NOT_EXECUTABLE = 126
SIGNAL_BASE = 128

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandNotStartedError(Exception):
    """The command could not be started; *exit_code* is the one a shell would give."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run *command* with exactly *environment* and give its exit code, 128 + n if signal n ended it.

    Raises:
        CommandNotStartedError: No such program, or not executable.
    """
    try:
        child = subprocess.Popen(list(command), env=dict(environment))
    except FileNotFoundError:
        raise CommandNotStartedError(f"{command[0]}: no such command", NOT_FOUND) from None
    except OSError as exc:
        raise CommandNotStartedError(f"{command[0]}: {exc.strerror}", NOT_EXECUTABLE) from exc

    def forward(number: int, _frame: FrameType | None) -> None:
        # On Ctrl-C the terminal signals the whole group; a second copy would make pulumi give up at once.
        if number != signal.SIGINT or not is_in_foreground():
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else SIGNAL_BASE - code


def is_in_foreground() -> bool:
    """Say whether a terminal sends its signals to this process and its children."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
