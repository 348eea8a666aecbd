"""The HTTP applications: the data plane with the admin calls and the page, and the token endpoint.

Errors become responses in exactly one place, here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from .admin import admin_routes
from .entra.routes import token_route
from .foundry.errors import ServiceError, error_body
from .foundry.routes import answer
from .frame import CLIENT_ERROR, RAW_SEND, REQUEST_ID_KEY, Frame, inner_path
from .page import page_route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from .world import World


class _Application(Starlette):
    """Remembers the server's own ``send``, which faults need to cut a connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[RAW_SEND] = send
        await super().__call__(scope, receive, send)


def create_app(world: World) -> Starlette:
    """The data plane of every project, the admin calls and the page."""

    async def foundry(request: Request) -> Response:
        project, path = inner_path(request.scope["path"])
        try:
            return await answer(world, request, project or "", path)
        except ServiceError as error:
            return _refusal(request, error)

    plane = Starlette(
        routes=[Route("/{path:path}", foundry, methods=["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD"])],
        exception_handlers={HTTPException: _refuse_http},
    )
    return _Application(
        routes=[
            page_route(world),
            Mount("/__emulator", routes=admin_routes(world)),
            Mount("/api/projects", app=Frame(plane, world, "foundry")),
        ],
        exception_handlers={HTTPException: _refuse_http},
    )


def create_token_app(world: World) -> Starlette:
    """The managed-identity token endpoint; to be served over plain HTTP."""
    plane = Starlette(routes=[token_route(world)], exception_handlers={HTTPException: _refuse_http})
    return _Application(routes=[Mount("/", app=Frame(plane, world, "entra"))])


def _refusal(request: Request, error: ServiceError) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error.body(_request_id(request)), error.status, headers)


def _request_id(request: Request) -> str:
    return str(request.scope.get(REQUEST_ID_KEY, ""))


async def _refuse_http(request: Request, error: Exception) -> Response:  # starlette's signature
    status = error.status_code if isinstance(error, HTTPException) else CLIENT_ERROR
    code = {404: "ResourceNotFound", 405: "MethodNotAllowed"}.get(status, "server_error")
    message = error.detail if isinstance(error, HTTPException) else "server error"
    return JSONResponse(error_body(code, message, _request_id(request), client=status < CLIENT_ERROR), status)
