"""The gateway's end of a link: many Exchanges with one worker over one Unix socket.

The worker runs strangers' code and is not trusted: whatever it sends out of turn, out of size or
out of order ends the link with a FrameError, which fails the Exchanges of that worker only.
Memory is bounded by MAX_STREAMS streams with WINDOW bytes each way, and by MAX_UNSENT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import msgspec

from apibuilder.backends.fork.frames import (
    BODY,
    CANCEL,
    CREDIT,
    GOAWAY,
    MAX_CHUNK,
    MAX_HEAD,
    RESPONSE,
    WINDOW,
    FrameError,
    Reason,
    RequestHead,
    ResponseHead,
    cancel_frame,
    credit_of,
    decode_response,
    head_frame,
    reason_of,
)
from apibuilder.backends.fork.health import Health
from apibuilder.backends.fork.streams import FrameTransport, Incoming, Outgoing

MAX_STREAMS = 1024  # open, or cancelled and not yet confirmed by the worker
MAX_UNSENT = 4 * 1024 * 1024  # bytes a worker may leave unread before it gets no new requests
_MAX_LATE = WINDOW + MAX_HEAD + MAX_CHUNK  # bytes that a cancelled stream may still bring
_LAST_STREAM = 2**32 - 1


class ExchangeError(Exception):
    """An Exchange ended before its response did."""


class Refused(ExchangeError):
    """No user code has seen the request: it may be sent elsewhere."""


class LinkLost(ExchangeError):
    """The worker ended, or broke the protocol, in the middle of an Exchange."""

    def __init__(self, detail: str, *, began: bool, instance_id: str | None = None) -> None:
        super().__init__(detail)
        self.began = began  # whether the response's head had arrived
        self.instance_id = instance_id  # of the worker that ended; None: it broke the protocol


class StreamCancelled(ExchangeError):
    """Either side gave the Exchange up."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"cancelled: {reason.name}")
        self.reason = reason


class Exchange:
    """One request and its response. Its owner reads the response to its end or calls `cancel`."""

    __slots__ = ("_error", "_head", "_incoming", "_link", "_outgoing", "_stream", "_waiter",
                 "resume")  # fmt: skip

    def __init__(self, link: Link, stream: int, outgoing: Outgoing | None) -> None:
        self._link = link
        self._stream = stream
        self._outgoing = outgoing
        self._incoming: Incoming | None = None
        self._error: ExchangeError | None = None
        self._head: ResponseHead | None = None
        self._waiter: asyncio.Future[None] | None = None  # of a Task that awaits the response
        self.resume: Callable[[], None] | None = None  # of a coroutine that does, without a Task

    def response(self) -> Awaitable[ResponseHead]:
        """The head, with the first piece of the body inline; `read` gives only what follows.

        Raises Refused, LinkLost or StreamCancelled. Awaited outside of a Task, it yields itself:
        whoever runs that coroutine sets `resume`, which is called in the callback that brought the
        response, or soon after an error.
        """
        return self

    def __await__(self) -> Generator[Any, None, ResponseHead]:
        if self._head is None and self._error is None:
            if asyncio.current_task() is None:
                yield self
            else:
                self._waiter = self._link.loop.create_future()
                yield from self._waiter
        if self._head is None:
            assert self._error is not None, "resumed without an answer"
            raise self._error
        return self._head

    @property
    def ended(self) -> bool:
        """Whether nothing is left to read. After `response`: whether its head holds it all."""
        return self._incoming is None or self._incoming.drained

    async def read(self) -> bytes:
        """The next bytes of the response's body, empty at its end; reading grants credit.

        Raises LinkLost or StreamCancelled.
        """
        if self._incoming is None:
            return b""
        data = await self._incoming.read()
        if not data and self._error is not None:
            raise self._error
        return data

    async def write(self, chunk: bytes, *, end: bool) -> None:
        """Send more of the request's body once the worker has credit for it.

        Returns at once if the worker has answered in full without it.
        Raises Refused, LinkLost or StreamCancelled.
        """
        if self._error is not None:
            raise self._error
        assert self._outgoing is not None, "the request was sent with end=True"
        await self._outgoing.write(chunk, end=end)
        if self._error is not None:
            raise self._error

    def cancel(self, reason: Reason) -> None:
        """Give up. Whoever waits on this Exchange gets StreamCancelled; safe to repeat."""
        self._link.give_up(self._stream, self, reason)

    @property
    def began(self) -> bool:
        """Whether the response's head has arrived."""
        return self._head is not None

    def respond(self, payload: bytes, *, end: bool) -> None:
        """A RESPONSE frame has arrived."""
        try:
            head = decode_response(payload)
        except msgspec.DecodeError as error:
            raise FrameError(f"a malformed response head: {error}") from None
        if len(head.body) > MAX_CHUNK or len(payload) - len(head.body) > MAX_HEAD:
            raise FrameError("a response head that is too long")
        if self._incoming is not None:
            raise FrameError("a second response head")
        if not end:
            self._incoming = Incoming(self._link, self._stream, len(head.body))
        self._head = head

    def wake(self) -> None:
        """Let whoever awaits the response go on."""
        resume, self.resume = self.resume, None
        if resume is not None:
            resume()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def feed(self, data: bytes, *, end: bool) -> None:
        """A BODY frame has arrived."""
        if self._incoming is None:
            raise FrameError("a body before its head")
        self._incoming.feed(data, end=end)

    def grant(self, count: int) -> None:
        """A CREDIT frame has arrived."""
        if self._outgoing is None:
            raise FrameError("credit for a complete request")
        self._outgoing.grant(count)

    def finish(self, error: ExchangeError | None) -> None:
        """The stream is over; without an error the response is complete."""
        self._error = error
        if self._outgoing is not None:
            self._outgoing.stop()
        if error is None:
            return
        if self._incoming is not None:
            self._incoming.stop()
        if self.resume is not None:  # not now: a Task may be what has ended it
            self._link.loop.call_soon(self.wake)
        else:
            self.wake()


class Link(FrameTransport):
    """A connection to one worker. Open with `Link.open`."""

    def __init__(self) -> None:
        super().__init__()
        self.draining = False  # the worker takes no new requests here
        self.health = Health()  # kept by whoever balances between links
        self.instance_id: str | None = None  # set by whoever wants to know it when it is lost
        self._late = 0  # bytes that may still come of the streams that were cancelled
        self._last = 0
        self._exchanges: dict[int, Exchange] = {}
        self._given_up: set[int] = set()  # cancelled here; the worker's last frame is still due

    @classmethod
    async def open(cls, path: str) -> Link:
        """Connect to the worker that listens at `path`; raises Refused if it cannot be reached."""
        try:
            _, link = await asyncio.get_running_loop().create_unix_connection(cls, path)
        except OSError as error:
            raise Refused(f"the worker cannot be reached: {error.strerror}") from error
        return link

    @property
    def in_flight(self) -> int:
        """Exchanges whose response is not complete."""
        return len(self._exchanges)

    def request(self, head: RequestHead, *, end: bool) -> Exchange:
        """Send a request whose body begins with `head.body` (at most MAX_CHUNK bytes).

        Raises Refused if this worker takes no more, HeadTooLarge for such a head.
        """
        if self.closed or self.draining or self._crowded():
            raise Refused("the worker takes no new requests")
        assert len(head.body) <= MAX_CHUNK
        stream = self._last + 1
        self.send(head_frame(stream, head, end=end))
        self._last = stream
        self.draining = stream == _LAST_STREAM
        outgoing = None if end else Outgoing(self, stream, len(head.body))
        exchange = self._exchanges[stream] = Exchange(self, stream, outgoing)
        return exchange

    def _crowded(self) -> bool:
        return len(self._exchanges) + len(self._given_up) >= MAX_STREAMS or self.unsent > MAX_UNSENT

    def give_up(self, stream: int, exchange: Exchange, reason: Reason) -> None:
        """Cancel a stream unless it is over."""
        if self._exchanges.pop(stream, None) is None:
            return
        self._given_up.add(stream)
        self._late += _MAX_LATE
        self.send(cancel_frame(stream, reason))
        exchange.finish(StreamCancelled(reason))

    def on_frame(self, kind: int, stream: int, end: bool, payload: bytes) -> None:
        """One frame of the worker; raises FrameError."""
        exchange = self._exchanges.get(stream)
        if exchange is None:
            self._on_stray(kind, stream, end=end, payload=payload)
        elif kind == RESPONSE:
            exchange.respond(payload, end=end)
            if end:
                self._end(stream, exchange, None)
            exchange.wake()
        elif kind == BODY:
            exchange.feed(payload, end=end)
            if end:
                self._end(stream, exchange, None)
        elif kind == CREDIT:
            exchange.grant(credit_of(payload))
        elif kind == CANCEL:
            self._end(stream, exchange, _cancelled(exchange, reason_of(payload)))
        else:
            raise FrameError("a frame that only a gateway sends")

    def _on_stray(self, kind: int, stream: int, *, end: bool, payload: bytes) -> None:
        """A frame that belongs to the link, or to a stream that was given up here."""
        if kind == GOAWAY and stream == 0 and not payload:
            self.draining = True
        elif stream not in self._given_up:
            raise FrameError("a frame of a stream that is not open")
        else:
            self._on_late(kind, stream, end=end, payload=payload)
        self._close_if_done()

    def _on_late(self, kind: int, stream: int, *, end: bool, payload: bytes) -> None:
        """A frame of a stream that was given up here: those already on their way may still come,
        but no flood, which would cost the gateway and nobody else."""
        self._late -= max(1, len(payload))
        if self._late < 0:
            raise FrameError("more frames of cancelled streams than could be on their way")
        if end or kind == CANCEL:
            self._given_up.remove(stream)

    def _end(self, stream: int, exchange: Exchange, error: ExchangeError | None) -> None:
        """The worker's last frame of a stream has arrived."""
        del self._exchanges[stream]
        exchange.finish(error)
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self.draining and not self._exchanges and not self._given_up:
            self.close()

    def on_lost(self) -> None:
        """The connection has ended, and with it all that was in flight."""
        detail = str(self.broken or "the worker ended")
        ended = None if self.broken else self.instance_id
        exchanges, self._exchanges = self._exchanges, {}
        for exchange in exchanges.values():
            exchange.finish(LinkLost(detail, began=exchange.began, instance_id=ended))


def _cancelled(exchange: Exchange, reason: Reason) -> ExchangeError:
    if reason is not Reason.REFUSED:
        return StreamCancelled(reason)
    if exchange.began:
        raise FrameError("a refusal after the response had begun")
    return Refused("the worker takes no new requests")
