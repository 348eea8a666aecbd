"""A Pulumi project in a folder of its own, driven by the real command line against an emulator.

The commands' own output is what is judged: it is what a user sees. Processes to be killed are found in /proc, by a
variable in their environment: Linux only, like the kill tests that need it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_azure_foundry.emulator.environment import child_environment, pulumi_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_azure_foundry.emulator import Emulator

PROJECT = "e2e"
TYPE = "pulumi-python:dynamic/azure-foundry:HostedAgentVersion"
SECRET = "s3cr3t-of-the-e2e-tests"
PATIENCE_SECONDS = 120.0
PROGRAM = Path(__file__).with_name("program.py")
PROJECT_FILE = """\
name: {project}
runtime:
  name: python
  options:
    virtualenv: {virtualenv}
"""
# Every import of every Python process that the engine starts, written where the test can read it.
IMPORT_RECORDER = """\
import os, sys
_file = os.open(os.environ["E2E_IMPORTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def _hook(event, arguments):
    if event == "import":
        os.write(_file, f"{arguments[0]}\\n".encode())
sys.addaudithook(_hook)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one command ended."""

    command: str
    code: int
    stdout: str
    stderr: str
    events: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """All that the user saw."""
        return self.stdout + self.stderr

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(operation, resource name) of each step of ours, in order, without those that change nothing."""
        starts = [event["resourcePreEvent"]["metadata"] for event in self.events if "resourcePreEvent" in event]
        return [(step["op"], name_of(step["urn"])) for step in starts if step["type"] == TYPE and step["op"] != "same"]

    def succeeded(self) -> Outcome:
        """This outcome, if the command succeeded."""
        assert self.code == 0, f"{self.command} ended with {self.code}:\n{self.text}"
        return self

    def failed(self) -> Outcome:
        """This outcome, if the command failed."""
        assert self.code != 0, f"{self.command} did not fail:\n{self.text}"
        return self


class Stack:
    """One stack of one project; every command is a process of its own.

    Args:
        root: Folder for the project and for Pulumi's own home and backend.
        emulator: What takes the service's place.
    """

    def __init__(self, root: Path, emulator: Emulator) -> None:
        self.root = root
        self.emulator = emulator
        self.folder = root / "project"
        self.name = "dev"
        self.secret = SECRET
        self.outcomes: list[Outcome] = []
        self.folder.mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text(PROJECT_FILE.format(project=PROJECT, virtualenv=sys.prefix))
        shutil.copyfile(PROGRAM, self.folder / "__main__.py")
        self.declare()
        self.run("stack", "init", self.name).succeeded()

    def declare(self, *declarations: Mapping[str, Any]) -> None:
        """Change the program."""
        (self.folder / "declarations.json").write_text(json.dumps(declarations))

    def up(self, *flags: str) -> Outcome:
        """Run `pulumi up`."""
        return self.run("up", "--yes", "--skip-preview", *flags, events=True)

    def preview(self, *flags: str) -> Outcome:
        """Run `pulumi preview`."""
        return self.run("preview", *flags, events=True)

    def refresh(self, *flags: str) -> Outcome:
        """Run `pulumi refresh`."""
        return self.run("refresh", *(flags or ("--yes", "--skip-preview")), events=True)

    def destroy(self, *flags: str) -> Outcome:
        """Run `pulumi destroy`."""
        return self.run("destroy", "--yes", "--skip-preview", *flags, events=True)

    def run(self, *command: str, events: bool = False) -> Outcome:
        """Run any `pulumi` command and wait for it."""
        return self.start(*command, events=events).wait()

    def start(self, *command: str, events: bool = False) -> Running:
        """Start a `pulumi` command."""
        logs = self.root / f"command-{len(self.outcomes)}"
        logs.mkdir()
        flags = ["--event-log", str(logs / "events")] if events else []
        with (logs / "stdout").open("w") as stdout, (logs / "stderr").open("w") as stderr:
            process = subprocess.Popen(
                ["pulumi", *command, *self._stack_flags(command), *flags, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env=self.environment(),
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        return Running(self, " ".join(command), process, logs)

    def _stack_flags(self, command: Sequence[str]) -> list[str]:
        return [] if command[0] in ("stack", "cancel", "config") else ["--stack", self.name]

    def environment(self) -> dict[str, str]:
        """The environment of the commands: the emulator's, and nothing of the machine's own Pulumi or Azure."""
        return child_environment(
            os.environ,
            self.emulator.environment(),
            pulumi_environment(self.root),
            {
                "E2E_SECRET": self.secret,
                "E2E_STACK": str(self.root),
                "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
            },
            self._recorder(),
        )

    def _recorder(self) -> dict[str, str]:
        folder = self.root / "recorder"
        if not folder.exists():
            return {}
        path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {"PYTHONPATH": path, "E2E_IMPORTS": str(folder / "imports.txt")}

    def record_imports(self) -> None:
        """From now on let Python processes write down what they import."""
        folder = self.root / "recorder"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(IMPORT_RECORDER)

    def imported(self) -> set[str]:
        """Names of the modules imported since `record_imports`."""
        return set((self.root / "recorder" / "imports.txt").read_text().split())

    def state(self) -> dict[str, Any]:
        """The stack's deployment, as exported."""
        exported = self.run("stack", "export").succeeded()
        deployment: dict[str, Any] = json.loads(exported.stdout)["deployment"]
        return deployment

    def resources(self) -> list[dict[str, Any]]:
        """The versions in state."""
        return [resource for resource in self.state().get("resources", []) if resource["type"] == TYPE]

    def ids(self) -> list[str]:
        """Ids of the versions in state, sorted."""
        return sorted(resource["id"] for resource in self.resources())

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        found: dict[str, Any] = json.loads(self.run("stack", "output", "--json").succeeded().stdout)
        return found

    def urn(self, name: str) -> str:
        """The URN of a declaration without a parent."""
        return f"urn:pulumi:{self.name}::{PROJECT}::{TYPE}::{name}"

    def processes(self, word: str = "") -> list[int]:
        """Living processes of this stack's commands whose command line has *word* in it."""
        return [pid for pid, line in living(f"E2E_STACK={self.root}") if word in line]

    def end_leftovers(self) -> None:
        """End what a killed engine left behind."""
        for pid in self.processes():
            kill(pid)

    def leaks(self, secret: str) -> list[str]:
        """Places that show *secret*: output, event logs, everything below the root."""
        shown = [outcome.command for outcome in self.outcomes if secret in outcome.text]
        files = [path for path in self.root.rglob("*") if path.is_file()]
        return shown + [str(path) for path in files if secret.encode() in path.read_bytes()]


class Running:
    """A command that was started."""

    def __init__(self, stack: Stack, command: str, process: subprocess.Popen[bytes], logs: Path) -> None:
        self.stack = stack
        self.command = command
        self.process = process
        self.logs = logs

    @property
    def stdout(self) -> str:
        """What it has said so far."""
        return (self.logs / "stdout").read_text()

    @property
    def stderr(self) -> str:
        """What it has said so far on the other channel."""
        return (self.logs / "stderr").read_text()

    def wait(self, timeout_seconds: float = PATIENCE_SECONDS) -> Outcome:
        """Wait for its end."""
        try:
            self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill_engine()
            self.stack.end_leftovers()
            self.process.wait()
            raise AssertionError(f"pulumi {self.command} did not end:\n{self.stdout}{self.stderr}") from None
        events = list(events_in(self.logs / "events"))
        outcome = Outcome(self.command, self.process.returncode, self.stdout, self.stderr, events)
        self.stack.outcomes.append(outcome)
        return outcome

    def interrupt(self) -> None:
        """Ctrl-C: what a terminal sends to the foreground process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def interrupt_twice(self) -> None:
        """Ctrl-C, and again when the engine has said that it takes a second one to end at once."""
        self.interrupt()
        wait_until("the engine took the first Ctrl-C", lambda: "press ^C again" in self.stdout + self.stderr)
        self.interrupt()

    def kill_engine(self) -> None:
        """End the engine as the kernel does when memory is short."""
        kill(self.process.pid)

    def kill_provider(self) -> None:
        """End the provider process the same way."""
        pids = self.stack.processes("pulumi.dynamic")
        assert pids, "no provider process is running"
        for pid in pids:
            kill(pid)


def name_of(urn: str) -> str:
    """The resource name in a URN."""
    return urn.rpartition("::")[2]


def events_in(log: Path) -> Iterator[dict[str, Any]]:
    """The engine's events; a killed engine leaves its last line unfinished."""
    for line in log.read_text().splitlines() if log.exists() else []:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            return


def living(marker: str) -> Iterator[tuple[int, str]]:
    """Process ids and command lines of the processes with *marker* in their environment."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker.encode() in environment and line:
            yield int(folder.name), line


def kill(pid: int) -> None:
    """End one process at once, if it is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_until(statement: str, is_true: Any, timeout_seconds: float = 60.0) -> None:
    """Wait until a callable says so."""
    until = time.monotonic() + timeout_seconds
    while not is_true():
        assert time.monotonic() < until, f"in vain waited for: {statement}"
        time.sleep(0.1)


def secret(ending: str = "") -> dict[str, str]:
    """A secret value in a declaration."""
    return {"$secret": ending}


def late(value: Any) -> dict[str, Any]:
    """A value in a declaration that becomes known only when another resource exists."""
    return {"$late": value}


def agent(name: str = "support", /, *, options: Mapping[str, Any] | None = None, **args: Any) -> dict[str, Any]:
    """A declaration of a version; an argument None leaves it out."""
    given = {"agent_name": name, "image": "acme.azurecr.io/support:1.0", **args}
    return {
        "name": name,
        "args": {key: value for key, value in given.items() if value is not None},
        "options": dict(options or {}),
    }
