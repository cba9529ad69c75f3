"""What both ends of a link have in common: a framed transport, and bodies that move on credit.

Imports only the standard library and the wire: it is loaded on both sides of the sandbox.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import deque
from typing import cast

from apibuilder.backends.fork.frames import (
    MAX_CHUNK,
    WINDOW,
    FrameError,
    FrameReader,
    body_header,
    credit_frame,
)

_GRANT = WINDOW // 2  # credit is given back in pieces of at least this size
_SMALL = 4096  # pieces below it are put together: each has its price, however short


class FrameTransport(asyncio.Protocol):
    """One end of a link. Frames that are sent in one turn of the loop leave in one write."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._reader = FrameReader()
        self._outbox: list[bytes | memoryview] = []
        self._bulky = False  # the outbox holds pieces that are better not copied once more
        self._flushing = False  # a flush is due at the end of this turn
        self._transport: asyncio.Transport | None = None
        self._writable: asyncio.Event | None = None  # there only while writing is paused
        self.broken: FrameError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by behaviour only

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        """End; whoever waits to write is let go."""
        self._transport = None
        self._outbox.clear()
        self.resume_writing()
        self.on_lost()

    def pause_writing(self) -> None:
        """The peer is slow to read."""
        self._writable = asyncio.Event()

    def resume_writing(self) -> None:
        """The peer has caught up, or is gone."""
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def data_received(self, data: bytes) -> None:
        """Hand over whole frames; a breach of the protocol ends the link."""
        try:
            for kind, stream, end, payload in self._reader.feed(data):
                self.on_frame(kind, stream, end, payload)
                if self._transport is None:
                    return
        except FrameError as error:
            self.broken = error
            self.abort()

    @property
    def closed(self) -> bool:
        """Whether the link has ended, or is about to."""
        return self._transport is None or self._transport.is_closing()

    @property
    def congested(self) -> bool:
        """Whether the peer is slow to read; then wait for `writable`."""
        return self._writable is not None

    @property
    def unsent(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def send(self, data: bytes | memoryview) -> None:
        """Write a frame; on a closed link it goes nowhere."""
        if self._transport is not None:
            self._outbox.append(data)
            self.flush_soon()

    def send_body(self, stream: int, piece: memoryview, *, end: bool) -> None:
        """Write a BODY frame; `piece` must not change any more."""
        header = body_header(stream, len(piece), end=end)
        if len(piece) < _SMALL:
            self.send(header + piece)
        else:
            self.send(header)
            self.send(piece)
            self._bulky = True

    def flush_soon(self) -> None:
        """Call `flush` at the end of this turn of the loop."""
        if not self._flushing:
            self._flushing = True
            self.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Hand what was sent to the kernel."""
        self._flushing = False
        if self._transport is not None and self._outbox and not self._transport.is_closing():
            if self._bulky:
                self._transport.writelines(self._outbox)
            else:
                self._transport.write(b"".join(self._outbox))
        self._outbox.clear()
        self._bulky = False

    async def writable(self) -> None:
        """Wait while the peer is slow to read."""
        if self._writable is not None:
            await self._writable.wait()

    def close(self) -> None:
        """End after what was sent has left."""
        if self._transport is not None:
            self.flush()
            self._transport.close()

    def abort(self) -> None:
        """End now."""
        if self._transport is not None:
            self._transport.abort()

    @abstractmethod
    def on_frame(self, kind: int, stream: int, end: bool, payload: bytes) -> None:
        """One frame has arrived; raises FrameError."""

    @abstractmethod
    def on_lost(self) -> None:
        """The link has ended."""


class Outgoing:
    """A body on its way to the peer: never more than the peer has given credit for."""

    __slots__ = ("_credit", "_credited", "_over", "_stream", "_transport")

    def __init__(self, transport: FrameTransport, stream: int, sent: int) -> None:
        """`sent` bytes went inline with the head."""
        self._transport = transport
        self._stream = stream
        self._credit = WINDOW - sent
        self._credited = asyncio.Event()
        self._over = False

    def grant(self, count: int) -> None:
        """The peer takes `count` more bytes; raises FrameError if it never used up as many."""
        self._credit += count
        if self._credit > WINDOW:
            raise FrameError("more credit than the window")
        self._credited.set()

    def stop(self) -> None:
        """Nothing more can be sent."""
        self._over = True
        self._credited.set()

    async def write(self, data: bytes, *, end: bool) -> None:
        """Send `data` as credit allows; what is left when the stream is over goes nowhere."""
        view, start = memoryview(data), 0
        while not self._over:
            size = min(len(view) - start, MAX_CHUNK, self._credit)
            stop = start + size
            last = stop == len(view)
            if size or (last and end):
                self._credit -= size
                self._transport.send_body(self._stream, view[start:stop], end=end and last)
                if self._transport.congested:
                    await self._transport.writable()
            elif not last:
                self._credited.clear()
                await self._credited.wait()
            if last:
                return
            start = stop


class Incoming:
    """A body on its way from the peer: holds at most WINDOW bytes until they are read."""

    __slots__ = ("_allowed", "_arrived", "_over", "_pieces", "_stream", "_taken", "_transport",
                 "ended")  # fmt: skip

    def __init__(self, transport: FrameTransport, stream: int, received: int) -> None:
        """`received` bytes came inline with the head."""
        self._transport = transport
        self._stream = stream
        self._allowed = WINDOW - received
        self._taken = received  # read but not yet granted again
        self._pieces: deque[bytes | bytearray] = deque()  # small ones put together
        self._arrived = asyncio.Event()
        self._over = False
        self.ended = False  # the peer has sent all of it

    @property
    def drained(self) -> bool:
        """Whether all of it has arrived and been read."""
        return self.ended and not self._pieces

    def feed(self, data: bytes, *, end: bool) -> None:
        """A BODY frame has arrived; raises FrameError if it may not."""
        self._allowed -= len(data)
        if self.ended or self._allowed < 0:
            raise FrameError("more body than was asked for")
        if len(data) > MAX_CHUNK or not (data or end):
            raise FrameError("a body frame of the wrong size")
        if data:
            self._keep(data)
        self.ended = end
        self._arrived.set()

    def _keep(self, data: bytes) -> None:
        """Holds few objects even of a peer that sends a byte at a time."""
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, bytearray) and len(last) + len(data) <= MAX_CHUNK:
            last += data
        elif len(data) >= _SMALL or last is None:
            self._pieces.append(data)
        else:
            self._pieces.append(bytearray(data))

    def stop(self) -> None:
        """Nothing more will arrive."""
        self._over = True
        self._arrived.set()

    async def read(self) -> bytes:
        """The next bytes, at most MAX_CHUNK; empty at the end, or when the stream is over."""
        while not (self._pieces or self.ended or self._over):
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._pieces.popleft()) if self._pieces else b""
        self._taken += len(data)
        if self._taken >= _GRANT and not (self.ended or self._over):
            self._transport.send(credit_frame(self._stream, self._taken))
            self._allowed += self._taken
            self._taken = 0
        return data
