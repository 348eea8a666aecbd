"""Everything that listens, in one thread: TLS for the services, plain http for tokens, and the proxy.

The managed-identity endpoint of Azure hosts speaks plain http as well; everything else needs TLS.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from .certificates import Certificates
from .proxy import Proxy

LOOPBACK = "127.0.0.1"
STOP_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports; 0 asks the operating system for a free one."""

    https: int = 0
    token: int = 0
    proxy: int = 0


def listen(port: int) -> socket.socket:
    """Bind a loopback port.

    asyncio sets TCP_NODELAY only on sockets that name their protocol (Kludex/uvicorn#3149); without it every
    request on a kept connection waits some 40 ms.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


class Running:
    """The listening emulator; starts when constructed, stops at the end of its ``with`` block."""

    def __init__(self, *, app: ASGIApp, token_app: ASGIApp, certificates: Certificates, ports: Ports) -> None:
        """Bind the ports, start the thread and return when all of them answer.

        Raises:
            OSError: A port that was asked for is taken.
        """
        with contextlib.ExitStack() as opened:
            self.listeners = tuple(
                opened.enter_context(contextlib.closing(listen(port)))
                for port in (ports.https, ports.token, ports.proxy)
            )
            opened.pop_all()
        self.ports = Ports(*(listener.getsockname()[1] for listener in self.listeners))
        key_and_chain = str(certificates.server)
        self._servers = (
            uvicorn.Server(configure(app, ssl_certfile=key_and_chain)),
            uvicorn.Server(configure(token_app)),
        )
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="foundry-emulator", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Cut all connections and close the ports. Safe to call twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as exc:  # noqa: BLE001 - handed to the thread that waits in the constructor
            self._failure = exc
        finally:
            self._ready.set()
            for listener in self.listeners:
                listener.close()
            self._loop.close()

    async def _serve(self) -> None:
        https, token, proxy_listener = self.listeners
        serving = [
            asyncio.ensure_future(server.serve(sockets=[listener]))
            for server, listener in zip(self._servers, (https, token), strict=True)
        ]
        proxy = Proxy(self.ports.https)
        await proxy.start(proxy_listener)
        while not all(server.started for server in self._servers):
            await asyncio.sleep(0)
            for task in serving:
                if task.done():
                    task.result()
        self._ready.set()
        await self._stopping.wait()
        for listener in self.listeners:
            # A server that is closed in the tick of an accept leaves that connection open for ever (CPython 3.11).
            self._loop.remove_reader(listener)
        await asyncio.sleep(STOP_POLL_SECONDS)
        proxy.close()
        await self._stop_servers(serving, proxy)

    async def _stop_servers(self, serving: Sequence[asyncio.Future[None]], proxy: Proxy) -> None:
        for server in self._servers:
            server.should_exit = server.force_exit = True
        while not all(task.done() for task in serving):
            proxy.cut()
            for server in self._servers:
                cut(server)
            await asyncio.sleep(STOP_POLL_SECONDS)
        await asyncio.gather(*serving)
        await proxy.wait_closed()


def configure(app: ASGIApp, *, ssl_certfile: str | None = None) -> uvicorn.Config:
    """Set what both HTTP servers have in common."""
    return uvicorn.Config(
        app,
        ssl_certfile=ssl_certfile,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
    )


def cut(server: uvicorn.Server) -> None:
    """Drop the connections of *server*: an orderly TLS close waits 30 s for clients that keep theirs open."""
    for connection in list(server.server_state.connections):
        if connection.transport is not None:
            connection.transport.abort()
    for task in list(server.server_state.tasks):
        task.cancel()
