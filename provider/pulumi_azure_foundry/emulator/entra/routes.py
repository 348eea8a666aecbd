"""The managed-identity endpoint as App Service offers it: ``GET /msi/token`` with a secret header, over plain HTTP.

Both azure-identity and Go's azidentity find it by ``IDENTITY_ENDPOINT`` and ``IDENTITY_HEADER``.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .tokens import issue_token

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..world import World

PATH: Final = "/msi/token"
API_VERSIONS: Final = frozenset({"2017-09-01", "2019-08-01"})
# Audiences that this world has planes for; Go tools ask for the second on loopback hosts.
AUDIENCES: Final = frozenset({
    "https://ai.azure.com", "https://management.core.windows.net", "https://management.azure.com",
    "https://cognitiveservices.azure.com", "https://containerregistry.azure.net", "https://graph.microsoft.com",
})  # fmt: skip


def token_route(world: World) -> Route:
    """The endpoint's only route."""

    async def token(request: Request) -> Response:
        return _answer(world, request)

    return Route(PATH, token, methods=["GET"])


def _answer(world: World, request: Request) -> Response:
    given = request.headers.get("x-identity-header", "")
    if not hmac.compare_digest(given.encode(), world.identity_header.encode()):
        return _refusal(401, "The X-IDENTITY-HEADER is missing or wrong.")
    if request.query_params.get("api-version") not in API_VERSIONS:
        return _refusal(400, f"api-version must be one of {', '.join(sorted(API_VERSIONS))}.")
    resource = request.query_params.get("resource", "")
    if resource.rstrip("/") not in AUDIENCES:
        return _refusal(400, f"AADSTS500011: the resource principal named {resource} was not found.")
    token, expires = issue_token(world, resource)
    body = {"access_token": token, "expires_on": str(expires), "resource": resource, "token_type": "Bearer"}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"statusCode": status, "message": message}, status)
