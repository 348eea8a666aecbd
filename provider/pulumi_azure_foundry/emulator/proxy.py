"""A CONNECT proxy on loopback, so that clients reach the emulator under the host names of production.

Every other host is refused by name: nothing real is ever touched by accident.
"""

import asyncio
import socket
import struct
from typing import TypeAlias

from .certificates import is_emulated

HEAD_TIMEOUT_SECONDS = 30.0
CHUNK_BYTES = 65_536
TLS_PORT = "443"

End: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Splices CONNECT requests for emulated hosts to the emulator's own TLS port."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._sessions: dict[asyncio.Future[None], asyncio.StreamWriter] = {}

    async def start(self, listener: socket.socket) -> None:
        """Accept connections on *listener*, which `close` closes."""
        self._server = await asyncio.start_server(self._accept, sock=listener)

    def close(self) -> None:
        """Accept no more connections."""
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Abort every connection that is open now."""
        for writer in self._sessions.values():
            writer.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the sessions that were cut have ended."""
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.ensure_future(self._serve(reader, writer))
        self._sessions[session] = writer
        session.add_done_callback(self._sessions.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            abort(writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_TIMEOUT_SECONDS)
        method, target = parse_request_line(head)
        refusal = explain_refusal(method, target)
        if refusal is not None:
            writer.write(render_refusal(refusal))
            await writer.drain()
            return
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await splice((reader, writer), (upstream_reader, upstream_writer))
        finally:
            upstream_writer.close()


async def splice(client: End, upstream: End) -> None:
    """Carry bytes both ways until either end is closed or reset."""
    pumps = [
        asyncio.ensure_future(pump(client[0], upstream[1])),
        asyncio.ensure_future(pump(upstream[0], client[1])),
    ]
    try:
        done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
    for task in done:
        task.result()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until the end of the stream."""
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()


def abort(writer: asyncio.StreamWriter) -> None:
    """Hand a reset on as a reset: an orderly close would look like an answer that ended early."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def parse_request_line(head: bytes) -> tuple[str, str]:
    """Give method and target of a request head; two empty strings for something that is not HTTP."""
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return (words[0], words[1]) if len(words) == len(("method", "target", "version")) else ("", "")


def explain_refusal(method: str, target: str) -> str | None:
    """Give the sentence for a request that stays here, or nothing for one that may pass."""
    if method != "CONNECT":
        return f"foundry-emulator refuses {method} {target}: plain http leaves the emulator; only https is passed on"
    host, _, port = target.rpartition(":")
    if not is_emulated(host):
        return f"foundry-emulator refuses to connect to {host or target}: it does not stand in for this host"
    if port != TLS_PORT:
        return f"foundry-emulator refuses to connect to {target}: it stands in for {host} on port {TLS_PORT} only"
    return None


def render_refusal(sentence: str) -> bytes:
    """Write the refusal with the sentence as reason, which is the part that Python and Go clients show."""
    printable = "".join(character if " " <= character <= "~" else "?" for character in sentence)
    body = f"{printable}\n"
    return (
        f"HTTP/1.1 403 {printable}\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\n"
        f"connection: close\r\n\r\n{body}"
    ).encode("ascii")
