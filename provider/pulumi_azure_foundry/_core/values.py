"""The values that decisions are made about, and the one value that is not known yet.

The engine previews programs whose inputs depend on resources that do not exist yet. Every rule has to pass such a value
through, at any depth, so it has a type of its own instead of the engine's marker text.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias


class Unknown:
    """A value that only an `up` will tell; there is one, `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "unknown"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

Value: TypeAlias = "bool | int | float | str | Unknown | list[Value] | dict[str, Value] | None"


def is_unknown(value: object) -> bool:
    """Say whether *value* itself is not known yet."""
    return isinstance(value, Unknown)


def contains_unknown(value: object) -> bool:
    """Say whether *value*, or anything inside it, is not known yet."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(contains_unknown(item) for item in value)
    return is_unknown(value)
