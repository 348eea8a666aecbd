"""What a change of inputs does: which fields differ, and which of them need a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .canonical import complete_inputs, sort_key
from .fields import FIELDS
from .values import Value, contains_unknown

OWNER: Final = "__owner"


@dataclass(frozen=True, slots=True)
class Diff:
    """Names of changed inputs, and of those that need a new version; both sorted."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]


def plan_diff(olds: Mapping[str, Value], news: Mapping[str, Value]) -> Diff:
    """Compare by meaning; a value that is not known yet counts as changed.

    *olds* may hold computed outputs as well; what is no input is not looked at.
    """
    before, after = complete_inputs(olds), complete_inputs(news)
    # An imported version has no owner on record; getting one changes nothing that a preview should show.
    names = (*_NAMES, OWNER) if OWNER in before and OWNER in after else _NAMES
    changed = sorted(name for name in names if _differs(before.get(name), after.get(name)))
    return Diff(tuple(changed), tuple(name for name in changed if name in _REPLACING))


def _differs(before: Value, after: Value) -> bool:
    if before is after:
        return contains_unknown(after)
    if isinstance(before, str) and isinstance(after, str):
        return before != after
    return contains_unknown(before) or contains_unknown(after) or sort_key(before) != sort_key(after)


_NAMES: Final = tuple(field.name for field in FIELDS)
_REPLACING: Final = frozenset(field.name for field in FIELDS if field.effect == "replace")
