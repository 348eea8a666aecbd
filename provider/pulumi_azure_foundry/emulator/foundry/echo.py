"""The built-in agent: echoes its input and names the version that served, so that traffic rules can be seen at work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response

from ..values import as_list, as_map, as_text
from .errors import refuse
from .sessions import begin_session, check_can_serve, find_session, new_session_id
from .traffic import choose_version
from .versions import protocols_member

if TYPE_CHECKING:
    from ..values import Json, JsonMap
    from .calls import Call
    from .state import Session, Version

SESSION_HEADER: Final = "x-agent-session-id"


def respond(call: Call) -> Response:
    """POST ``…/protocols/openai/responses``: an OpenAI response object, whole; the description has no stream."""
    if call.body.get("stream") is True:
        raise refuse("invalid", param="stream", name="stream", wanted="false: the emulator does not stream answers")
    version, session = serve(call, "responses", as_text(call.body.get("agent_session_id")))
    text = _echo(version, _input_text(call.body.get("input")))
    return JSONResponse(_response(call, version, session, text), headers={SESSION_HEADER: session.id})


def invoke(call: Call) -> Response:
    """POST ``…/protocols/invocations``: any body, echoed as text."""
    version, session = serve(call, "invocations", call.query.get("agent_session_id", ""))
    number = call.world.count("invocation")
    invocation = f"inv_{call.world.identity(f'invocation/{number}')}"
    body = {"agent": version.agent, "version": version.number, "output": call.raw.decode(errors="replace")}
    return JSONResponse(body, headers={SESSION_HEADER: session.id, "x-agent-invocation-id": invocation})


def serve(call: Call, protocol: str, session_id: str) -> tuple[Version, Session]:
    """The version that serves the call, by its session or by the agent's rules, and the session."""
    agent = call.agent()
    session_id = session_id or call.headers.get(SESSION_HEADER, "")
    session = call.records.session(agent.name, session_id) if session_id else None
    version = None if session is None else call.records.version(agent.name, session.version)
    if session is not None and (not session.is_live(call.now) or version is None):
        raise refuse("no_session", session=session_id)
    if version is None:
        version = choose_version(call, agent)
    check_can_serve(call, agent, version)
    _check_protocol(version, protocol)
    if session is None:
        if "/" in session_id:
            raise refuse("no_session", session=session_id)
        return version, begin_session(call, agent, version, session_id or new_session_id(call))
    session.accessed_at = call.now
    call.records.put(session)
    return version, session


def _check_protocol(version: Version, protocol: str) -> None:
    records = [as_map(entry) for entry in as_list(version.definition.get(protocols_member(version.shape)))]
    if not records:
        return
    found = next((entry for entry in records if entry.get("protocol") == protocol), None)
    if found is None:
        raise refuse("no_protocol", version=version.number, protocol=protocol)
    if version.shape == "v1" and found.get("version") == "v1":
        raise refuse("invoke_protocol", protocol=protocol)


def _echo(version: Version, text: str) -> str:
    return f"{version.agent} version {version.number}: {text}"


def _input_text(value: Json) -> str:
    if isinstance(value, str):
        return value
    last = as_map(as_list(value)[-1]) if as_list(value) else {}
    content = last.get("content")
    if isinstance(content, str):
        return content
    return " ".join(as_text(as_map(part).get("text")) for part in as_list(content))


def _response(call: Call, version: Version, session: Session, text: str) -> JsonMap:
    number = call.world.count("response")
    return {
        "id": f"resp_{number:06d}",
        "object": "response",
        "created_at": int(call.now),
        "status": "completed",
        "model": as_text(call.body.get("model"), "echo"),
        "agent_reference": {"type": "agent_reference", "name": version.agent, "version": version.number},
        "agent_session_id": session.id,
        "output": [
            {
                "id": f"msg_{number:06d}",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            }
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "metadata": {},
    }


def stream_log(call: Call) -> Response:
    """GET ``…/versions/{v}/sessions/{id}:logstream``: what the echo has to say, then the end of the stream."""
    version = call.version()
    session = find_session(call)
    if session.version != version.number:
        raise refuse("no_session", session=session.id)
    line = json.dumps({"stream": "stdout", "message": f"session {session.id} is served by version {version.number}"})
    return Response(f"event: log\ndata: {line}\n\n", media_type="text/event-stream")
