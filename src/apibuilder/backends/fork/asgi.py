"""The ASGI host of one HTTP stream: a request as the app sees it, and the response it sends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.types import Message

from apibuilder.backends.fork import refusals
from apibuilder.backends.fork.app_stream import AppStream
from apibuilder.backends.fork.frames import (
    MAX_CHUNK,
    Headers,
    Reason,
    RequestHead,
    ResponseHead,
    cancel_frame,
    head_frame,
)
from apibuilder.backends.fork.streams import Outgoing

if TYPE_CHECKING:
    from apibuilder.backends.fork.server import WorkerLink

_ERROR = 500
_ERROR_BODY = b"Internal Server Error"
_ERROR_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(_ERROR_BODY)).encode()),
]


class HttpStream(AppStream):
    """One request and its response."""

    __slots__ = ("_begun", "_over_event", "_started", "_unread", "_whole")

    def __init__(self, link: WorkerLink, stream: int, head: RequestHead, *, end: bool) -> None:
        super().__init__(link, stream, head, end=end)
        self._unread: bytes | None = head.body  # what came with the head
        self._started: tuple[int, Headers] | None = None  # by the app; not yet sent
        self._whole: bytes | None = None  # all of an error's body, see `send`
        self._begun = False  # the response's head is on its way
        self._over_event: asyncio.Event | None = None

    def _scope(self) -> dict[str, Any]:
        scope = super()._scope()
        scope["type"] = "http"
        scope["method"] = self._head.method
        scope["extensions"] = {}
        return scope

    async def _failed(self, error: BaseException) -> None:
        self.fail(error)

    async def _returned(self) -> None:
        if not self._over and self._whole is None:
            self.fail(RuntimeError("The app returned without completing its response."))

    def fail(self, error: BaseException) -> None:
        """Report an error of the app, and answer for it if it has not answered."""
        if self._cancelled and isinstance(error, ClientDisconnect | asyncio.CancelledError):
            return
        self._link.server.on_error(error, "Exception in the app")
        if self._over:
            return
        if self._begun:
            self._link.send(cancel_frame(self._stream, Reason.APP_ERROR))
        elif (limit := refusals.reason(error)) is not None:
            self._started = None
            self._link.send(cancel_frame(self._stream, limit))
        elif self._whole is not None and self._started is not None:
            return  # it is sent at the end of the turn
        else:
            self._whole = None
            self._started = _ERROR, _ERROR_HEADERS
            self._send_response(_ERROR_BODY, end=True)
        self._finish()

    async def receive(self) -> Message:
        """ASGI: the next event of the request."""
        if not self._over:
            if self._unread is not None:
                body, self._unread = self._unread, None
                return self._body_event(body)
            if self._incoming is not None and not self._incoming.drained:
                body = await self._incoming.read()
                if not self._over:
                    return self._body_event(body)
        await self._wait_over()
        return {"type": "http.disconnect"}

    def _body_event(self, body: bytes) -> Message:
        more = self._incoming is not None and not self._incoming.drained
        return {"type": "http.request", "body": body, "more_body": more}

    async def _wait_over(self) -> None:
        if not self._over:
            if self._over_event is None:
                self._over_event = asyncio.Event()
            await self._over_event.wait()

    async def send(self, message: Message) -> None:
        """ASGI: the next event of the response."""
        kind = message["type"]
        if self._over:
            await self._send_late(kind)
        elif kind == "http.response.body":
            body = message.get("body", b"")
            more = message.get("more_body", False)
            if self._head.method == "HEAD":
                body = b""
            if self._is_error and not more and len(body) <= MAX_CHUNK:
                # Frameworks answer for an error and then raise it, in the same turn of the loop:
                # what it was may make another answer of this one.
                self._whole = bytes(body)
            else:
                await self._send_piece(bytes(body), end=not more)
        elif kind == "http.response.start":
            self._start_response(message)
        elif kind != "http.response.trailers":
            raise RuntimeError(f"Unexpected ASGI message {kind!r}.")

    @property
    def _is_error(self) -> bool:
        return self._started is not None and self._started[0] == _ERROR

    async def _send_piece(self, body: bytes, *, end: bool) -> None:
        if self._started is not None and len(body) <= MAX_CHUNK:
            self._send_response(body, end=end)
            if self._link.congested:
                await self._link.writable()
        else:
            self.send_head()
            await self._send_body(body, end=end)
        if end and not self._over:
            self._finish()

    async def _send_late(self, kind: str) -> None:
        if not self._cancelled:
            raise RuntimeError(f"Unexpected ASGI message {kind!r} after the response was complete.")
        await asyncio.sleep(0)  # an app that goes on sending must not hold the loop

    def _start_response(self, message: Message) -> None:
        if self._begun or self._started is not None:
            raise RuntimeError("Unexpected ASGI message 'http.response.start', sent twice.")
        headers = [
            (bytes(name).lower(), bytes(value)) for name, value in message.get("headers", ())
        ]
        self._started = int(message["status"]), headers
        self._link.hold(self)

    async def _send_body(self, body: bytes, *, end: bool) -> None:
        if self._outgoing is None:
            raise RuntimeError("Unexpected ASGI message 'http.response.body' before its start.")
        await self._outgoing.write(body, end=end)

    def send_head(self) -> None:
        """Send the response's head if it waits for the first piece of its body."""
        if self._started is None or self._over:
            return
        if self._whole is None:
            self._send_response(b"", end=False)
        else:
            self._send_response(self._whole, end=True)
            self._finish()

    def _send_response(self, body: bytes, *, end: bool) -> None:
        assert self._started is not None
        (status, headers), self._started = self._started, None
        self._link.send(head_frame(self._stream, ResponseHead(status, headers, body), end=end))
        self._begun = True
        if not end:
            self._outgoing = Outgoing(self._link, self._stream, len(body))

    def go_away(self) -> None:
        """It has its grace time."""

    def _finish(self) -> None:
        super()._finish()
        if self._over_event is not None:
            self._over_event.set()
