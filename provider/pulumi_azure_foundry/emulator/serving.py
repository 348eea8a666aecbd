"""Who serves a state folder: one process at a time, found by the others, gone without a trace when it is killed.

A lock that the operating system drops with its process says whether somebody serves; the file beside it says who.
A process id alone would lie after a crash.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from .certificates import read_private, write_private
from .environment import PROJECT_PATH
from .server import LOOPBACK, Ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# With the process around it; when stopped; when stopped, or when no ``foundry-emulator run`` needs it any more.
Life: TypeAlias = Literal["inside", "background", "while used"]

LOCK_FILE = "serving.lock"
USERS_FILE = "users.lock"
RECORD_FILE = "serving.json"
# Whoever asks whether the folder is served holds the lock for a moment.
LOCK_PATIENCE_SECONDS = 0.5
POLL_SECONDS = 0.02


class AlreadyServedError(Exception):
    """Another process serves the state folder; stop it first, or use it."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One serving process, and why it ends."""

    pid: int
    ports: Ports
    life: Life

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"https://{LOOPBACK}:{self.ports.https}/"

    @property
    def project_endpoint(self) -> str:
        """The project on loopback, for clients without the proxy."""
        return f"https://{LOOPBACK}:{self.ports.https}{PROJECT_PATH}"


@contextmanager
def hold_folder(state_dir: Path) -> Iterator[None]:
    """Hold *state_dir* for this process.

    Raises:
        AlreadyServedError: Somebody else does.
    """
    descriptor = os.open(state_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + LOCK_PATIENCE_SECONDS
        while not try_lock(descriptor):
            if time.monotonic() > end:
                message = f"an emulator already serves {state_dir}"
                raise AlreadyServedError(message)
            time.sleep(POLL_SECONDS)
        withdraw(state_dir)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the lock if nobody has it; whether that went well."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def use_folder(state_dir: Path) -> Iterator[None]:
    """Count as a user of *state_dir*; waits while a server that found no user is about to end."""
    descriptor = open_users(state_dir)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def open_users(state_dir: Path) -> int:
    """Open the lock that each user shares; who gets it alone knows that there is none, and keeps new ones waiting."""
    return os.open(state_dir / USERS_FILE, os.O_RDWR | os.O_CREAT, 0o600)


def announce(state_dir: Path, serving: Serving) -> None:
    """Tell other processes who serves *state_dir*."""
    write_private(state_dir / RECORD_FILE, json.dumps(asdict(serving)).encode())


def withdraw(state_dir: Path) -> None:
    """Say that nobody is ready to serve *state_dir*; only the holder of the lock may."""
    (state_dir / RECORD_FILE).unlink(missing_ok=True)


def find_serving(state_dir: Path) -> Serving | None:
    """Give the process that serves *state_dir* and is ready, or None. What a killed one left behind counts as none."""
    try:
        descriptor = os.open(state_dir / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        if try_lock(descriptor):
            return None
        found = json.loads(read_private(state_dir / RECORD_FILE))
    except FileNotFoundError:
        return None
    finally:
        os.close(descriptor)
    return Serving(found["pid"], Ports(**found["ports"]), found["life"])
