"""The worker's end of the control channel. Sending never blocks and is safe from any thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable

from apibuilder.backends.fork.frames import (
    Boot,
    ControlReader,
    Drain,
    FrameError,
    FromWorker,
    Log,
    Ping,
    control,
)

_MAX_QUEUED = 256  # messages that wait for a slow supervisor; then log lines are dropped
_READ_SIZE = 64 * 1024


class ControlChannel:
    """Messages from and to the supervisor."""

    def __init__(self, sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._reader = ControlReader(from_worker=False)
        self._loop = loop
        self._queue: deque[bytes] = deque()
        self._unsent = memoryview(b"")  # the rest of the message that is being sent
        self._sending = threading.Lock()
        self._flushed = asyncio.Event()

    def listen(
        self, on_message: Callable[[Boot | Drain | Ping], None], on_lost: Callable[[], None]
    ) -> None:
        """Call `on_message` for each message, and `on_lost` once the supervisor is gone."""

        def readable() -> None:
            try:
                data = self._socket.recv(_READ_SIZE)
                if data:
                    for message in self._reader.feed(data):
                        assert isinstance(message, Boot | Drain | Ping)
                        on_message(message)
                    return
            except (BlockingIOError, InterruptedError):
                return
            except (OSError, FrameError):
                pass  # a supervisor that cannot be understood is as good as gone
            self._loop.remove_reader(self._socket)
            on_lost()

        self._loop.add_reader(self._socket, readable)

    def log(self, line: Log) -> bool:
        """Send a line unless too many wait already; False if it was dropped."""
        if len(self._queue) >= _MAX_QUEUED:
            return False
        self.send(line)
        return True

    def send(self, message: FromWorker) -> None:
        """Send as soon as the supervisor takes it."""
        self._queue.append(control(message))
        # The lock is only ever tried: whoever holds it sends what others append meanwhile, also
        # when the garbage collector runs a `print` of user code in the middle of a send.
        while self._queue and self._sending.acquire(blocking=False):
            try:
                sent = self._push()
            finally:
                self._sending.release()
            if not sent:
                self._loop.call_soon_threadsafe(self._loop.add_writer, self._socket, self._writable)
                return

    async def flush(self) -> None:
        """Wait until all that was sent has left."""
        while self._queue or self._unsent:
            self._flushed.clear()
            self._loop.add_writer(self._socket, self._writable)
            await self._flushed.wait()

    def _writable(self) -> None:
        if self._sending.acquire(blocking=False):
            try:
                sent = self._push()
            finally:
                self._sending.release()
            if sent:
                self._loop.remove_writer(self._socket)
                self._flushed.set()

    def _push(self) -> bool:
        """Send what waits; False if the supervisor has to read first."""
        try:
            while self._unsent or self._queue:
                if not self._unsent:
                    self._unsent = memoryview(self._queue.popleft())
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        except OSError:  # it is gone: `on_lost` follows
            self._queue.clear()
            self._unsent = memoryview(b"")
        return True
