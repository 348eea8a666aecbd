"""The emulator's data plane without a network, on a clock that nobody waits for, with trouble on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pulumi_azure_foundry._core.errors import FoundryError, HasSessionsError, error_class
from pulumi_azure_foundry._core.seam import Body
from pulumi_azure_foundry.emulator.app import create_app
from pulumi_azure_foundry.emulator.world import World

PROJECT = "/api/projects/demo"
ENDPOINT = f"https://machine.services.ai.azure.com{PROJECT}"


class KilledError(BaseException):
    """The provider process is no more; nothing in it may catch this."""


@dataclass(frozen=True)
class Trouble:
    """What happens to the *nth* request of a command.

    `killed` and `lost` end the process or the connection, before or after the service did its work; a number is the
    status of a refusal.
    """

    nth: int
    kind: str
    after: bool = False


@dataclass
class Service:
    """A data plane for the controllers, and a colleague's look at it for the test."""

    world: World
    trouble: Trouble | None = None
    sent: int = 0
    posted: list[tuple[str, str]] = field(default_factory=list)
    """(agent, number) of every reply to a creating POST, also of those that never arrived."""

    def __post_init__(self) -> None:
        self._app = create_app(self.world)
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()
        self.world.close()

    def begin(self, trouble: Trouble | None) -> None:
        """A new command."""
        self.trouble, self.sent, self.posted = trouble, 0, []

    def call(self, method: str, path: str, body: Body | None = None, **query: str) -> tuple[int, Any]:
        """One request, as anybody may send it."""
        content = b"" if body is None else json.dumps(body).encode()
        kind = b"application/merge-patch+json" if method == "PATCH" else b"application/json"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": f"{PROJECT}{path}",
            "raw_path": f"{PROJECT}{path}".encode(),
            "root_path": "",
            "query_string": urlencode({"api-version": "v1", **query}).encode(),
            "headers": [(b"content-type", kind), (b"content-length", str(len(content)).encode())],
            "client": None,
            "server": ("machine", 443),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self._loop.run_until_complete(self._app(scope, receive, send))
        text = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        return int(sent[0]["status"]), json.loads(text) if text else None

    def _ask(self, method: str, path: str, body: Body | None = None, **query: str) -> Any:
        """One request of the controllers; None for an absent thing."""
        self.sent += 1
        trouble = self.trouble if self.trouble is not None and self.trouble.nth == self.sent else None
        if trouble is not None and not trouble.after:
            strike(trouble)
        status, reply = self.call(method, path, body, **query)
        if method == "POST" and status < 300:
            self.posted.append((reply["name"], reply["version"]))
        if trouble is not None:
            strike(trouble)
        if status == 404:
            return None
        if status >= 300:
            error = reply["error"]
            has_sessions = method == "DELETE" and status == 409
            kind = HasSessionsError if has_sessions else error_class(status)
            raise kind(error["message"], code=error["code"], status=status)
        return reply

    def get_agent(self, agent_name: str) -> Body | None:
        reply: Body | None = self._ask("GET", f"/agents/{agent_name}")
        return reply

    def delete_agent(self, agent_name: str) -> None:
        self._ask("DELETE", f"/agents/{agent_name}")

    def list_versions(self, agent_name: str) -> list[Body]:
        reply = self._ask("GET", f"/agents/{agent_name}/versions", limit="100", order="desc")
        return [] if reply is None else list(reply["data"])

    def get_version(self, agent_name: str, version: str) -> Body | None:
        reply: Body | None = self._ask("GET", f"/agents/{agent_name}/versions/{version}")
        return reply

    def create_version(self, agent_name: str, body: Body) -> Body:
        reply: Body = self._ask("POST", f"/agents/{agent_name}/versions", body)
        return reply

    def delete_version(self, agent_name: str, version: str, *, force: bool = False) -> None:
        query = {"force": "true"} if force else {}
        self._ask("DELETE", f"/agents/{agent_name}/versions/{version}", None, **query)

    def versions(self, agent_name: str) -> Mapping[str, Any]:
        """All versions of an agent by number, oldest first, as a colleague sees them."""
        status, page = self.call("GET", f"/agents/{agent_name}/versions", limit="100", order="asc")
        return {body["version"]: body for body in page["data"]} if status == 200 else {}


def strike(trouble: Trouble) -> None:
    if trouble.kind == "killed":
        raise KilledError
    if trouble.kind == "lost":
        raise error_class(None)("the connection was lost", ambiguous=True)
    status = int(trouble.kind)
    raise error_class(status)("trouble", status=status, ambiguous=status >= 429)


class VirtualClock:
    """Sleeping moves the world's time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def monotonic(self) -> float:
        return self._world.clock.now()

    def sleep(self, seconds: float) -> None:
        self._world.clock.advance(seconds)


__all__ = ["ENDPOINT", "FoundryError", "KilledError", "Service", "Trouble", "VirtualClock"]
