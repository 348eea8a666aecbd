"""Honest pages: ``limit``, ``order``, ``after`` and ``before`` over a list whose entries have ids.

The SDK's pager ignores ``has_more`` and goes on until ``last_id`` is empty, so the page past the end says null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ..values import as_list
from .errors import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..values import JsonMap
    from .calls import Call

LARGEST: Final = 100
QUERY: Final = ("limit", "order", "after", "before")


T = TypeVar("T")


def page(
    call: Call,
    items: Sequence[T],
    *,
    identify: Callable[[T], str],
    render: Callable[[T], JsonMap],
) -> JsonMap:
    """One page of *items*, which come oldest first."""
    limit = _limit(call)
    order = call.query.get("order", str(call.switch("list_order")))
    if order not in ("asc", "desc"):
        raise refuse("bad_parameter", param="order", name="order", value=order, wanted="asc or desc")
    ordered = list(items) if order == "asc" else list(reversed(items))
    ids = [identify(item) for item in ordered]
    start, end = 0, len(ordered)
    if "after" in call.query:
        start = _position(ids, call.query["after"], "after") + 1
    if "before" in call.query:
        end = _position(ids, call.query["before"], "before")
        if "after" not in call.query:
            start = max(start, end - limit)
    window = range(start, max(start, end))[:limit]
    data = [render(ordered[index]) for index in window]
    # A page asked for by "before" has more on the side it leads to.
    more = start > 0 if "before" in call.query and "after" not in call.query else window.stop < end
    return {
        "object": "list",
        "data": as_list(data),
        "first_id": ids[window[0]] if data else None,
        "last_id": ids[window[-1]] if data else None,
        "has_more": more,
    }


def _limit(call: Call) -> int:
    text = call.query.get("limit")
    if text is None:
        return call.world.settings.page_limit
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) else 0
    if not 1 <= number <= LARGEST:
        raise refuse("bad_parameter", param="limit", name="limit", value=text, wanted=f"a number from 1 to {LARGEST}")
    return number


def _position(ids: list[str], cursor: str, name: str) -> int:
    """Where *cursor* is; a version's bare number is as good as its id."""
    for index, entry in enumerate(ids):
        if cursor == entry or (":" in entry and cursor == entry.rpartition(":")[2]):
            return index
    raise refuse("bad_parameter", param=name, name=name, value=cursor, wanted="the id of an entry of this list")
