"""A scripted service: it answers what a test tells it to, and records what really arrived.

The emulator behaves like the service, so it cannot send what the service should not: a page that repeats itself, a
reply that is no JSON, a `Retry-After` on every status. Everything else in this folder runs against the emulator.
"""

from __future__ import annotations

import json
import os
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from azure.core.credentials import AccessTokenInfo

from pulumi_azure_foundry._azure import credentials, data_plane
from pulumi_azure_foundry.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_azure_foundry._core.seam import DataPlane


@dataclass(frozen=True)
class Answer:
    """One scripted answer; a body that is no text is sent as JSON."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Close the connection instead of answering."""
    announced: int = 0
    """Bytes announced beyond those that are sent."""


@dataclass(frozen=True)
class Arrived:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ScriptedService:
    """Answers in order; the last answer is given for ever."""

    endpoint: str = ""
    answers: list[Answer] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    service: ScriptedService

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        self.service.arrived.append(
            Arrived(self.command, self.path, dict(self.headers.items()), json.loads(text) if text else None)
        )
        answer = self.service.next_answer()
        if answer.cut:
            self.close_connection = True
            return
        body = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body) + answer.announced)}
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.close_connection = self.close_connection or answer.announced > 0

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - http.server's names

    def log_message(self, *_arguments: object) -> None:
        """Nothing on stderr."""


class OneToken:
    """A credential that hands out the same token for ever."""

    def get_token_info(self, *_scopes: str, options: object = None) -> AccessTokenInfo:
        return AccessTokenInfo("token", 4_102_444_800)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def service(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedService]:
    """The scripted service over TLS, trusted by this process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    scripted = ScriptedService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"service": scripted}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    scripted.endpoint = f"https://127.0.0.1:{server.server_address[1]}/api/projects/demo"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def plane(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> DataPlane:
    """A data plane at the scripted service that never really sleeps between attempts."""
    monkeypatch.setattr(credentials, "credential", OneToken)
    monkeypatch.setattr(data_plane, "_planes", {})
    monkeypatch.setattr("azure.core.pipeline.transport.RequestsTransport.sleep", lambda *_: None)
    return data_plane.open_data_plane(service.endpoint, "v1")


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    for name in [name for name in os.environ if name.startswith(("ARM_", "AZURE_", "FOUNDRY_"))]:
        monkeypatch.delenv(name)
    with Emulator(state_dir=tmp_path / "world") as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(data_plane, "_planes", {})
        credentials._process_credential.cache_clear()
        yield running
    credentials._process_credential.cache_clear()
