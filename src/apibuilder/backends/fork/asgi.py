"""The ASGI host of one stream: a request as the app sees it, and the response it sends."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.types import Message

from apibuilder.backends.fork.console import request_id
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
from apibuilder.backends.fork.streams import Incoming, Outgoing

if TYPE_CHECKING:
    from apibuilder.backends.fork.server import WorkerLink

_ERROR_BODY = b"Internal Server Error"
_ERROR_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(_ERROR_BODY)).encode()),
]


class Life:
    """Lives as long as anything that runs on behalf of a request: its task, and also its threads,
    which cannot be cancelled. All of them hold a copy of the context that holds this."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id


_life: ContextVar[Life] = ContextVar("life")


class HttpStream:
    """One request, and `receive` and `send` as the app sees them."""

    __slots__ = (
        "_begun",
        "_cancelled",
        "_head",
        "_incoming",
        "_life",
        "_link",
        "_outgoing",
        "_over",
        "_over_event",
        "_started",
        "_stream",
        "_task",
        "_unread",
    )

    def __init__(self, link: WorkerLink, stream: int, head: RequestHead, *, end: bool) -> None:
        self._link = link
        self._stream = stream
        self._head = head
        self._unread: bytes | None = head.body  # what came with the head
        self._incoming = None if end else Incoming(link, stream, len(head.body))
        self._outgoing: Outgoing | None = None  # there once the response takes several frames
        self._started: tuple[int, Headers] | None = None  # by the app; not yet sent
        self._begun = False  # the response's head is on its way
        self._over = False  # the response is complete, or nobody waits for it
        self._cancelled = False
        self._life = Life(head.request_id)
        self._over_event: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    # --- the app's side

    def start(self) -> None:
        """Call the app."""
        self._task = self._link.loop.create_task(self._run())

    async def _run(self) -> None:
        request_id.set(self._head.request_id)
        _life.set(self._life)
        server = self._link.server
        try:
            await server.app(self._scope(), self.receive, self.send)
        except BaseException as error:  # noqa: BLE001 (user code may raise anything; it is reported)
            self.fail(error)
        else:
            if not self._over:
                self.fail(RuntimeError("The app returned without completing its response."))
        finally:
            server.end(self)

    def _scope(self) -> dict[str, Any]:
        head = self._head
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": head.http_version,
            "method": head.method,
            "scheme": head.scheme,
            "path": head.root_path + head.path,
            "raw_path": head.root_path.encode() + head.raw_path,
            "query_string": head.query_string,
            "root_path": head.root_path,
            "headers": head.headers,
            "client": head.client,
            "server": head.server,
            "state": self._link.server.state.copy(),
            "extensions": {},
        }

    def fail(self, error: BaseException) -> None:
        """Report an error of the app, and answer for it if it has not answered."""
        if self._cancelled and isinstance(error, ClientDisconnect | asyncio.CancelledError):
            return
        self._link.server.on_error(error, "Exception in the app")
        if self._over:
            return
        if self._begun:
            self._link.send(cancel_frame(self._stream, Reason.APP_ERROR))
        else:
            self._started = 500, _ERROR_HEADERS
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
            if self._started is not None and len(body) <= MAX_CHUNK:
                self._send_response(bytes(body), end=not more)
                if self._link.congested:
                    await self._link.writable()
            else:
                self.send_head()
                await self._send_body(bytes(body), end=not more)
            if not more and not self._over:
                self._finish()
        elif kind == "http.response.start":
            self._start_response(message)
        elif kind != "http.response.trailers":
            raise RuntimeError(f"Unexpected ASGI message {kind!r}.")

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
        if self._started is not None and not self._over:
            self._send_response(b"", end=False)

    def _send_response(self, body: bytes, *, end: bool) -> None:
        assert self._started is not None
        (status, headers), self._started = self._started, None
        self._link.send(head_frame(self._stream, ResponseHead(status, headers, body), end=end))
        self._begun = True
        if not end:
            self._outgoing = Outgoing(self._link, self._stream, len(body))

    # --- the link's side

    def feed(self, data: bytes, *, end: bool) -> None:
        """A BODY frame has arrived; raises FrameError."""
        if self._incoming is None:
            raise FrameError("a body after its end")
        self._incoming.feed(data, end=end)

    def grant(self, count: int) -> None:
        """A CREDIT frame has arrived; raises FrameError."""
        if self._outgoing is None:
            raise FrameError("credit for a response that has not begun")
        self._outgoing.grant(count)

    def cancel(self, reason: Reason) -> None:
        """Nobody waits for the response: tell the app, and stop it if its time is up."""
        if not self._over:
            self._cancelled = True
            self._link.send(cancel_frame(self._stream, reason))
            self._finish()
        if self._task is not None and reason in (Reason.DEADLINE, Reason.DRAINED):
            self._task.cancel()
            self._link.server.overtaken(self._life)

    def _finish(self) -> None:
        self._over = True
        if self._incoming is not None:
            self._incoming.stop()
        if self._outgoing is not None:
            self._outgoing.stop()
        if self._over_event is not None:
            self._over_event.set()
        self._link.release(self._stream)
