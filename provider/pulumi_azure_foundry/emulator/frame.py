"""Around every request of an imitated plane: a request id, the journal, and the fault that strikes it."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse

from .faults import WAKE_SECONDS
from .foundry.errors import error_body
from .journal import Entry, shown_query
from .values import as_list, as_map

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .faults import Fault
    from .values import Json
    from .world import World

REQUEST_ID: Final = "x-request-id"
REQUEST_ID_KEY: Final = "emulator.request_id"
RAW_SEND: Final = "emulator.send"
PROJECTS: Final = "/api/projects/"
CLIENT_ERROR: Final = 500


class ConnectionCutError(Exception):
    """The connection is cut on purpose; reaches a caller only where there is no connection, in in-process tests."""


def inner_path(path: str) -> tuple[str | None, str]:
    """A path as (project, path inside the project); the project is None outside of all projects."""
    if not path.startswith(PROJECTS):
        return None, path
    project, slash, rest = path[len(PROJECTS) :].partition("/")
    return project, slash + rest


class Frame:
    """ASGI middleware of one plane."""

    def __init__(self, app: ASGIApp, world: World, plane: str) -> None:
        self._app = app
        self._world = world
        self._plane = plane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Journal the request, and let it through as far as the fault table does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope[REQUEST_ID_KEY] = request_id
        entry = self._world.journal.begin(_entry(scope, self._plane, request_id, self._world.clock.now()))
        exchange = Exchange(self._world, self._app, entry, scope, receive, send)
        try:
            await exchange.run()
        finally:
            exchange.finish()


def _entry(scope: Scope, plane: str, request_id: str, now: float) -> Entry:
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    query = shown_query(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    path = inner_path(scope["path"])[1]
    return Entry(0, scope["method"], path, query, now, agent.decode("latin-1")[:300], plane, request_id)


class Exchange:
    """One request and its answer, with the fault in between."""

    def __init__(  # noqa: PLR0917  # ASGI's three, and what they are about
        self, world: World, app: ASGIApp, entry: Entry, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._world = world
        self._app = app
        self._entry = entry
        self._scope = scope
        self._receive = receive
        self._send = send
        self._status = 0

    def finish(self) -> None:
        """Close the journal's entry; before the caller can know, so that whoever was answered finds it there."""
        self._entry.status = self._status
        self._world.journal.end(self._entry)

    async def run(self) -> None:
        """Answer the request, or do to it what the fault says."""
        entry = self._entry
        fault = self._world.faults.take(entry.method, entry.path)
        if fault is None:
            await self._app(self._scope, self._receive, self.send)
            return
        entry.fault = fault.id
        if fault.delay:
            await asyncio.sleep(fault.delay)
        await self._strike(fault)

    async def send(self, message: Message) -> None:
        """Pass a message on, with the request id in its header."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self._entry.request_id
        elif not message.get("more_body", False):
            self.finish()
        await self._send(message)

    async def _strike(self, fault: Fault) -> None:
        action = fault.action
        if action == "delay":
            await self._app(self._scope, self._receive, self.send)
        elif action == "status":
            if fault.after:
                await self._collect()
            await self._refuse(fault)
        elif action == "stall":
            await self._wait_for(fault)
            await self._cut()
        elif action == "hold":
            await self._hold(fault)
        elif action == "reset":
            await self._cut()
        elif action == "drop_after":
            await self._collect()
            await self._cut()
        elif action == "truncate":
            await self._truncate(await self._collect())
        else:
            await self._replay(lying(await self._collect(), fault.word))

    async def _refuse(self, fault: Fault) -> None:
        body = error_body(fault.code, fault.message, self._entry.request_id, client=fault.status < CLIENT_ERROR)
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        await JSONResponse(body, fault.status, headers)(self._scope, self._receive, self.send)

    async def _hold(self, fault: Fault) -> None:
        messages = await self._collect() if fault.after else None
        if await self._wait_for(fault) == "drop":
            await self._cut()
        elif messages is None:
            await self._app(self._scope, self._receive, self.send)
        else:
            await self._replay(messages)

    async def _wait_for(self, fault: Fault) -> str:
        """Wait until the row lets go; a client that has gone away does not end it, as in a real service."""
        self._world.faults.arrive(fault.id)
        try:
            while (verdict := self._world.faults.verdict(fault.id)) is None:  # noqa: ASYNC110  # set by other threads
                await asyncio.sleep(WAKE_SECONDS)
        finally:
            self._world.faults.leave(fault.id)
        return verdict

    async def _collect(self) -> list[Message]:
        """Do the work and keep its answer."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:  # ASGI's signature
            messages.append(message)

        await self._app(self._scope, self._receive, keep)
        return messages

    async def _replay(self, messages: list[Message]) -> None:
        for message in messages:
            await self.send(message)

    async def _truncate(self, messages: list[Message]) -> None:
        for message in messages:
            body = message.get("body", b"")
            if message["type"] == "http.response.body" and body:
                await self.send({**message, "body": body[: len(body) // 2], "more_body": True})
                break
            await self.send(message)
        await self._cut()

    async def _cut(self) -> None:
        """Abort the connection. uvicorn's ``send`` is bound to the object that knows the transport."""
        self._status = 0
        self.finish()
        transport = getattr(getattr(self._scope.get(RAW_SEND), "__self__", None), "transport", None)
        if transport is None:
            raise ConnectionCutError
        transport.abort()
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return


def lying(messages: list[Message], word: str) -> list[Message]:
    """The same answer with *word* in place of every version's status."""
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    try:
        value = json.loads(body)
    except ValueError:
        return messages
    changed = json.dumps(_with_word(value, word)).encode()
    start = {**messages[0], "headers": list(messages[0]["headers"])}
    MutableHeaders(scope=start)["content-length"] = str(len(changed))
    return [start, {"type": "http.response.body", "body": changed, "more_body": False}]


def _with_word(value: Json, word: str) -> Json:
    if isinstance(value, list):
        return [_with_word(entry, word) for entry in as_list(value)]
    if not isinstance(value, dict):
        return value
    other = {name: _with_word(member, word) for name, member in as_map(value).items()}
    if value.get("object") == "agent.version" and "status" in value:
        other["status"] = word
        if word != "failed":
            other.pop("error", None)
    return other
