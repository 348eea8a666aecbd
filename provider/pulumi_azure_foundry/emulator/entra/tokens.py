"""Opaque tokens of the emulator, each for one audience and for a while; only their digests are kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING, Final

from ..foundry.errors import refuse
from ..values import as_number, as_text
from ..world import AUDIENCE

if TYPE_CHECKING:
    from ..world import World

KIND: Final = "token"
PREFIX: Final = "emulator-"
SCHEME: Final = "bearer"


def issue_token(world: World, audience: str) -> tuple[str, int]:
    """A new token for *audience* and when it expires. Real time counts, as clients go by their own clocks."""
    token = PREFIX + secrets.token_urlsafe(32)
    expires = int(time.time() + world.settings.token_seconds)
    with world.store.transaction():
        for digest, body in world.store.scan(KIND):
            if as_number(body.get("expires")) < time.time():
                world.store.delete(KIND, digest)
        world.store.put(KIND, _digest(token), {"audience": audience.rstrip("/"), "expires": expires})
    return token, expires


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def check_token(world: World, header: str | None, audience: str = AUDIENCE) -> None:
    """Refuse a call whose ``Authorization`` header holds no live token for *audience*."""
    if not world.settings.require_token:
        return
    scheme, _, token = (header or "").partition(" ")
    body = world.store.get(KIND, _digest(token.strip())) if scheme.lower() == SCHEME else None
    if body is None:
        raise refuse("no_token")
    if as_number(body.get("expires")) <= time.time():
        raise refuse("token_expired")
    found = as_text(body.get("audience"))
    if found != audience:
        raise refuse("wrong_audience", found=found, wanted=audience)
