"""What one call works with: the seam to the service, a clock, a status line and the wish to go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_azure_foundry._core.waiting import Clock
from pulumi_azure_foundry._dynamic import doors
from pulumi_azure_foundry._dynamic.memory import Memory, memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import RLock

    from pulumi_azure_foundry._core.seam import DataPlane
    from pulumi_azure_foundry._core.values import Value

STATUS_EVERY_SECONDS = 15.0
"""Outside a terminal every status line is a printed line, also an unchanged one."""
WAKE_SECONDS = 0.5
"""How soon a sleeping call notices Ctrl-C or the end of the engine."""


class SystemClock(Clock):
    """The clock of a real run."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep, or return at once when the engine cancels."""
        doors.cancelled.wait(seconds)


@dataclass(slots=True)
class StatusLine:
    """The Info column of one resource: a line on change, else every 15 s, nothing left at the end."""

    show: Callable[[str], None]
    clock: Clock
    _key: str = ""
    _shown_at: float = field(default=float("-inf"))

    def update(self, key: str, text: str) -> None:
        """Show *text* when *key* changed or the last line is old."""
        now = self.clock.monotonic()
        if key != self._key or now - self._shown_at >= STATUS_EVERY_SECONDS:
            self._key, self._shown_at = key, now
            self.show(text)

    def clear(self) -> None:
        """Empty the column, if anything was put there."""
        if self._key:
            self._key = ""
            self.show("")


@dataclass(frozen=True, slots=True)
class Work:
    """One call's surroundings."""

    data_plane: DataPlane
    project_endpoint: str
    agent_name: str
    clock: Clock
    status: StatusLine
    warn: Callable[[str], None]
    is_wanted: Callable[[], bool]
    memory: Memory

    @property
    def lock(self) -> RLock:
        """The agent's lock."""
        return self.memory.agent_lock(self.project_endpoint, self.agent_name)

    def hold(self, version: str) -> None:
        """Remember that this version is in use: delete passes it over."""
        self.memory.held.add((self.project_endpoint, f"{self.agent_name}/{version}"))

    def holds(self, version: str) -> bool:
        """True when this command created, adopted or updated the version."""
        return (self.project_endpoint, f"{self.agent_name}/{version}") in self.memory.held

    def stands(self, version: str) -> bool:
        """True when the version was in state for a declaration when this command began."""
        return (self.project_endpoint, f"{self.agent_name}/{version}") in self.memory.standing

    def sleep(self, seconds: float) -> bool:
        """Sleep *seconds*; False as soon as nobody waits for the answer any more."""
        until = self.clock.monotonic() + seconds
        while self.is_wanted():
            left = until - self.clock.monotonic()
            if left <= 0:
                return True
            self.clock.sleep(min(left, WAKE_SECONDS))
        return False


def open_work(caller: doors.Caller, inputs: Mapping[str, Value]) -> Work:
    """Surroundings of a real call; imports Azure."""
    from pulumi_azure_foundry._azure.data_plane import open_data_plane

    clock = SystemClock()
    project_endpoint, api_version = str(inputs["project_endpoint"]), str(inputs.get("api_version", "v1"))
    return Work(
        data_plane=open_data_plane(project_endpoint, api_version),
        project_endpoint=project_endpoint,
        agent_name=str(inputs["agent_name"]),
        clock=clock,
        status=StatusLine(show=lambda text: doors.tell(caller, text), clock=clock),
        warn=lambda text: doors.tell(caller, text, severity="WARNING", keep=True),
        is_wanted=lambda: caller.is_wanted,
        memory=memory,
    )
