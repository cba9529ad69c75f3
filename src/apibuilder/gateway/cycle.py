"""One request and its answer on a connection, as ASGI has it.

uvicorn's own makes an Event and a bytearray for each request, and builds an answer of two writes;
few calls here have a body or a streamed answer, so all of that is made when it is first needed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from starlette.types import Message
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

if TYPE_CHECKING:
    from apibuilder.gateway.connection import Connection
    from apibuilder.gateway.headers import Headers

_BODILESS = {204, 304}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Cycle:
    """`receive` and `send` of one request. `Connection.answer` goes past `send`."""

    __slots__ = ("_arrived", "_body", "_connection", "_framing", "_left", "_told", "disconnected",
                 "keep_alive", "more_body", "response_complete", "response_started",
                 "scope")  # fmt: skip

    def __init__(self, connection: Connection, scope: dict[str, Any], *, keep_alive: bool) -> None:
        self._connection = connection
        self.scope = scope
        self.keep_alive = keep_alive
        self.more_body = True
        self.disconnected = False
        self.response_started = False
        self.response_complete = False
        self._body: bytearray | None = None  # what has arrived and was not received
        self._arrived: asyncio.Event | None = None  # there while the app waits for more
        self._framing: Literal["", "length", "chunks"] = ""
        self._told = False  # that its body is awaited
        self._left = 0  # bytes of the announced length that are still to be sent

    # --- the request

    def feed(self, data: bytes) -> None:
        """Some of the body has arrived."""
        if self._body is None:
            self._body = bytearray()
        self._body += data
        if len(self._body) > HIGH_WATER_LIMIT:
            self._connection.flow.pause_reading()
        self.wake()

    def end(self) -> None:
        """All of the body has arrived."""
        self.more_body = False
        self.wake()

    def wake(self) -> None:
        """Whoever waits in `receive` looks again."""
        if self._arrived is not None:
            self._arrived.set()

    async def receive(self) -> Message:
        """ASGI: the next event of the request."""
        connection = self._connection
        if self._body is None and self.more_body and not self._over:
            self._ask_for_body()
            connection.flow.resume_reading()
            self._arrived = asyncio.Event()
            await self._arrived.wait()
            self._arrived = None
        if self._over:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        connection.flow.resume_reading()
        return {"type": "http.request", "body": bytes(body or b""), "more_body": self.more_body}

    @property
    def _over(self) -> bool:
        return self.disconnected or self.response_complete

    def _ask_for_body(self) -> None:
        """Some callers send their body only when they are told to."""
        if self._told or self.response_started or self._connection.transport.is_closing():
            return
        self._told = True
        if any(name == b"expect" and value.lower() == b"100-continue"
               for name, value in self.scope["headers"]):  # fmt: skip
            self._connection.transport.write(_CONTINUE)

    # --- the answer

    async def send(self, message: Message) -> None:
        """ASGI: the next event of the answer, whose headers are known to be valid."""
        flow = self._connection.flow
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.response_started:
            self._start(message["status"], message.get("headers", []))
        elif kind == "http.response.body" and self.response_started and not self.response_complete:
            self._piece(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r}.")

    def _start(self, status: int, headers: Headers) -> None:
        self.response_started = True
        connection = self._connection
        lines = [STATUS_LINE[status], connection.default_lines()]
        for name, value in headers:
            if name == b"content-length":
                self._framing, self._left = "length", int(value)
            elif name == b"connection" and value == b"close":
                self.keep_alive = False
                continue
            lines.append(b"%b: %b\r\n" % (name, value))
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        if self.scope["method"] == "HEAD":
            self._framing, self._left = "length", 0
        elif not self._framing and status not in _BODILESS:
            self._framing = "chunks"
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        connection.transport.write(b"".join(lines))

    def _piece(self, body: bytes, *, more: bool) -> None:
        connection = self._connection
        if self.scope["method"] == "HEAD":
            body = b""
        if self._framing == "chunks":
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            connection.transport.write(chunk if more else chunk + b"0\r\n\r\n")
        else:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("The body is not as long as its Content-Length.")
            if body:
                connection.transport.write(body)
        if not more:
            self.complete()

    def complete(self) -> None:
        """All of the answer is written."""
        self.response_started = self.response_complete = True
        self.wake()
        if not self.keep_alive:
            self._connection.transport.close()
        self._connection.on_response_complete()
