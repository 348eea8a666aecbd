"""The one alias module of the emulator: JSON as the type checker sees it, and how to read it without guessing."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonMap: TypeAlias = dict[str, Json]


def as_map(value: object) -> JsonMap:
    """*value* if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Json]:
    """*value* if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Json, default: str = "") -> str:
    """*value* if it is a string, else *default*."""
    return value if isinstance(value, str) else default


def as_number(value: Json, default: float = 0.0) -> float:
    """*value* if it is a number (a boolean is none), else *default*."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
