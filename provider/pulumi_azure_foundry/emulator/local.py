"""The emulator as one object inside the process that uses it: what tests and the commands hold in their hands."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from .app import create_app, create_token_app
from .certificates import BUNDLE_FILE, prepare_certificates, prepare_state_folder, read_private
from .environment import emulator_environment
from .faults import parse_fault
from .server import Ports, Running
from .serving import Serving, announce, hold_folder, withdraw
from .world import IDENTITY_HEADER_FILE, World

if TYPE_CHECKING:
    from types import TracebackType

    from .clock import WorldClock
    from .faults import Faults
    from .images import Images
    from .serving import Life
    from .settings import Settings
    from .values import Json, JsonMap

HOLD_PATIENCE_SECONDS = 10.0
Part = TypeVar("Part")


class Struck:
    """One row of the fault table; has no public constructor, `Emulator.fault` and `Emulator.hold` give it."""

    def __init__(self, faults: Faults, number: str) -> None:
        self._faults = faults
        self.number = number

    @property
    def seen(self) -> int:
        """Requests so far that match the row."""
        return next((row.seen for row in self._faults.rows() if row.id == self.number), 0)

    def wait(self, timeout_seconds: float = HOLD_PATIENCE_SECONDS) -> None:
        """Wait until the row holds a request.

        Raises:
            TimeoutError: None came in time.
        """
        if not self._faults.wait_held(self.number, timeout_seconds):
            message = f"no request was held within {timeout_seconds} s"
            raise TimeoutError(message)

    def release(self, *, drop: bool = False) -> None:
        """Let held requests go on, or cut their connections (*drop*)."""
        self._faults.release(self.number, drop=drop)

    def clear(self) -> None:
        """Take the row out of the table; whoever is held goes on."""
        self._faults.clear(self.number)


class Emulator:
    """A local Foundry project: TLS server, proxy and token endpoint in a thread of this process.

    Use it in a ``with`` block; the ports are chosen by the operating system and listen on loopback only.

    Args:
        state_dir: Folder of the imitated world, made if absent; a later emulator finds the world there again.
            Default: a temporary folder that is removed at the end.
        ports: Loopback ports instead of free ones.
        life: Why it ends; told to other processes.

    Raises:
        AlreadyServedError: Another emulator serves *state_dir*.
        UnsafeStateError: Others could read or change *state_dir*.
    """

    def __init__(
        self, state_dir: str | os.PathLike[str] | None = None, *, ports: Ports | None = None, life: Life = "inside"
    ) -> None:
        self._wanted_state_dir = state_dir
        self._wanted_ports = ports or Ports()
        self._life = life
        self._open = ExitStack()
        self._world: World | None = None
        self._serving: Serving | None = None

    def start(self) -> Self:
        """Start serving; returns when requests are answered."""
        with ExitStack() as opened:
            folder = self._wanted_state_dir
            if folder is None:
                folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="foundry-emulator-"))
            state_dir = prepare_state_folder(Path(folder))
            opened.enter_context(hold_folder(state_dir))
            certificates = prepare_certificates(state_dir, os.environ)
            world = World(state_dir)
            opened.callback(world.close)
            running = opened.enter_context(
                Running(
                    app=create_app(world),
                    token_app=create_token_app(world),
                    certificates=certificates,
                    ports=self._wanted_ports,
                )
            )
            serving = Serving(os.getpid(), running.ports, self._life)
            announce(state_dir, serving)
            opened.callback(withdraw, state_dir)
            self._world, self._serving = world, serving
            self._open = opened.pop_all()
        return self

    def stop(self) -> None:
        """Cut all connections, close the ports, and keep the world in its folder. Safe to call twice."""
        self._open.close()
        self._world = self._serving = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def world(self) -> World:
        """The imitated world itself."""
        return started(self._world)

    @property
    def serving(self) -> Serving:
        """Process and ports."""
        return started(self._serving)

    @property
    def state_dir(self) -> Path:
        """Folder of the world, the certificates and the tokens."""
        return self.world.state_dir

    @property
    def ca_bundle(self) -> Path:
        """What a client must trust: the usual authorities and the emulator's own."""
        return self.state_dir / BUNDLE_FILE

    @property
    def url(self) -> str:
        """Where the page is, for a person with a browser."""
        return self.serving.url

    @property
    def project_endpoint(self) -> str:
        """The project on a loopback port."""
        return self.serving.project_endpoint

    @property
    def settings(self) -> Settings:
        """Durations, limits and switches."""
        return self.world.settings

    @property
    def clock(self) -> WorldClock:
        """The world's clock."""
        return self.world.clock

    @property
    def images(self) -> Images:
        """Which image starts and which fails."""
        return self.world.images

    def environment(self, *, project_endpoint: str | None = None) -> dict[str, str]:
        """Give what a child process needs to meet the emulator instead of Azure, to be added to its environment.

        Args:
            project_endpoint: Default: the loopback one. Any ``https://{account}.services.ai.azure.com/api/projects/{p}``
                works as well, through the proxy.
        """
        return environment_of(
            self.state_dir, self.serving.ports, project_endpoint=project_endpoint or self.project_endpoint
        )

    def fault(self, **row: Json) -> Struck:
        """Let something go wrong with requests to come; the fields are those of `faults.Fault`."""
        return Struck(self.world.faults, self.world.faults.add(parse_fault(row)))

    def hold(self, method: str = "*", path: str = "*", *, nth: int = 1, after: bool = False) -> Struck:
        """Stop the *nth* matching request until released: before its work, or *after* it and before the answer."""
        return self.fault(action="hold", method=method, path=path, nth=nth, after=after)

    def journal(self) -> list[JsonMap]:
        """Give all requests so far: method, path, query, status, seconds, at; no token, no body."""
        return self.world.journal.entries()

    def reset(self) -> None:
        """Back to an empty world with default settings, real time and an empty journal."""
        self.world.reset()


def environment_of(state_dir: Path, ports: Ports, *, project_endpoint: str) -> dict[str, str]:
    """Give the environment of a child for the emulator that serves *state_dir* on *ports*, in whichever process."""
    return emulator_environment(
        ports=ports,
        bundle=state_dir / BUNDLE_FILE,
        identity_header=read_private(state_dir / IDENTITY_HEADER_FILE).decode(),
        project_endpoint=project_endpoint,
    )


def started(value: Part | None) -> Part:
    """Give *value*, which is there from `Emulator.start` to `Emulator.stop`."""
    if value is None:
        message = "the emulator is not started; use it in a with block"
        raise RuntimeError(message)
    return value
