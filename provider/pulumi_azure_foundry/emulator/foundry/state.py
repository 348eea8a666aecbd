"""What the data plane remembers about agents, versions and sessions, and where: records and their keys, no rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ..values import as_map

if TYPE_CHECKING:
    from ..store import Store
    from ..values import JsonMap

Shape: TypeAlias = Literal["v1", "2025-11-15-preview"]
NUMBER_WIDTH: Final = 9
Status: TypeAlias = Literal["creating", "active", "failed", "deleting", "deleted"]


@dataclass(slots=True)
class Agent:
    """A named agent. *incarnation* tells apart agents of one name made one after another."""

    project: str
    name: str
    incarnation: int
    created_at: float
    guid: str
    next_number: int = 1
    enabled: bool = True
    endpoint: JsonMap | None = None
    card: JsonMap | None = None
    served: int = 0

    @property
    def key(self) -> str:
        """Key in the store."""
        return f"{self.project}/{self.name}"


@dataclass(slots=True)
class Version:
    """A version as it was posted, and what will become of it.

    *failure_code* is None for a version that becomes active. *settled_at* is when ``creating`` ends. *readings* counts
    the answers about it, for the switch ``status_flicker``.
    """

    project: str
    agent: str
    number: str
    shape: Shape
    definition: JsonMap
    created_at: float
    settled_at: float
    guid: str
    principal_id: str
    client_id: str
    metadata: dict[str, str] = field(default_factory=dict)
    description: str | None = None
    blueprint_reference: JsonMap | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    healthy: bool = True
    deleted_at: float | None = None
    readings: int = 0

    @property
    def key(self) -> str:
        """Key in the store; sorts by the order of creation within the agent."""
        return f"{self.project}/{self.agent}/{int(self.number):09d}"

    def status(self, now: float) -> Status:
        """The truth at world time *now*."""
        if self.deleted_at is not None and now >= self.deleted_at:
            return "deleted"
        if now < self.settled_at:
            return "creating"
        return "active" if self.failure_code is None else "failed"


@dataclass(slots=True)
class Session:
    """A session, bound to the version it began on."""

    project: str
    agent: str
    id: str
    version: str
    created_at: float
    accessed_at: float
    expires_at: float
    stopped_at: float | None = None

    @property
    def key(self) -> str:
        """Key in the store."""
        return f"{self.project}/{self.agent}/{self.id}"

    def is_live(self, now: float) -> bool:
        """Whether it holds its version."""
        return self.stopped_at is None and now < self.expires_at


class Records:
    """Agents, versions and sessions of one project in the store."""

    def __init__(self, store: Store, project: str) -> None:
        self.store = store
        self.project = project

    def agent(self, name: str) -> Agent | None:
        """The agent, or None."""
        body = self.store.get("agent", f"{self.project}/{name}")
        return None if body is None else Agent(**body)  # type: ignore[arg-type]  # written from asdict

    def agents(self) -> list[Agent]:
        """All agents, oldest first."""
        found = [Agent(**body) for _, body in self.store.scan("agent", f"{self.project}/")]  # type: ignore[arg-type]
        return sorted(found, key=lambda agent: (agent.created_at, agent.incarnation))

    def versions(self, agent: str) -> list[Version]:
        """All versions of an agent, oldest first, those that are gone but still visible included."""
        return [
            Version(**body)  # type: ignore[arg-type]  # written from asdict
            for _, body in self.store.scan("version", f"{self.project}/{agent}/")
        ]

    def version(self, agent: str, number: str) -> Version | None:
        """The version of that number, or None."""
        if not (number.isascii() and number.isdigit() and len(number) <= NUMBER_WIDTH):
            return None
        body = self.store.get("version", f"{self.project}/{agent}/{int(number):09d}")
        found = None if body is None else Version(**body)  # type: ignore[arg-type]  # written from asdict
        return found if found is not None and found.number == number else None

    def sessions(self, agent: str) -> list[Session]:
        """All sessions of an agent, oldest first."""
        found = [
            Session(**body)  # type: ignore[arg-type]  # written from asdict
            for _, body in self.store.scan("session", f"{self.project}/{agent}/")
        ]
        return sorted(found, key=lambda session: (session.created_at, session.id))

    def session(self, agent: str, session_id: str) -> Session | None:
        """The session, or None."""
        body = self.store.get("session", f"{self.project}/{agent}/{session_id}")
        return None if body is None else Session(**body)  # type: ignore[arg-type]  # written from asdict

    def put(self, record: Agent | Version | Session) -> None:
        """Write a record."""
        self.store.put(type(record).__name__.lower(), record.key, as_map(asdict(record)))

    def drop(self, record: Agent | Version | Session) -> None:
        """Remove a record."""
        self.store.delete(type(record).__name__.lower(), record.key)

    def drop_agent(self, agent: Agent) -> None:
        """Remove an agent with all its versions and sessions."""
        self.drop(agent)
        self.store.clear("version", f"{agent.key}/")
        self.store.clear("session", f"{agent.key}/")
