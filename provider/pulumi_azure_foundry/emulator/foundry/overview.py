"""Agents and versions of all projects as plain rows, for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..values import as_map, as_text
from .state import Records
from .traffic import rules

if TYPE_CHECKING:
    from ..world import World
    from .state import Agent, Session, Version

MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in words."""

    number: str
    status: str
    reason: str | None
    image: str
    size: str
    sessions: int
    age: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent in words, newest version first."""

    project: str
    name: str
    enabled: bool
    traffic: list[tuple[str, int]]
    versions: list[VersionRow]


def overview(world: World) -> list[AgentRow]:
    """All agents, by project and name."""
    projects = sorted({key.partition("/")[0] for key, _ in world.store.scan("agent")})
    now = world.clock.now()
    return [
        _agent_row(records, agent, now)
        for records in (Records(world.store, project) for project in projects)
        for agent in sorted(records.agents(), key=lambda agent: agent.name)
    ]


def _agent_row(records: Records, agent: Agent, now: float) -> AgentRow:
    sessions = [session for session in records.sessions(agent.name) if session.is_live(now)]
    versions = [_version_row(version, sessions, now) for version in reversed(records.versions(agent.name))]
    return AgentRow(agent.project, agent.name, agent.enabled, rules(agent), versions)


def _version_row(version: Version, sessions: list[Session], now: float) -> VersionRow:
    definition = version.definition
    status = version.status(now)
    return VersionRow(
        number=version.number,
        status=status,
        reason=version.failure_code if status == "failed" else None,
        image=as_text(as_map(definition.get("container_configuration")).get("image", definition.get("image"))),
        size=f"{definition.get('cpu')} CPU, {definition.get('memory')}",
        sessions=sum(session.version == version.number for session in sessions),
        age=_age(now - version.created_at),
    )


def _age(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds // MINUTE:.0f} min" if seconds < HOUR else f"{seconds // HOUR:.0f} h"
