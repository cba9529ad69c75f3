"""All that is in flight to one app: the worker's ends of its links, and their streams."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from starlette.types import ASGIApp

from apibuilder.backends.fork.app_stream import AppStream, Life
from apibuilder.backends.fork.asgi import HttpStream
from apibuilder.backends.fork.frames import (
    BODY,
    CANCEL,
    CREDIT,
    GOAWAY,
    REQUEST,
    FrameError,
    HeadTooLarge,
    Reason,
    cancel_frame,
    credit_of,
    decode_request,
    frame,
    reason_of,
)
from apibuilder.backends.fork.streams import FrameTransport
from apibuilder.backends.fork.websocket import SOCKET_SCHEMES, SocketStream


class AsgiServer:
    """One app and all that is in flight to it, over all links."""

    def __init__(
        self,
        app: ASGIApp,
        state: dict[str, Any],
        max_streams: int,
        on_error: Callable[[BaseException, str], None],
    ) -> None:
        """`state` is the lifespan's; `on_error` is told what went wrong, and a headline for it."""
        self.app = app
        self.state = state
        self.on_error = on_error
        self.served = 0
        self.in_flight = 0  # not answered; calls that go on after their answer do not count
        self._max_streams = max_streams
        self._draining = False
        self._calls: set[AppStream] = set()
        self._links: set[WorkerLink] = set()
        self._changed = asyncio.Event()
        self._overtaken: WeakKeyDictionary[Life, float] = WeakKeyDictionary()

    @property
    def full(self) -> bool:
        """Whether a new request has to be refused."""
        return self._draining or self.in_flight >= self._max_streams

    def overdue(self) -> tuple[float, str]:
        """For how long a call has gone on after its deadline, at worst, and which one."""
        first = min(self._overtaken.items(), key=lambda item: item[1], default=None)
        return (time.monotonic() - first[1], first[0].request_id) if first else (0.0, "")

    def overtaken(self, life: Life) -> None:
        """A call's deadline is over; what it started may go on."""
        self._overtaken[life] = time.monotonic()

    def link(self) -> WorkerLink:
        """A new end of a link, for a connection that was accepted."""
        return WorkerLink(self)

    async def drain(self, grace_seconds: float, linger_seconds: float) -> None:
        """Take no new requests and let those in flight finish; cancel what is left of them.

        Then waits up to `linger_seconds` until the gateways have hung up.
        """
        self._draining = True
        for link in self._links:
            link.go_away()
        for call in list(self._calls):
            call.go_away()
        await self._until(lambda: not self._calls, grace_seconds)
        for call in list(self._calls):
            call.cancel(Reason.DRAINED)
        await self._until(lambda: not self._links, linger_seconds)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass

    def linked(self, link: WorkerLink) -> None:
        """A gateway has connected."""
        self._links.add(link)
        if self._draining:
            link.go_away()

    def unlinked(self, link: WorkerLink) -> None:
        """A gateway has hung up."""
        self._links.discard(link)
        self._changed.set()

    def begin(self, call: AppStream) -> None:
        """Run the app on a request."""
        self.in_flight += 1
        self._calls.add(call)  # a task needs somebody who holds it
        call.start()

    def answered(self) -> None:
        """A request is answered or given up."""
        self.in_flight -= 1
        self.served += 1

    def end(self, call: AppStream) -> None:
        """The app is done with a request, background tasks included."""
        self._calls.discard(call)
        if self._draining:
            self._changed.set()


class WorkerLink(FrameTransport):
    """The worker's end of a link to one gateway."""

    def __init__(self, server: AsgiServer) -> None:
        super().__init__()
        self.server = server
        self._streams: dict[int, AppStream] = {}
        self._held: list[HttpStream] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A gateway has connected."""
        super().connection_made(transport)
        self.server.linked(self)

    def on_lost(self) -> None:
        """The gateway is gone, and with it whoever waited for these answers."""
        if self.broken is not None:
            self.server.on_error(self.broken, "A gateway broke the protocol")
        for call in list(self._streams.values()):
            call.cancel(Reason.CALLER_LEFT)
        self.server.unlinked(self)

    def go_away(self) -> None:
        """Ask for no new requests."""
        self.send(frame(GOAWAY, 0))

    def on_frame(self, kind: int, stream: int, end: bool, payload: bytes) -> None:
        """One frame of the gateway; raises FrameError."""
        if kind == REQUEST:
            self._on_request(stream, payload, end=end)
            return
        if kind not in (BODY, CREDIT, CANCEL):
            raise FrameError("a frame that only a worker sends")
        call = self._streams.get(stream)
        if call is None:
            return  # it ended while this was on its way
        if kind == BODY:
            call.feed(payload, end=end)
        elif kind == CREDIT:
            call.grant(credit_of(payload))
        else:
            call.cancel(reason_of(payload))

    def _on_request(self, stream: int, payload: bytes, *, end: bool) -> None:
        if stream in self._streams:
            raise FrameError("a second request head")
        if self.server.full:
            self.send(cancel_frame(stream, Reason.REFUSED))
            return
        try:
            head = decode_request(payload)
        except msgspec.DecodeError as error:
            raise FrameError(f"a malformed request head: {error}") from None
        kind = SocketStream if head.scheme in SOCKET_SCHEMES else HttpStream
        call = self._streams[stream] = kind(self, stream, head, end=end)
        self.server.begin(call)

    def release(self, stream: int) -> None:
        """A stream is over."""
        del self._streams[stream]
        self.server.answered()

    def hold(self, call: HttpStream) -> None:
        """Send this response's head at the end of the loop turn, unless its body comes first."""
        self._held.append(call)
        self.flush_soon()

    def flush(self) -> None:
        """Send the heads that still wait for a body, and all else that was sent."""
        held, self._held = self._held, []
        for call in held:
            try:
                call.send_head()
            except HeadTooLarge as error:
                call.fail(error)
        super().flush()
