"""The operations of the data plane as one table, and the one way each request takes through it.

Token, API version, query, body: whatever is wrong is refused before an operation runs. An operation is a plain function
from a `Call` to a body, run inside one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from starlette.responses import JSONResponse, Response

from ..entra.tokens import check_token
from ..values import JsonMap
from . import agents, echo, paging, sessions, versions
from .calls import Call, parse_object
from .errors import refuse
from .limits import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from ..world import World
    from .state import Shape

Answer: TypeAlias = JsonMap | Response
Media: TypeAlias = Literal["none", "json", "merge", "any"]
V1: Final[tuple[Shape, ...]] = ("v1",)
BOTH: Final[tuple[Shape, ...]] = ("v1", "2025-11-15-preview")
PREVIEW: Final[tuple[Shape, ...]] = ("2025-11-15-preview",)
MEDIA_TYPES: Final[Mapping[Media, str]] = {"json": "application/json", "merge": "application/merge-patch+json"}
LARGEST_BODY: Final = 4 * 1024 * 1024
API_VERSION: Final = "api-version"
FORCE: Final = ("force",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: where it is, who answers, and what it takes. *todays_query* exists under v1 only."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    shapes: tuple[Shape, ...] = V1
    query: tuple[str, ...] = ()
    todays_query: tuple[str, ...] = ()
    media: Media = "none"
    status: int = 200

    @property
    def pattern(self) -> re.Pattern[str]:
        """What its paths look like; a name holds neither a slash nor a colon."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", self.path))


_AGENT = "/agents/{agent_name}"
_VERSION = f"{_AGENT}/versions/{{agent_version}}"
_SESSION = f"{_AGENT}/endpoint/sessions/{{session_id}}"
_PAGE = paging.QUERY
OPERATIONS: Final = (
    Operation("GET", "/agents", agents.list_agents, BOTH, query=("kind", *_PAGE)),
    Operation("POST", "/agents", agents.create_agent, BOTH, media="json"),
    Operation("POST", "/agents:import", agents.import_agent, PREVIEW, media="json"),
    Operation("GET", _AGENT, agents.get_agent, BOTH),
    Operation("POST", _AGENT, agents.update_agent, BOTH, media="json"),
    Operation("PATCH", _AGENT, agents.patch_agent, media="merge"),
    Operation("DELETE", _AGENT, agents.delete_agent, BOTH, todays_query=FORCE),
    Operation("POST", f"{_AGENT}:enable", agents.enable_agent, status=204),
    Operation("POST", f"{_AGENT}:disable", agents.disable_agent, status=204),
    Operation("POST", f"{_AGENT}/import", agents.import_agent, PREVIEW, media="json"),
    Operation("POST", f"{_AGENT}/versions", versions.create_version, BOTH, media="json"),
    Operation("GET", f"{_AGENT}/versions", versions.list_versions, BOTH, _PAGE, ("include_drafts",)),
    Operation("POST", f"{_AGENT}/versions:import", versions.import_version, BOTH, media="json"),
    Operation("GET", _VERSION, versions.get_version, BOTH),
    Operation("DELETE", _VERSION, versions.delete_version, BOTH, todays_query=FORCE),
    Operation("GET", f"{_AGENT}/code:download", versions.download_code, query=("agent_version",)),
    Operation("POST", f"{_AGENT}/endpoint/sessions", sessions.create_session, media="json", status=201),
    Operation("GET", f"{_AGENT}/endpoint/sessions", sessions.list_sessions, query=_PAGE),
    Operation("GET", _SESSION, sessions.get_session),
    Operation("DELETE", _SESSION, sessions.delete_session, status=204),
    Operation("POST", f"{_SESSION}:stop", sessions.stop_session, status=204),
    Operation("GET", f"{_VERSION}/sessions/{{session_id}}:logstream", echo.stream_log),
    Operation("POST", f"{_AGENT}/endpoint/protocols/openai/responses", echo.respond, media="json"),
    Operation(
        "POST", f"{_AGENT}/endpoint/protocols/invocations", echo.invoke, query=("agent_session_id",), media="any"
    ),
)
_PATTERNS: Final = [(operation, operation.pattern) for operation in OPERATIONS]
NEIGHBOURS: Final = ("/toolboxes", "/connections", "/deployments")


async def answer(world: World, request: Request, project: str, path: str) -> Response:
    """The answer to any request below ``/api/projects/{project}``; refusals are raised."""
    check_token(world, request.headers.get("authorization"))
    raw = await _read_body(request)
    with world.store.transaction():
        query = _single(request)
        shape = _shape(query)
        operation, names = _find(request.method, path, shape)
        _check_query(world, operation, shape, query)
        call = Call(
            world=world,
            project=project,
            shape=shape,
            path=names,
            query=query,
            body=_body(operation, request.headers.get("content-type", ""), raw),
            raw=raw,
            headers=request.headers,
            now=world.clock.now(),
        )
        result = operation.answer(call)
    if isinstance(result, Response):
        return result
    return Response(status_code=204) if operation.status == 204 else JSONResponse(result, operation.status)


async def _read_body(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise refuse("too_large", limit=LARGEST_BODY)
    return bytes(raw)


def _single(request: Request) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in query:
            raise refuse("bad_parameter", param=name, name=name, value=value, wanted="given once")
        query[name] = value
    return query


def _shape(query: Mapping[str, str]) -> Shape:
    version = query.get(API_VERSION, "")
    if not version:
        raise refuse("no_api_version", param=API_VERSION)
    if version not in BOTH:
        raise refuse("unknown_api_version", param=API_VERSION, version=version, known=", ".join(BOTH))
    return version


def _find(method: str, path: str, shape: Shape) -> tuple[Operation, dict[str, str]]:
    """The operation at *path*; a wrong method and an operation of the other API version have their own refusals."""
    there = False
    for operation, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found is None or shape not in operation.shapes:
            continue
        if operation.method == method:
            return operation, {name: check_part(name, value) for name, value in found.groupdict().items()}
        there = True
    if there:
        raise refuse("wrong_method", method=method, path=path)
    if path.startswith(NEIGHBOURS):
        raise refuse("not_imitated", what=path.split("/")[1].split(":", maxsplit=1)[0])
    raise refuse("no_route", path=path, version=shape)


def check_part(name: str, value: str) -> str:
    """A part of a path that was matched to *name*."""
    return check_name(value) if name == "agent_name" else value


def _check_query(world: World, operation: Operation, shape: Shape, query: Mapping[str, str]) -> None:
    if world.settings.switches["unknown_fields"] == "ignore":
        return
    known = {API_VERSION, *operation.query, *(operation.todays_query if shape == "v1" else ())}
    for name in query:
        if name not in known:
            raise refuse("unknown_parameter", param=name, name=name)


def _body(operation: Operation, content_type: str, raw: bytes) -> JsonMap:
    if operation.media in ("none", "any"):
        return {}
    media = content_type.partition(";")[0].strip().lower()
    if media == "multipart/form-data" and operation.answer is versions.create_version:
        raise refuse(
            "invalid", name="content-type", wanted=f"JSON: the emulator does not imitate {versions.NOT_IMITATED}"
        )
    wanted = MEDIA_TYPES[operation.media]
    if media not in (wanted, "application/json"):
        raise refuse("content_type", wanted=wanted, found=media)
    return parse_object(raw)
