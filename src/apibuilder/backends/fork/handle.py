"""One worker process as the supervisor sees it: its control channel, its state, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from apibuilder.backends.fork import door, frames, orders, process
from apibuilder.backends.fork.cgroup import Group
from apibuilder.domain import Ending
from apibuilder.errors import Unavailable

_MB = 1024 * 1024
_BURST_BYTES = 8 * 1024 * 1024  # twice the largest message
_BYTES_PER_SECOND = 1024 * 1024
_MESSAGE_BYTES = 2048  # what a message counts beside its length: taking it is work too
_ENDING_SECONDS = 1.0  # between the end of the control channel and that of the process
_DOOR_SECONDS = 5.0
_LIFESPAN_SECONDS = 7.0  # worker.SHUTDOWN_SECONDS and LINGER_SECONDS, and some
_WORKER_LEFT = "The worker has ended."


class WorkerHandle(asyncio.Protocol):
    """A forked child: waiting, then assigned, ready, and ended.

    `ready` is done with what the worker told about its start; it fails with Unavailable when the
    worker ends first. `exited` is done with the wait status when the process is gone; -1 when
    nobody could tell it.
    """

    def __init__(self, name: str, control: socket.socket, group: Group | None) -> None:
        loop = asyncio.get_running_loop()
        self.name = name
        self.group = group
        self.pid = 0
        self.pidfd = -1
        self.ready: asyncio.Future[frames.Ready | frames.Failed] = loop.create_future()
        self.exited: asyncio.Future[int] = loop.create_future()
        self.on_log: Callable[[frames.Log], None] = lambda _line: None
        self.beat = frames.Beat(0, 0, 0)
        self.born = self.beat_at = time.monotonic()
        self.busy_at = self.beat_at  # last time it was seen to serve something
        self.base_mb = 0.0  # private memory before it had an Api: the zygote's, mostly
        self.cpu_at_beat = 0.0  # seconds it had used at its last sign of life
        self.renewed = False  # whether another one was asked to take its place
        self.dropped_told = 0  # of beat.dropped_logs
        self.killed_because: Ending | None = None
        self.door: socket.socket | None = None  # whoever takes it closes it
        self._control = control
        self._transport: asyncio.Transport | None = None
        self._allowance = float(_BURST_BYTES)
        self._metered_at = self.beat_at
        self._reader = frames.ControlReader(from_worker=True)

    def started(self, pid: int, pidfd: int) -> None:
        """The child exists."""
        self.pid, self.pidfd = pid, pidfd

    async def assign(self, assign: orders.Assign, listen: socket.socket, boot: frames.Boot) -> None:
        """Give the waiting child its Api. Raises Unavailable when it has ended."""
        loop = asyncio.get_running_loop()
        self.beat_at = self.busy_at = time.monotonic()
        self.base_mb = process.private_bytes(self.pid) / _MB
        try:
            orders.assign(self._control, assign, listen)
            self._control.setblocking(False)
            if assign.egress:
                await self._receive_door()
            await loop.create_connection(lambda: self, sock=self._control)
        except OSError as error:
            raise Unavailable(_WORKER_LEFT) from error
        self.tell(boot)

    async def _receive_door(self) -> None:
        """A worker that has none by then has failed, and says so in its next message."""
        loop = asyncio.get_running_loop()
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._control.fileno(), _resolve, readable)
        try:
            async with asyncio.timeout(_DOOR_SECONDS):
                await readable
        except TimeoutError:
            raise OSError("the worker made no door") from None
        finally:
            loop.remove_reader(self._control.fileno())
        self.door = door.receive(self._control)

    async def probe(self, assign: orders.Assign, listen: socket.socket) -> bytes:
        """Have a waiting child put up all layers and end; answers what it told, raw."""
        loop = asyncio.get_running_loop()
        orders.assign(self._control, assign, listen)
        told = bytearray()
        # A duplicate, because `end` closes the channel, maybe before all of it is read.
        with self._control.dup() as control:
            control.setblocking(False)
            while piece := await loop.sock_recv(control, 65536):
                told += piece
        return bytes(told)

    def tell(self, message: frames.ToWorker) -> None:
        """Send a control message; lost if the worker is gone."""
        if self._transport is not None:
            self._transport.write(frames.control(message))

    def memory_mb(self) -> float:
        """What it has of its own, as its cgroup counts or as near as /proc comes to that."""
        counted = self.group.memory() if self.group is not None else None
        if counted is not None:
            return counted / _MB
        return process.private_bytes(self.pid) / _MB - self.base_mb

    def kill(self, because: str | Ending) -> None:
        """SIGKILL, now. The reason goes to the Api's log and to its callers."""
        if self.exited.done():
            return
        self.blame(because)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def blame(self, because: str | Ending) -> None:
        """Remember why it will be gone; the first reason counts."""
        if self.killed_because is None:
            self.killed_because = Ending(detail=because) if isinstance(because, str) else because

    async def drain(self, grace_seconds: float) -> None:
        """Let it finish what is in flight, and end it; returns when the process is gone."""
        self.blame(Ending(detail="it was stopped", code="stopped"))
        self.tell(frames.Drain(grace_seconds))
        # The worker keeps to the grace time itself; then its lifespan may still end.
        await asyncio.wait([self.exited], timeout=grace_seconds + _LIFESPAN_SECONDS)
        self.kill("it did not stop within its grace time")
        await asyncio.wait([self.exited])

    def end(self, status: int) -> None:
        """The process is gone."""
        if self.exited.done():
            return
        if self._transport is not None:
            self._transport.close()
        else:
            self._control.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        self.exited.set_result(status)
        if not self.ready.done():
            self.ready.set_exception(Unavailable(_WORKER_LEFT))
            self.ready.exception()  # whoever waits gets it; nobody has to

    # --- asyncio.Protocol ------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The control channel is in the event loop's hands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Messages of an untrusted peer: one that breaks the protocol is killed."""
        self._meter(len(data))
        try:
            for message in self._reader.feed(data):
                self._allowance -= _MESSAGE_BYTES
                self._take(message)
        except frames.FrameError as error:
            self.kill(f"it broke the control protocol: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """A worker without its control channel cannot be led; it should be ending anyway."""
        del exc
        because = "it closed its control channel"
        asyncio.get_running_loop().call_later(_ENDING_SECONDS, self.kill, because)

    def _meter(self, count: int) -> None:
        """User code can write to the channel itself: read no faster than it may talk."""
        now = time.monotonic()
        earned = (now - self._metered_at) * _BYTES_PER_SECOND
        self._allowance = min(_BURST_BYTES, self._allowance + earned) - count
        self._metered_at = now
        if self._allowance < 0 and self._transport is not None:
            self._transport.pause_reading()
            wait = 1 - self._allowance / _BYTES_PER_SECOND
            asyncio.get_running_loop().call_later(wait, self._resume)

    def _resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _take(self, message: object) -> None:
        match message:
            case frames.Log():
                self.on_log(message)
            case frames.Beat():
                self.beat_at = time.monotonic()
                self.cpu_at_beat = process.cpu_seconds(self.pid)
                if message.in_flight or message.served != self.beat.served:
                    self.busy_at = self.beat_at
                self.beat = message
            case frames.Ready() | frames.Failed():
                self.beat_at = self.busy_at = time.monotonic()
                if not self.ready.done():
                    self.ready.set_result(message)
            case _:
                raise frames.FrameError("an unexpected message")


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
