"""Sessions: each bound to the version it began on, which it keeps from being deleted while it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import as_map, as_text
from . import bodies
from .errors import refuse
from .paging import page
from .state import Agent, Session, Version
from .traffic import choose_version

if TYPE_CHECKING:
    from ..values import JsonMap
    from .calls import Call


def create_session(call: Call) -> JsonMap:
    """POST ``/agents/{name}/endpoint/sessions``."""
    agent = call.agent()
    body = call.read(bodies.CREATE_SESSION)
    indicator = as_map(body["version_indicator"])
    number = as_text(indicator.get("agent_version"), "@latest")
    version = choose_version(call, agent) if number == "@latest" else _named(call, agent, number)
    session_id = as_text(body.get("agent_session_id")) or f"sess_{call.world.identity(_series(call))}"
    if "/" in session_id or call.records.session(agent.name, session_id) is not None:
        raise refuse("session_exists", session=session_id)
    return render_session(call, begin_session(call, agent, version, session_id))


def _series(call: Call) -> str:
    return f"session/{call.project}/{call.agent_name}/{call.world.count('session')}"


def _named(call: Call, agent: Agent, number: str) -> Version:
    version = call.records.version(agent.name, number)
    if version is None or version.deleted_at is not None:
        raise refuse("no_version", name=agent.name, version=number)
    return version


def begin_session(call: Call, agent: Agent, version: Version, session_id: str) -> Session:
    """A session on *version*, which must be able to start."""
    check_can_serve(call, agent, version)
    session = Session(
        project=call.project,
        agent=agent.name,
        id=session_id,
        version=version.number,
        created_at=call.now,
        accessed_at=call.now,
        expires_at=call.now + call.world.settings.session_seconds,
    )
    call.records.put(session)
    return session


def check_can_serve(call: Call, agent: Agent, version: Version) -> None:
    """Refuse unless the agent is enabled and the version active and healthy."""
    if not agent.enabled:
        raise refuse("disabled", name=agent.name)
    status = version.status(call.now)
    if status == "creating":
        raise refuse("provisioning")
    if status != "active":
        raise refuse("version_failed", version=version.number, reason=version.failure_message)
    if not version.healthy:
        raise refuse("session_not_ready")


def new_session_id(call: Call) -> str:
    """An id for a session that a call begins by itself."""
    return f"sess_{call.world.identity(_series(call))}"


def render_session(call: Call, session: Session) -> JsonMap:
    """A session as the service shows it."""
    body: JsonMap = {
        "agent_session_id": session.id,
        "version_indicator": {"type": "version_ref", "agent_version": session.version},
        "status": _status(call, session),
        "created_at": int(session.created_at),
        "last_accessed_at": int(session.accessed_at),
        "expires_at": int(session.expires_at),
    }
    if session.stopped_at is not None:
        body["stopped_at"] = int(session.stopped_at)
    return body


def _status(call: Call, session: Session) -> str:
    if call.now >= session.expires_at:
        return "expired"
    return "active" if session.stopped_at is None else "idle"


def find_session(call: Call) -> Session:
    """The session of the path, or a 404."""
    agent = call.agent()
    session = call.records.session(agent.name, call.path["session_id"])
    if session is None:
        raise refuse("no_session", session=call.path["session_id"])
    return session


def get_session(call: Call) -> JsonMap:
    """GET ``…/sessions/{id}``."""
    return render_session(call, find_session(call))


def list_sessions(call: Call) -> JsonMap:
    """GET ``…/sessions``."""
    sessions = call.records.sessions(call.agent().name)
    return page(
        call, sessions, identify=lambda session: session.id, render=lambda session: render_session(call, session)
    )


def delete_session(call: Call) -> JsonMap:
    """DELETE ``…/sessions/{id}``."""
    call.records.drop(find_session(call))
    return {}


def stop_session(call: Call) -> JsonMap:
    """POST ``…/sessions/{id}:stop``; it no longer holds its version."""
    session = find_session(call)
    session.stopped_at = call.now if session.stopped_at is None else session.stopped_at
    call.records.put(session)
    return {}
