"""The journal: every request of the imitated planes, for assertions and for the page.

Written by allow list: method, path, known query parameters, status, times, user agent. No header, no body, no token.
"""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .values import as_map

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .store import Store
    from .values import JsonMap

KIND = "journal"
KEPT: Final = 20_000
QUERY_NAMES: Final = frozenset({
    "after", "agent_session_id", "agent_version", "api-version", "before", "force", "include_drafts", "kind", "limit",
    "order", "resource",
})  # fmt: skip
HIDDEN: Final = "[not shown]"


@dataclass(slots=True)
class Entry:
    """One request. *status* is None while it is being served and 0 when the connection was cut."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    at: float
    user_agent: str
    plane: str
    request_id: str
    status: int | None = None
    seconds: float = 0.0
    fault: str | None = None
    started: float = 0.0

    def as_json(self) -> JsonMap:
        """For the store, the page and callers."""
        return {
            "number": self.number,
            "plane": self.plane,
            "method": self.method,
            "path": self.path,
            "query": as_map(self.query),
            "at": round(self.at, 4),
            "status": self.status,
            "seconds": round(self.seconds, 5),
            "user_agent": self.user_agent,
            "request_id": self.request_id,
            "fault": self.fault,
        }


def shown_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The query as the journal may show it."""
    return {name: value if name in QUERY_NAMES else HIDDEN for name, value in pairs}


class Journal:
    """Requests in the order of their arrival; the last 20,000 are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[int, Entry] = {}
        self._lock = threading.Lock()
        last = store.last_key(KIND)
        self._numbers = itertools.count(int(last) + 1 if last else 1)

    def begin(self, entry: Entry) -> Entry:
        """A request arrived; gives it its number."""
        entry.started = time.perf_counter()
        with self._lock:
            entry.number = next(self._numbers)
            self._open[entry.number] = entry
        return entry

    def end(self, entry: Entry) -> None:
        """The request was answered, or its connection was cut."""
        entry.seconds = time.perf_counter() - entry.started
        with self._lock:
            if self._open.pop(entry.number, None) is None:
                return
        self._store.put(KIND, _key(entry.number), entry.as_json())
        if entry.number % 1000 == 0:
            self._store.clear_up_to(KIND, _key(entry.number - KEPT))

    def entries(self) -> list[JsonMap]:
        """All requests, those being served included."""
        with self._lock:
            open_now = [entry.as_json() for entry in self._open.values()]
        done = [body for _, body in self._store.scan(KIND)]
        numbers = {body["number"] for body in done}
        both = done + [entry for entry in open_now if entry["number"] not in numbers]
        return sorted(both, key=lambda entry: str(entry["number"]).zfill(12))

    def last(self, count: int) -> list[JsonMap]:
        """The last *count* answered requests, newest first."""
        return self._store.last(KIND, count)

    def clear(self) -> None:
        """Forget all; numbers go on."""
        with self._lock:
            self._open.clear()
        self._store.clear(KIND)


def _key(number: int) -> str:
    return f"{max(number, 0):012d}"
