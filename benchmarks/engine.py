"""Runs of the real Pulumi CLI: stacks that are made by copying, walls, event times and the provider's memory."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi_azure_foundry.emulator.environment import child_environment, pulumi_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
FLAGS: Final = ("--stack", "bench", "--non-interactive", "--color", "never", "--parallel", "128")
EVENT_POLL_SECONDS: Final = 0.01
MEMORY_POLL_SECONDS: Final = 0.1
TIMEOUT_SECONDS: Final = 900.0


class CommandFailedError(Exception):
    """A pulumi command ended with an error: the measurement says nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a program declares: agents with their images, by one of the providers `ours`, `noop`, `naive`."""

    provider: str
    agents: Mapping[str, str]
    variant: str = "a"

    def as_json(self) -> str:
        """For the program."""
        return json.dumps({"provider": self.provider, "agents": dict(self.agents), "variant": self.variant})


@dataclass(slots=True)
class Run:
    """What was seen of one command."""

    wall: float = 0.0
    created_at: dict[str, float] = field(default_factory=dict)
    """Resource name → when the engine told that it was created."""
    peak_mb: float = 0.0


class Engine:
    """The CLI with a backend, a home and an environment that belong to this benchmark alone."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        cli = subprocess.run(
            [sys.executable, str(ROOT / "tools" / "get_pulumi.py")], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        path = {"PATH": os.pathsep.join([cli, str(Path(sys.executable).parent), os.environ["PATH"]])}
        python = {"PULUMI_PYTHON_CMD": sys.executable, "PYTHONPATH": str(ROOT)}
        self.environment = child_environment(os.environ, environment, pulumi_environment(folder), path, python)
        # Whoever sets it compiles every module in every run; users do not.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._template = folder / "template"
        shutil.copytree(ROOT / "benchmarks" / "program", self._template, ignore=shutil.ignore_patterns("__pycache__"))
        (self._template / "stacks").mkdir()
        self._pulumi(self._template, ["stack", "init", "bench"], {})

    def new_stack(self, plan: Plan) -> Stack:
        """An empty stack; made by copying one, because `stack init` takes seconds."""
        folder = self._folder / f"stack-{next(self._numbers)}"
        shutil.copytree(self._template, folder)
        return Stack(self, folder, plan)

    def run(self, folder: Path, arguments: list[str], extra: Mapping[str, str]) -> float:
        """Run a command; its wall in seconds."""
        return self._pulumi(folder, [*arguments, *FLAGS], extra)

    def _pulumi(self, folder: Path, arguments: list[str], extra: Mapping[str, str]) -> float:
        environment = {**self.environment, "PULUMI_BACKEND_URL": f"file://{folder / 'stacks'}", **extra}
        started = time.perf_counter()
        done = subprocess.run(
            ["pulumi", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        wall = time.perf_counter() - started
        if done.returncode != 0:
            message = f"pulumi {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-4000:]}"
            raise CommandFailedError(message)
        return wall


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack of its own folder and backend."""

    engine: Engine
    folder: Path
    plan: Plan

    def up(self, **extra: str) -> float:
        """`pulumi up` without the preview in front; the wall."""
        return self._run(["up", "--yes", "--skip-preview"], extra)

    def preview(self) -> float:
        """`pulumi preview`; the wall."""
        return self._run(["preview"], {})

    def refresh(self) -> float:
        """`pulumi refresh`; the wall."""
        return self._run(["refresh", "--yes", "--skip-preview"], {})

    def changed(self, variant: str) -> Stack:
        """The same stack with another program."""
        return replace(self, plan=replace(self.plan, variant=variant))

    def watched_up(self) -> Run:
        """`pulumi up` with the times of its events and the memory of its provider."""
        run, mark = Run(), f"{self.folder.name}-{time.time_ns()}"
        events = self.folder / "events.json"
        events.touch()
        with (
            watching(lambda is_over: follow(events, run, is_over)),
            watching(lambda is_over: weigh(mark, run, is_over)),
        ):
            run.wall = self._run(
                ["up", "--yes", "--skip-preview", "--event-log", str(events)],
                {"BENCH_RUN": mark, "PULUMI_DEBUG_COMMANDS": "true"},
            )
        return run

    def _run(self, arguments: list[str], extra: Mapping[str, str]) -> float:
        return self.engine.run(self.folder, arguments, {"BENCH_PLAN": self.plan.as_json(), **extra})


@contextlib.contextmanager
def watching(watch: Any) -> Iterator[None]:  # noqa: ANN401 - a callable of the event that ends it
    """Run *watch* in a thread beside the block."""
    is_over = threading.Event()
    thread = threading.Thread(target=watch, args=(is_over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def follow(events: Path, run: Run, is_over: threading.Event) -> None:
    """Note when the engine tells that a resource was created; the log's own times are whole seconds."""
    with events.open(encoding="utf-8") as log:
        rest = ""
        while True:
            last_round = is_over.wait(EVENT_POLL_SECONDS)
            text = rest + log.read()
            now = time.time()
            *lines, rest = text.split("\n")
            for event in map(json.loads, lines):
                metadata = event.get("resOutputsEvent", {}).get("metadata", {})
                if metadata.get("op") == "create":
                    run.created_at[metadata["urn"].rpartition("::")[2]] = now
            if last_round:
                return


def weigh(mark: str, run: Run, is_over: threading.Event) -> None:
    """Keep the highest memory that the provider process of the marked run ever had."""
    process: Path | None = None
    while not is_over.wait(MEMORY_POLL_SECONDS):
        if process is None:
            process = find_provider(mark)
            continue
        with contextlib.suppress(OSError, StopIteration):
            status = (process / "status").read_text(encoding="ascii", errors="replace")
            kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
            run.peak_mb = max(run.peak_mb, int(kilobytes) * 1024 / 1e6)


def find_provider(mark: str) -> Path | None:
    """The Python process that serves dynamic resources in the marked run."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            is_provider = b"pulumi.dynamic" in words and b"python" in words[0].rpartition(b"/")[2]
            if is_provider and f"BENCH_RUN={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                return process
    return None
