"""The ASGI host of one WebSocket: what the app receives and sends, as messages in a stream."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from apibuilder.backends.fork.app_stream import AppStream
from apibuilder.backends.fork.frames import (
    MAX_CHUNK,
    FrameError,
    Headers,
    Reason,
    RequestHead,
    ResponseHead,
    cancel_frame,
    head_frame,
)
from apibuilder.backends.fork.messages import (
    BINARY,
    TEXT,
    MessageReader,
    close_message,
    closing_of,
    message,
)
from apibuilder.backends.fork.streams import Outgoing

if TYPE_CHECKING:
    from apibuilder.backends.fork.server import WorkerLink

SOCKET_SCHEMES = ("ws", "wss")
_SWITCHING, _FORBIDDEN, _ERROR = 101, 403, 500
_NORMAL, _LOST, _APP_ERROR, _RESTART = 1000, 1006, 1011, 1012  # close codes of RFC 6455


class CallerGone(OSError):
    """The app sends to a WebSocket that is closed; Starlette makes a WebSocketDisconnect of it."""


class SocketStream(AppStream):
    """One WebSocket, from its handshake to its close."""

    __slots__ = ("_accepted", "_connected", "_denial", "_disconnect", "_events", "_reader",
                 "_sending")  # fmt: skip

    def __init__(self, link: WorkerLink, stream: int, head: RequestHead, *, end: bool) -> None:
        if end:
            raise FrameError("a WebSocket whose caller cannot speak")
        super().__init__(link, stream, head, end=end)
        self._reader = MessageReader()
        self._events: deque[Message] = deque()  # read, and not yet received by the app
        self._connected = False  # the app was told that there is one
        self._accepted = False
        self._denial: tuple[int, Headers, bytes] | None = None  # a refusal that is being sent
        self._disconnect: Message | None = None  # what the app receives last, again and again
        self._sending = asyncio.Lock()  # a message is whole before the next one begins

    def _scope(self) -> dict[str, Any]:
        offered = [v for name, v in self._head.headers if name == b"sec-websocket-protocol"]
        names = [name.strip() for value in offered for name in value.decode("latin-1").split(",")]
        extensions: dict[str, Any] = {"websocket.http.response": {}}
        more = {"type": "websocket", "subprotocols": names, "extensions": extensions}
        return super()._scope() | more

    # --- the app's side

    async def receive(self) -> Message:
        """ASGI: the next event of the caller."""
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        while not self._events:
            if self._disconnect is not None:
                return self._disconnect
            assert self._incoming is not None
            data = await self._incoming.read()
            if not data:  # gone without a word
                self._disconnected(_LOST, "")
            self._read(data)
        return self._events.popleft()

    def _read(self, data: bytes) -> None:
        for kind, payload in self._reader.feed(data):
            if kind == TEXT:
                self._events.append({"type": "websocket.receive", "text": payload.decode()})
            elif kind == BINARY:
                self._events.append({"type": "websocket.receive", "bytes": payload})
            else:
                self._disconnected(*closing_of(payload))

    def _disconnected(self, code: int, reason: str) -> None:
        if self._disconnect is None:
            self._disconnect = {"type": "websocket.disconnect", "code": code, "reason": reason}

    async def send(self, message: Message) -> None:
        """ASGI: the next event for the caller."""
        kind = message["type"]
        if self._over:
            await asyncio.sleep(0)  # an app that goes on sending must not hold the loop
            raise CallerGone("The WebSocket is closed.")
        async with self._sending:
            if self._accepted:
                await self._send_open(kind, message)
            else:
                self._send_connecting(kind, message)

    async def _send_open(self, kind: str, event: Message) -> None:
        if kind == "websocket.send":
            await self._write(_packed(event), end=False)
        elif kind == "websocket.close":
            await self._close(event.get("code", _NORMAL), event.get("reason") or "")
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r} on an open WebSocket.")

    def _send_connecting(self, kind: str, event: Message) -> None:
        if kind == "websocket.accept":
            self._accept(event)
        elif kind == "websocket.close":
            self._refuse(_FORBIDDEN, [], b"")
        elif kind == "websocket.http.response.start" and self._denial is None:
            self._denial = int(event["status"]), _headers(event), b""
        elif kind == "websocket.http.response.body" and self._denial is not None:
            status, headers, body = self._denial
            body += bytes(event.get("body", b""))
            if len(body) > MAX_CHUNK:
                raise RuntimeError(f"A refusal may have {MAX_CHUNK} bytes.")
            self._denial = status, headers, body
            if not event.get("more_body", False):
                self._refuse(*self._denial)
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r} before the WebSocket is open.")

    def _accept(self, event: Message) -> None:
        headers = _headers(event)
        if event.get("subprotocol"):
            headers.append((b"sec-websocket-protocol", str(event["subprotocol"]).encode("latin-1")))
        self._link.send(head_frame(self._stream, ResponseHead(_SWITCHING, headers), end=False))
        self._outgoing = Outgoing(self._link, self._stream, 0)
        self._accepted = True

    def _refuse(self, status: int, headers: Headers, body: bytes) -> None:
        self._link.send(head_frame(self._stream, ResponseHead(status, headers, body), end=True))
        self._disconnected(_LOST, "")
        self._finish()

    async def _close(self, code: int, reason: str) -> None:
        self._disconnected(code, reason)
        await self._write(close_message(code, reason), end=True)
        if not self._over:
            self._finish()

    async def _write(self, data: bytes, *, end: bool) -> None:
        assert self._outgoing is not None
        await self._outgoing.write(data, end=end)

    async def _returned(self) -> None:
        await self._end(_NORMAL)

    async def _failed(self, error: BaseException) -> None:
        left = self._cancelled or self._disconnect is not None
        expected = WebSocketDisconnect | CallerGone | asyncio.CancelledError
        if not (left and isinstance(error, expected)):
            self._link.server.on_error(error, "Exception in the app")
        await self._end(_APP_ERROR)

    async def _end(self, code: int) -> None:
        """The app is done: so is the WebSocket, if it is not closed yet."""
        if self._over:
            return
        if self._accepted:
            async with self._sending:
                await self._close(code, "")
            return
        self._refuse(_ERROR, [], b"Internal Server Error")

    # --- the link's side

    def go_away(self) -> None:
        """The worker is being replaced: the caller may connect again, and gets the next one."""
        if not self._over:
            self._disconnected(_RESTART, "")
            self._cancelled = True
            self._link.send(cancel_frame(self._stream, Reason.DRAINED))
            self._finish()


def _packed(event: Message) -> bytes:
    data = event.get("bytes")
    if data is not None:
        return message(BINARY, bytes(data))
    return message(TEXT, str(event.get("text", "")).encode())


def _headers(event: Message) -> Headers:
    return [(bytes(name).lower(), bytes(value)) for name, value in event.get("headers", ())]
