"""The figures by name, with the limits that the project has set itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: *limit* is the highest value that is fine."""

    name: str
    unit: str
    limit: float
    meaning: str


FIGURES: Final = (
    Figure("parallel_create_ratio", "ratio", 1.25, "64 agents of 10 s in one up, over (no-op provider + 10 s)"),
    Figure("notice_delay_s_5", "s", 1.2, "active on the service until created in the engine, provisioning 5 s"),
    Figure("notice_delay_s_30", "s", 2.0, "the same, provisioning 30 s"),
    Figure("notice_delay_s_120", "s", 6.5, "the same, provisioning 120 s"),
    Figure("polls_5", "requests", 12, "polls per version, provisioning 5 s"),
    Figure("polls_30", "requests", 25, "the same, provisioning 30 s"),
    Figure("polls_120", "requests", 45, "the same, provisioning 120 s"),
    Figure("ten_agents_5s_ratio", "ratio", 1.35, "10 agents of 5 s in one up, over (no-op provider + 5 s)"),
    Figure("noop_http_requests", "requests", 0, "up without changes, 64 agents"),
    Figure("noop_azure_modules", "modules", 0, "azure modules that the provider process imports in it"),
    Figure("noop_wall_ratio", "ratio", 1.10, "up without changes, 64 agents, over no-op provider"),
    Figure("preview_http_requests", "requests", 0, "preview with all 64 agents changed"),
    Figure("preview_wall_ratio", "ratio", 1.15, "preview with all 64 agents changed, over no-op provider"),
    Figure("refresh_requests_per_agent", "requests", 1, "refresh of 64 agents"),
    Figure("refresh_wall_ratio", "ratio", 2.0, "refresh of 64 agents over refresh of one"),
    Figure("provider_peak_mb", "MB", 150, "peak memory of the provider process, 64 creates in flight"),
    Figure("import_ms", "ms", 30, "import pulumi_azure_foundry beyond import pulumi, best of 20"),
)
UNITS: Final[Mapping[str, str]] = {figure.name: figure.unit for figure in FIGURES}
NAIVE: Final = "naive_"


def line(name: str, value: float) -> str:
    """`name value unit`, as programs read it."""
    return f"{name} {shown(value)} {UNITS[name.removeprefix(NAIVE)]}"


def table(measured: Mapping[str, float]) -> str:
    """What was measured beside its limit and the naive peer's value, as people read it."""
    rows = [("figure", "value", "limit", "", "naive", "what")]
    for figure in FIGURES:
        if figure.name in measured:
            naive = measured.get(NAIVE + figure.name)
            rows.append(
                (
                    figure.name,
                    shown(measured[figure.name]),
                    f"<= {shown(figure.limit)}",
                    "MISSED" if is_missed(figure, measured) else "ok",
                    "-" if naive is None else shown(naive),
                    f"{figure.meaning} [{figure.unit}]",
                )
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def missed(measured: Mapping[str, float]) -> list[str]:
    """The names of the figures beyond their limits."""
    return [figure.name for figure in FIGURES if figure.name in measured and is_missed(figure, measured)]


def is_missed(figure: Figure, measured: Mapping[str, float]) -> bool:
    """Whether the value is beyond the limit, unrounded."""
    return measured[figure.name] > figure.limit


def shown(value: float) -> str:
    """Whole numbers as such, others with the digits that mean something."""
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}" if value < 100 else f"{value:.0f}"
