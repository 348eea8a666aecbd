"""What the commands print for people."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from .values import as_map, as_number, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .faults import Fault
    from .images import Outcome
    from .serving import Life, Serving
    from .settings import Settings
    from .values import JsonMap

ENDS: Final[Mapping[Life, str]] = {
    "inside": "the process ends",
    "background": "`foundry-emulator stop`",
    "while used": "the last `foundry-emulator run` ends",
}


def table(rows: Sequence[Sequence[object]]) -> str:
    """Give *rows* with aligned columns."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts
    )


def render_serving(serving: Serving, project_url: str) -> str:
    """Say where everything is."""
    return table([
        ["running", f"process {serving.pid}"],
        ["page", serving.url],
        ["project", serving.project_endpoint],
        ["", f"{project_url} (inside `foundry-emulator run`)"],
        ["until", ENDS[serving.life]],
    ])  # fmt: skip


def render_world(numbers: JsonMap) -> str:
    """Say what there is, and what time it is there."""
    now = datetime.fromtimestamp(as_number(numbers["now"]), UTC).isoformat(timespec="seconds")
    return table([[name, now if name == "now" else value] for name, value in numbers.items()])


def render_journal(entries: Sequence[JsonMap]) -> str:
    """Give one line for each request."""
    return table([journal_row(entry) for entry in entries]) if entries else "no requests"


def journal_row(entry: JsonMap) -> list[str]:
    """Give the cells of one request: time, method, path with query, status, duration, fault."""
    at = as_number(entry["at"])
    clock = time.strftime("%H:%M:%S", time.localtime(at)) + f"{at % 1:.3f}"[1:]
    query = "&".join(f"{name}={value}" for name, value in as_map(entry["query"]).items())
    status = entry["status"]
    fault = as_text(entry.get("fault"))
    return [
        clock,
        as_text(entry["method"]),
        as_text(entry["path"]) + (f"?{query}" if query else ""),
        "open" if status is None else "cut" if status == 0 else str(status),
        f"{as_number(entry['seconds']) * 1000:.1f} ms",
        f"fault {fault}" if fault else "",
    ]


def render_faults(images: Sequence[Outcome], faults: Sequence[Fault]) -> str:
    """Give what will go wrong, one line each."""
    rows = [
        ["image", entry.image, entry.outcome, "always" if entry.times is None else f"{entry.times} more"]
        for entry in images
    ]
    rows += [[fault.method, fault.path, render_action(fault), render_span(fault)] for fault in faults]
    return table(rows) if rows else "no faults"


def render_action(fault: Fault) -> str:
    """Say what happens to a request."""
    if fault.action == "delay":
        return f"{fault.delay:g} s late"
    what = f"{fault.status} {fault.code}" if fault.action == "status" else fault.action
    return f"{what}, {fault.delay:g} s late" if fault.delay else what


def render_span(fault: Fault) -> str:
    """Say which of the matching requests are struck."""
    if fault.times == 0:
        return f"from request {fault.nth} on, {fault.seen} seen"
    last = fault.nth + fault.times - 1
    return f"request {fault.nth}" + (f" to {last}" if last > fault.nth else "") + f", {fault.seen} seen"


def render_settings(settings: Settings) -> str:
    """Give all settings and switches with their values."""
    values = settings.as_json()
    switches = as_map(values.pop("switches"))
    rows = [[name, value] for name, value in values.items()]
    return table(rows + [[f"switches.{name}", value] for name, value in switches.items()])
