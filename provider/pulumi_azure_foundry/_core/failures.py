"""How a check says what is wrong with an input."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """One wrong value: where it is, and what is allowed there.

    The reason quotes the value only where a field cannot hold a secret.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True, order=True)
class Warning_:  # noqa: N801 (Warning is a builtin)
    """Something that works, and that the user should know."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


Finding: TypeAlias = Failure | Warning_
Findings: TypeAlias = Iterator[Finding]
