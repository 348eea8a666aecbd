"""Who a version belongs to across renames: a declaration keeps the names that it had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._core.values import Value


def carry_former_owners(olds: Mapping[str, Value], news: Mapping[str, Value], remembered: Sequence[str]) -> list[str]:
    """Former owners of a declaration, oldest first.

    Args:
        olds: Recorded inputs; empty for a first creation and in the second check of a replacement.
        news: Inputs as the program declares them.
        remembered: What an earlier check of this command answered, for that second check.
    """
    owner = news.get("__owner")
    recorded = olds.get("__former_owners")
    former = [str(item) for item in recorded] if isinstance(recorded, list) else []
    before = olds.get("__owner")
    candidates = [*remembered, *former, *([before] if isinstance(before, str) else [])]
    return [item for item in dict.fromkeys(candidates) if item != owner]


def is_another(recorded: Mapping[str, Value], live: Version) -> bool:
    """True when the number in state is now that of somebody else's version: the agent was deleted and made again."""
    pairs = ((recorded.get("agent_guid"), live.agent_guid), (recorded.get("created_at"), live.created_at))
    return any(before is not None and now is not None and before != now for before, now in pairs)
