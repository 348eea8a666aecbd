"""Holds every answer of the emulator to the wire descriptions in ``specs/``, whoever asked.

Wraps the application, so that unmodified SDKs are covered as well as test clients.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPECS = Path(__file__).parent / "specs"
FILES = {"v1": "foundry-data-plane.json", "2025-11-15-preview": "foundry-data-plane-2025-11-15-preview.json"}
PROJECT = re.compile(r"/api/projects/[^/]+(?P<path>/.*)")
ERROR = "#/components/schemas/ApiErrorResponse"


@cache
def description(api_version: str) -> dict[str, Any]:
    """The wire description of an API version; today's for one that does not exist."""
    text = (SPECS / FILES.get(api_version, FILES["v1"])).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def validator(api_version: str, pointer: str) -> Draft202012Validator:
    """What judges a body by the schema at *pointer* of the description."""
    resource = DRAFT202012.create_resource(description(api_version))
    registry: Registry[Any] = Registry().with_resource("urn:description", resource)
    return Draft202012Validator({"$ref": f"urn:description{pointer}"}, registry=registry)


@cache
def path_pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/:]+", re.escape(template)))


def find_operation(api_version: str, method: str, path: str) -> str | None:
    """The pointer of the described operation, or None."""
    for template, methods in description(api_version)["paths"].items():
        if method.lower() in methods and path_pattern(template).fullmatch(path):
            return f"#/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
    return None


def resolve(api_version: str, pointer: str) -> Any:
    found: Any = description(api_version)
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


@dataclass
class Answered:
    """One exchange as it went over the wire."""

    method: str
    path: str
    api_version: str
    status: int = 0
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    def violations(self) -> list[str]:
        """What the description says against it."""
        where = f"{self.method} {self.path} ({self.api_version}) → {self.status}"
        found = [] if self.headers.get("x-request-id") else ["no x-request-id"]
        if self.complete:
            found += self._against_schema()
        return [f"{where}: {each}" for each in found]

    def _against_schema(self) -> list[str]:
        pointer = find_operation(self.api_version, self.method, self.path)
        if pointer is None:
            return self._judged(ERROR) if self.status >= 400 else ["no such operation is described"]
        responses = resolve(self.api_version, pointer)["responses"]
        declared = next((key for key in (str(self.status), f"{self.status // 100}XX") if key in responses), None)
        if declared is None:
            return ["the status is not declared"]
        content = responses[declared].get("content", {})
        if not content or "*/*" in content:
            return ["a body where none is declared"] if self.body and not content else []
        if self.content_type not in content:
            return [f"content type {self.content_type!r} is none of {', '.join(content)}"]
        is_json = self.content_type == "application/json"
        return self._judged(f"{pointer}/responses/{declared}/content/application~1json/schema") if is_json else []

    def _judged(self, pointer: str) -> list[str]:
        try:
            body = json.loads(self.body)
        except ValueError:
            return ["the body is no JSON"]
        errors = validator(self.api_version, pointer).iter_errors(body)
        return [f"{error.json_path}: {error.message[:300]}" for error in errors]


class Conformance:
    """ASGI middleware that judges every answer of the data plane and collects what is wrong."""

    def __init__(self, app: ASGIApp, violations: list[str]) -> None:
        self._app = app
        self._violations = violations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = PROJECT.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        version = query.get("api-version", ["v1"])[0]
        answered = Answered(scope["method"], found["path"], version if version in FILES else "v1")
        await self._app(scope, receive, _Listening(send, answered))
        if answered.status:
            self._violations.extend(answered.violations())


class _Listening:
    """Passes messages on and remembers them. Bound to nothing but *send*, whose connection faults may cut."""

    def __init__(self, send: Send, answered: Answered) -> None:
        self._send = send
        self._answered = answered
        # Where the fault table looks for uvicorn's connection.
        self.__self__ = getattr(send, "__self__", None)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            self._answered.status = message["status"]
            self._answered.headers = headers
            self._answered.content_type = headers.get("content-type", "").partition(";")[0]
        else:
            self._answered.body += message.get("body", b"")
            self._answered.complete = not message.get("more_body", False)
        await self._send(message)
