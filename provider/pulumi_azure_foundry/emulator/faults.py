"""The fault table: what goes wrong with which request, so that clients can be tested against a bad day.

A fault matches requests by method and path, skips the first *nth* - 1 of them, then strikes *times* times.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from .values import Json, as_map, as_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import Store

KIND = "fault"
COUNTER = "fault-number"
Action: TypeAlias = Literal["status", "delay", "stall", "reset", "drop_after", "truncate", "hold", "lie"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
WAKE_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Fault:
    """One row.

    Args:
        method: ``GET``, … or ``*``.
        path: Path inside the project (``/agents/*/versions``; ``*`` is one segment's part, ``**`` anything) or ``*``.
        nth: The first matching request that is struck, from 1.
        times: How many are struck; 0 means all from then on.
        action: ``status`` answers *status*; ``delay`` only waits; ``stall`` never answers; ``reset`` cuts the
            connection before any work; ``drop_after`` does the work and cuts the connection; ``truncate`` cuts it in
            the middle of the answer; ``hold`` waits until released; ``lie`` puts *word* in place of each ``status``.
        delay: Seconds to wait first, with every action.
        after: With ``status`` and ``hold``: strike when the work is done, before the answer is sent.
        status: HTTP status of the answer.
        code: Service code of the answer.
        message: Text of the answer.
        retry_after: The ``Retry-After`` header of the answer, as it is to be sent.
        word: What ``lie`` says.
        id: Given by the table.
        seen: Matching requests so far.
    """

    method: str = "*"
    path: str = "*"
    nth: int = 1
    times: int = 1
    action: Action = "status"
    delay: float = 0.0
    after: bool = False
    status: int = 500
    code: str = "server_error"
    message: str = "The server had an error processing your request. Sorry about that!"
    retry_after: str | None = None
    word: str = "active"
    id: str = ""
    seen: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether the request is one that this fault counts."""
        if self.method not in ("*", method):
            return False
        return self.path in ("*", "**") or path_pattern(self.path).fullmatch(path) is not None

    @property
    def strikes(self) -> bool:
        """Whether it strikes the request that was counted last."""
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)


def path_pattern(glob: str) -> re.Pattern[str]:
    """The pattern of a path glob."""
    parts = (
        ".*" if part == "**" else "[^/]*" if part == "*" else re.escape(part) for part in re.split(r"(\*\*|\*)", glob)
    )
    return re.compile("".join(parts))


def parse_fault(values: Mapping[str, Json]) -> Fault:
    """A fault from loose values; *action* follows from the others if absent.

    Raises:
        ValueError: A field or a value that does not exist.
    """
    kinds = {field.name: field.type for field in fields(Fault) if field.name not in ("id", "seen")}
    for name, value in values.items():
        if name not in kinds:
            message = f"{name}: no such field of a fault; there are {', '.join(kinds)}"
            raise ValueError(message)
        if not _fits(str(kinds[name]), value):
            message = f"{name}: {value!r} does not fit"
            raise ValueError(message)
    given = dict(values)
    if "action" not in given:
        given["action"] = "delay" if "delay" in given and "status" not in given else "status"
    if given["action"] not in ACTIONS:
        message = f"action: {given['action']!r} is none of {', '.join(ACTIONS)}"
        raise ValueError(message)
    return Fault(**given)  # type: ignore[arg-type]  # names and types were compared above


def _fits(kind: str, value: Json) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) or (value is None and "None" in kind)


class Faults:
    """The table, kept in the store; who is held by it is known to the serving process only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp: tuple[int, int] | None = None
        self._rows: list[Fault] = []
        self._changed = threading.Condition()
        self._held: dict[str, int] = {}
        self._released: dict[str, Literal["continue", "drop"]] = {}

    def add(self, fault: Fault) -> str:
        """Add a row; its id."""
        with self._store.transaction():
            # Kept apart from the rows: a number that some process released must never name a row again.
            last = int(as_number((self._store.get(COUNTER, KIND) or {}).get("value")))
            self._store.put(COUNTER, KIND, {"value": last + 1})
            number = f"{last + 1:06d}"
            self._store.put(KIND, number, as_map(asdict(replace(fault, id=number, seen=0))))
        return number

    def rows(self) -> list[Fault]:
        """All rows, oldest first."""
        stamp = self._store.stamp(KIND)
        if stamp != self._stamp:
            self._rows = [Fault(**body) for _, body in self._store.scan(KIND)]  # type: ignore[arg-type]  # from asdict
            self._stamp = stamp
        return self._rows

    def clear(self, number: str | None = None) -> None:
        """Forget one row or all; whoever is held or stalled by it goes on."""
        for fault in self.rows():
            if number in (None, fault.id):
                self._store.delete(KIND, fault.id)
                self.release(fault.id)

    def take(self, method: str, path: str) -> Fault | None:
        """Count the request in every row that matches; the first row that strikes."""
        if not self.rows():
            return None
        struck: Fault | None = None
        with self._store.transaction():
            for row in self.rows():
                if row.matches(method, path):
                    counted = replace(row, seen=row.seen + 1)
                    self._store.put(KIND, row.id, as_map(asdict(counted)))
                    struck = counted if struck is None and counted.strikes else struck
        return struck

    def arrive(self, number: str) -> None:
        """A request is held by the row."""
        with self._changed:
            self._held[number] = self._held.get(number, 0) + 1
            self._changed.notify_all()

    def leave(self, number: str) -> None:
        """A held request went on, or its client has gone."""
        with self._changed:
            self._held[number] -= 1

    def held(self, number: str) -> int:
        """How many requests the row holds now."""
        return self._held.get(number, 0)

    def wait_held(self, number: str, timeout_seconds: float) -> bool:
        """Wait until the row holds a request; whether it does."""
        end = time.monotonic() + timeout_seconds
        with self._changed:
            while self.held(number) == 0:
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return self.held(number) > 0
        return True

    def release(self, number: str, *, drop: bool = False) -> None:
        """Let the held requests of the row go on, or cut their connections without doing the work (*drop*)."""
        self._released[number] = "drop" if drop else "continue"

    def verdict(self, number: str) -> Literal["continue", "drop"] | None:
        """What a held request is to do; None: keep waiting. A row that any process took away holds nobody."""
        if number not in self._released and all(row.id != number for row in self.rows()):
            return "continue"
        return self._released.get(number)
