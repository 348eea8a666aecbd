"""How a check says what is wrong with an input."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from .redaction import cut

_LONGEST_QUOTE: Final = 80


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
class Notice:
    """Something that works, and that the user should know all the same."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


Finding: TypeAlias = Failure | Notice
Findings: TypeAlias = Iterator[Finding]


def entry_path(field: str, key: str) -> str:
    """Path of one entry of a map, in one line whatever the key is."""
    return f"{field}[{json.dumps(cut(key, _LONGEST_QUOTE), ensure_ascii=False)}]"


def quoted(text: str) -> str:
    """A value that cannot hold a secret, in one line."""
    return repr(cut(text, _LONGEST_QUOTE))
