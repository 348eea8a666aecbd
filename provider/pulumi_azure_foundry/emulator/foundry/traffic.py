"""Which version serves a call: the agent's rules, or ``@latest`` without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import as_list, as_map, as_number, as_text
from .errors import refuse

if TYPE_CHECKING:
    from .calls import Call
    from .state import Agent, Version

LATEST = "@latest"
PERCENT = 100
# Coprime to 100: successive calls spread evenly over the rules, and the same calls always hit the same versions.
STRIDE = 37


def rules(agent: Agent) -> list[tuple[str, int]]:
    """The rules as (version or ``@latest``, per cent), those of 0 left out."""
    selector = as_map(as_map(agent.endpoint).get("version_selector"))
    found = [
        (as_text(as_map(rule).get("agent_version")), int(as_number(as_map(rule).get("traffic_percentage"))))
        for rule in as_list(selector.get("version_selection_rules"))
    ]
    return [rule for rule in found if rule[1] > 0] or [(LATEST, PERCENT)]


def choose_version(call: Call, agent: Agent) -> Version:
    """The version that serves the next call; counts it."""
    number = _ruled(rules(agent), (agent.served * STRIDE) % PERCENT)
    agent.served += 1
    call.records.put(agent)
    version = _latest(call, agent) if number == LATEST else call.records.version(agent.name, number)
    if version is None or version.deleted_at is not None:
        raise refuse("no_version", name=agent.name, version=number)
    return version


def _ruled(shares: list[tuple[str, int]], place: int) -> str:
    """Whose share of the hundred *place* falls into."""
    for number, share in shares:
        if place < share:
            return number
        place -= share
    return LATEST


def _latest(call: Call, agent: Agent) -> Version | None:
    present = [version for version in call.records.versions(agent.name) if version.deleted_at is None]
    if call.switch("latest_skips_failed"):
        present = [version for version in present if version.status(call.now) == "active"] or present
    return present[-1] if present else None
