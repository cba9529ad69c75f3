"""An HTTP proxy for one worker: CONNECT, and plain requests with an absolute URI."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from apibuilder.backends.egress import hosts
from apibuilder.backends.egress.policy import DeniedError, Policy

MAX_HEAD = 16 * 1024
MAX_CONNECTIONS = 64  # of one worker at a time
HEAD_SECONDS = 10.0
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 120.0
_PIECE = 64 * 1024
_LINES_PER_SECOND = 5.0  # of refusals in an Api's log
_HOP = (b"proxy-", b"connection:", b"keep-alive:")


class _Ask(NamedTuple):
    """What a client of the proxy wants."""

    name: str
    port: int
    first: bytes  # what is sent to the host before anything else; empty for a tunnel


class WorkerProxy:
    """Accepts from one worker's network namespace, and connects from the host's."""

    def __init__(
        self,
        declared: Sequence[hosts.DeclaredHost],
        policy: Policy,
        tell: Callable[[str], None],
        moved: Callable[[int, int], None],
    ) -> None:
        """`tell` takes a line for the Api's log, `moved` bytes up and down, as they move."""
        self._declared = declared
        self._policy = policy
        self._tell = tell
        self._moved = moved
        self._open: set[asyncio.Task[None]] = set()
        self._told_at = float("-inf")
        self._server: asyncio.Server | None = None

    async def start(self, listen: socket.socket) -> None:
        """Serve on a socket of the worker's."""
        self._server = await asyncio.start_server(self._accept, sock=listen, limit=MAX_HEAD)

    def close(self) -> None:
        """Serve no more; what is open ends."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MAX_CONNECTIONS:
            self._say(f"egress_denied: more than {MAX_CONNECTIONS} connections at a time")
            writer.close()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._forward(reader, writer)
        except DeniedError as error:
            self._say(f"egress_denied: {error}")
            await _answer(writer, 403, "Forbidden", str(error))
        except (ValueError, asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
            await _answer(writer, 400, "Bad Request", f"This is no proxy request: {error}")
        except (OSError, TimeoutError) as error:
            await _answer(writer, 502, "Bad Gateway", f"The host cannot be reached: {error}")
        finally:
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        ask = _read(head)
        address = await self._policy.address(self._declared, ask.name, ask.port)
        async with asyncio.timeout(CONNECT_SECONDS):
            up_reader, up_writer = await asyncio.open_connection(address, ask.port)
        try:
            if ask.first:
                up_writer.write(ask.first)
                self._moved(len(ask.first), 0)
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as both:
                both.create_task(_pipe(reader, up_writer, lambda size: self._moved(size, 0)))
                both.create_task(_pipe(up_reader, writer, lambda size: self._moved(0, size)))
        except* (OSError, TimeoutError):
            pass  # either side has had enough
        finally:
            up_writer.close()

    def _say(self, line: str) -> None:
        now = time.monotonic()
        if now - self._told_at >= 1 / _LINES_PER_SECOND:
            self._told_at = now
            self._tell(line)


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moved: Callable[[int], None]
) -> None:
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            piece = await reader.read(_PIECE)
            if not piece:
                break
            moved(len(piece))
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()


def _read(head: bytes) -> _Ask:
    """Raises ValueError."""
    line, _, rest = head.partition(b"\r\n")
    method, target, version = line.decode("ascii").split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("not HTTP/1")
    if method == "CONNECT":
        name, port = hosts.split(target, None)
        if port is None:
            raise ValueError("CONNECT needs a port")
        return _Ask(name, port, b"")
    scheme, _, after = target.partition("://")
    if scheme.lower() != "http" or not after:
        raise ValueError("the target is not an absolute http:// URI")
    authority, slash, path = after.partition("/")
    if "@" in authority or "?" in authority or "#" in authority:
        raise ValueError("the target's host is not plain")
    name, port = hosts.split(authority, 80)
    lines = [one for one in rest.split(b"\r\n") if one and not one.lower().startswith(_HOP)]
    first = f"{method} /{path if slash else ''} HTTP/1.1".encode()
    return _Ask(name, port or 80, b"\r\n".join([first, *lines, b"Connection: close", b"", b""]))


async def _answer(writer: asyncio.StreamWriter, status: int, phrase: str, detail: str) -> None:
    body = (detail + "\n").encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(CONNECT_SECONDS):
            writer.write(head.encode() + body)
            await writer.drain()
