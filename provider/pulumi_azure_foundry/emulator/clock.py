"""The world's clock: real time plus an offset that tests and people move forward; kept, so that all commands agree."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .values import as_number

if TYPE_CHECKING:
    from .store import Store

KIND = "clock"


class WorldClock:
    """Seconds since 1970 as the imitated service sees them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp: tuple[int, int] | None = None
        self._offset = 0.0

    def _current_offset(self) -> float:
        stamp = self._store.stamp(KIND)
        if stamp != self._stamp:
            self._offset = as_number((self._store.get(KIND, "offset") or {}).get("seconds"))
            self._stamp = stamp
        return self._offset

    def now(self) -> float:
        """Time in the world."""
        return time.time() + self._current_offset()

    def advance(self, seconds: float) -> float:
        """Move the world forward by *seconds* (not negative); the new time.

        Raises:
            ValueError: The world does not go back in time.
        """
        if seconds < 0:
            message = f"seconds: {seconds} is negative; the world's clock only moves forward"
            raise ValueError(message)
        with self._store.transaction():
            self._store.put(KIND, "offset", {"seconds": self._current_offset() + seconds})
        return self.now()
