"""The rows of the kill matrix: who is killed, during which command, at which request, before or after its work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Blow = Literal["provider", "engine", "ctrl_c", "ctrl_c_twice"]
Command = Literal["create", "replace", "destroy"]

REQUESTS: dict[Command, tuple[str, ...]] = {
    "create": ("GET", "GET", "POST", "GET", "GET"),
    "replace": ("GET", "POST", "GET", "GET", "GET", "GET", "DELETE"),
    "destroy": ("GET", "GET", "DELETE", "GET", "GET", "GET", "DELETE"),
}
"""Methods of each command's requests to the project; a test compares them, so that no request is left out."""
BLOWS: tuple[Blow, ...] = ("provider", "engine", "ctrl_c", "ctrl_c_twice")


@dataclass(frozen=True, slots=True)
class Row:
    """One kill."""

    blow: Blow
    command: Command
    request: int
    after: bool

    @property
    def sentence(self) -> str:
        """The row as a test id."""
        when = "after" if self.after else "before"
        return f"{self.blow} during {self.command} {when} the work of request {self.request}"


def moments(methods: Sequence[str]) -> Iterator[tuple[int, bool]]:
    """Request and whether its work is done: before each, and after each that changes something."""
    for request, method in enumerate(methods, start=1):
        yield request, False
        if method != "GET":
            yield request, True


ROWS = [
    Row(blow, command, request, after)
    for command, methods in REQUESTS.items()
    for (request, after), blow in product(moments(methods), BLOWS)
]


def chosen(count: str | None = os.environ.get("COUNT")) -> Sequence[Row]:
    """All rows, or *count* of them spread over the matrix."""
    if count is None or count == "all" or int(count) >= len(ROWS):
        return ROWS
    step = len(ROWS) / int(count)
    # Blows follow each other in the rows, so an even stride would meet only some of them.
    return [ROWS[int(number * step) // len(BLOWS) * len(BLOWS) + number % len(BLOWS)] for number in range(int(count))]
