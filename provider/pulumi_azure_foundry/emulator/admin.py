"""What steers the emulator from outside its process: one prefix, a secret header, loopback hosts only.

The Host check keeps a web page in somebody's browser from reaching it by a name that resolves to this machine.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .faults import parse_fault
from .foundry.seed import seed_session
from .values import Json, JsonMap, as_list, as_map, as_number, as_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from .faults import Fault
    from .world import World

TOKEN_HEADER: Final = "X-Emulator-Token"  # noqa: S105  # a header's name
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_WAIT: Final = 60.0


def is_loopback_host(header: str) -> bool:
    """Whether a Host header names this machine by a loopback name, with or without a port."""
    host, colon, port = header.rpartition(":")
    return (host if colon and port.isdigit() else header).lower() in LOOPBACK


def admin_routes(world: World) -> list[Route]:
    """All routes below ``/__emulator``."""
    calls = AdminCalls(world)

    def route(path: str, method: str, call: Callable[[Request], Awaitable[Json]]) -> Route:
        return Route(path, _guarded(world, call), methods=[method])

    return [
        route("/state", "GET", calls.state),
        route("/reset", "POST", calls.reset),
        route("/settings", "GET", calls.settings),
        route("/settings", "PATCH", calls.change_settings),
        route("/clock", "GET", calls.clock),
        route("/clock/advance", "POST", calls.advance),
        route("/images", "GET", calls.images),
        route("/images", "PUT", calls.set_image),
        route("/images", "DELETE", calls.remove_image),
        route("/faults", "GET", calls.faults),
        route("/faults", "POST", calls.add_fault),
        route("/faults", "DELETE", calls.clear_faults),
        route("/faults/{id}", "DELETE", calls.remove_fault),
        route("/faults/{id}/held", "GET", calls.held),
        route("/faults/{id}/release", "POST", calls.release),
        route("/journal", "GET", calls.journal),
        route("/journal", "DELETE", calls.clear_journal),
        route("/sessions", "POST", calls.seed),
    ]


def _guarded(world: World, call: Callable[[Request], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not is_loopback_host(request.headers.get("host", "")):
            return JSONResponse({"error": "admin calls must name this host as 127.0.0.1 or localhost"}, 403)
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), world.admin_token.encode()):
            return JSONResponse({"error": f"the header {TOKEN_HEADER} is missing or wrong"}, 401)
        try:
            return JSONResponse(await call(request))
        except ValueError as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        except LookupError as missing:
            return JSONResponse({"error": str(missing.args[0])}, 404)

    return endpoint


async def _body(request: Request) -> JsonMap:
    raw = await request.body()
    value = json.loads(raw) if raw else {}
    if not isinstance(value, dict):
        message = "the body must be a JSON object"
        raise ValueError(message)  # noqa: TRY004  # becomes a 400
    return as_map(value)


class AdminCalls:
    """One method per route; ValueError becomes 400, LookupError 404."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def state(self, request: Request) -> Json:  # noqa: ARG002  # one signature for all calls
        """GET ``/state``."""
        return self._world.status()

    async def reset(self, request: Request) -> Json:  # noqa: ARG002
        """POST ``/reset``."""
        self._world.reset()
        return {}

    async def settings(self, request: Request) -> Json:  # noqa: ARG002
        """GET ``/settings``."""
        return self._world.settings.as_json()

    async def change_settings(self, request: Request) -> Json:
        """PATCH ``/settings``: only what is given changes; all or nothing."""
        self._world.settings.update(await _body(request))
        return self._world.settings.as_json()

    async def clock(self, request: Request) -> Json:  # noqa: ARG002
        """GET ``/clock``."""
        return {"now": self._world.clock.now()}

    async def advance(self, request: Request) -> Json:
        """POST ``/clock/advance`` with ``seconds``."""
        return {"now": self._world.clock.advance(as_number((await _body(request)).get("seconds"), -1.0))}

    async def images(self, request: Request) -> Json:  # noqa: ARG002
        """GET ``/images``."""
        return as_list([as_map(asdict(entry)) for entry in self._world.images.entries()])

    async def set_image(self, request: Request) -> Json:
        """PUT ``/images`` with ``image``, ``outcome`` and optionally ``message``, ``seconds``, ``times``."""
        body = await _body(request)
        image, outcome = as_text(body.get("image")), as_text(body.get("outcome"))
        if not image or not outcome:
            message = "image and outcome must be given"
            raise ValueError(message)
        self._world.images.set(
            image,
            outcome,
            message=as_text(body.get("message")) or None,
            seconds=as_number(body["seconds"]) if body.get("seconds") is not None else None,
            times=int(as_number(body["times"])) if body.get("times") is not None else None,
        )
        return {}

    async def remove_image(self, request: Request) -> Json:
        """DELETE ``/images?image=``."""
        return {"removed": self._world.images.remove(request.query_params.get("image", ""))}

    async def faults(self, request: Request) -> Json:  # noqa: ARG002
        """GET ``/faults``."""
        return as_list([self._row(fault) for fault in self._world.faults.rows()])

    def _row(self, fault: Fault) -> JsonMap:
        return {**as_map(asdict(fault)), "held": self._world.faults.held(fault.id)}

    async def add_fault(self, request: Request) -> Json:
        """POST ``/faults``; the reply has its ``id``."""
        return {"id": self._world.faults.add(parse_fault(await _body(request)))}

    async def clear_faults(self, request: Request) -> Json:  # noqa: ARG002
        """DELETE ``/faults``."""
        self._world.faults.clear()
        return {}

    def _known(self, request: Request) -> str:
        number = str(request.path_params["id"])
        if all(fault.id != number for fault in self._world.faults.rows()):
            message = f"no fault {number}"
            raise LookupError(message)
        return number

    async def remove_fault(self, request: Request) -> Json:
        """DELETE ``/faults/{id}``."""
        self._world.faults.clear(self._known(request))
        return {}

    async def held(self, request: Request) -> Json:
        """GET ``/faults/{id}/held?timeout=``: waits until the row holds a request; how many it holds."""
        number = self._known(request)
        seconds = min(float(request.query_params.get("timeout", "0")), LONGEST_WAIT)
        await asyncio.to_thread(self._world.faults.wait_held, number, seconds)
        return {"held": self._world.faults.held(number)}

    async def release(self, request: Request) -> Json:
        """POST ``/faults/{id}/release``, with ``drop`` to cut the connections instead."""
        self._world.faults.release(self._known(request), drop=bool((await _body(request)).get("drop")))
        return {}

    async def journal(self, request: Request) -> Json:  # noqa: ARG002
        """GET ``/journal``."""
        return as_list(self._world.journal.entries())

    async def clear_journal(self, request: Request) -> Json:  # noqa: ARG002
        """DELETE ``/journal``."""
        self._world.journal.clear()
        return {}

    async def seed(self, request: Request) -> Json:
        """POST ``/sessions`` with ``project``, ``agent``, ``version``: a live session, made without a call."""
        body = await _body(request)
        session = seed_session(
            self._world, as_text(body.get("project"), "demo"), as_text(body.get("agent")), as_text(body.get("version"))
        )
        return {"agent_session_id": session}
