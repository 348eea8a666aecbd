"""State made without a request, for tests that need a live session and not the call that begins one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .state import Records, Session

if TYPE_CHECKING:
    from ..world import World


def seed_session(world: World, project: str, agent: str, version: str) -> str:
    """A live session on a version that is there; its id.

    Raises:
        LookupError: No such version.
    """
    records = Records(world.store, project)
    if records.version(agent, version) is None:
        message = f"no version {version!r} of agent {agent!r} in project {project!r}"
        raise LookupError(message)
    now = world.clock.now()
    number = world.count("session")
    session_id = f"sess_{world.identity(f'session/{project}/{agent}/{number}')}"
    records.put(Session(project, agent, session_id, version, now, now, now + world.settings.session_seconds))
    return session_id
