"""The emulator in a process of its own, so that its CPU is not in the provider's; the bench turns its world."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Self

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.foundry.state import Version
from pulumi_azure_foundry.emulator.world import World

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class Service:
    """A running emulator; use it in a ``with`` block."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.service", str(self.state_dir)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        if not first_line:
            message = "the emulator did not start; its words are above"
            raise RuntimeError(message)
        self.environment = json.loads(first_line)
        self._world = World(self.state_dir)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._world.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)

    def reset(self, *, provisioning_seconds: float = 0.0) -> None:
        """An empty world with an empty journal."""
        self._world.reset()
        self._world.settings.provisioning_seconds = provisioning_seconds

    def set_provisioning(self, image: str, seconds: float) -> None:
        """How long versions with *image* are `creating`."""
        self._world.images.set(image, "ok", seconds=seconds)

    def forget_requests(self) -> None:
        """An empty journal."""
        self._world.journal.clear()

    def requests(self, path_part: str = "") -> int:
        """How many requests the journal has whose path contains *path_part*, those for tokens included."""
        return sum(path_part in str(entry["path"]) for entry in self._world.journal.entries())

    def polls(self, agent_name: str) -> int:
        """How often the agent's versions were asked for on their own URL."""
        start = f"/agents/{agent_name}/versions/"
        return sum(entry["method"] == "GET" and start in str(entry["path"]) for entry in self._world.journal.entries())

    def active_at(self) -> dict[str, float]:
        """When each agent's newest version became active, on this machine's clock."""
        versions = [Version(**body) for _, body in self._world.store.scan("version")]  # type: ignore[arg-type]  # written from asdict
        return {version.agent: version.settled_at for version in versions}


def main() -> None:
    """Serve the state folder until stdin ends; the first line of output is the environment of a client."""
    with Emulator(sys.argv[1]) as emulator:
        print(json.dumps(emulator.environment()), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
