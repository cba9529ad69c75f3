"""What user code prints and logs, as lines with the request they belong to."""

from __future__ import annotations

import io
import logging
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from apibuilder.backends.fork import tracebacks
from apibuilder.backends.fork.frames import Log

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_LINE = 8 * 1024  # bytes; the rest of a longer line is cut
LINES_PER_SECOND = 100
BURST = 1000

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class Console:
    """Takes lines at a bounded rate and counts what it drops."""

    def __init__(self, send: Callable[[Log], bool]) -> None:
        """`send` answers False when it cannot take the line now."""
        self._send = send
        self._tokens = float(BURST)
        self._refilled = time.monotonic()
        self.dropped = 0

    def install(self) -> None:
        """Take over stdout, stderr and logging of this process."""
        sys.stdout = _text(_LineSink(self, "stdout", "info"))
        sys.stderr = _text(_LineSink(self, "stderr", "error"))
        logging.basicConfig(
            level=logging.INFO, format="%(message)s", handlers=[_LogHandler(self)], force=True
        )

    def line(self, stream: str, level: str, text: str) -> None:
        """Send one line, or count it as dropped."""
        if not self._take():
            self.dropped += 1
            return
        data = tracebacks.without_host_paths(text).encode("utf-8", "backslashreplace")
        if len(data) > MAX_LINE:
            data = data[:MAX_LINE] + b" [cut]"
        line = Log(stream, level, data.decode("utf-8", "replace"), request_id.get())
        if not self._send(line):
            self.dropped += 1

    def error(self, error: BaseException, headline: str) -> None:
        """Send a headline and the error's traceback."""
        for text in (headline, *tracebacks.lines(error)):
            self.line("log", "error", text)

    def _take(self) -> bool:
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._refilled) * LINES_PER_SECOND)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _LineSink(io.RawIOBase):
    """A file that cuts what is written to it into lines."""

    def __init__(self, console: Console, stream: str, level: str) -> None:
        self._console = console
        self._stream = stream
        self._level = level
        self._partial = b""

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        written = bytes(data)
        *lines, partial = (self._partial + written).split(b"\n")
        self._partial = partial[: MAX_LINE + 1]
        for line in lines:
            self._console.line(self._stream, self._level, line.decode("utf-8", "replace"))
        return len(written)


def _text(sink: io.RawIOBase) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(sink), encoding="utf-8", errors="backslashreplace", line_buffering=True
    )


class _LogHandler(logging.Handler):
    """Sends log records as lines."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        try:
            for line in self.format(record).splitlines():
                self._console.line("log", record.levelname.lower(), line)
        except Exception:  # noqa: BLE001 (a record that cannot be formatted must not fail its request)
            self.handleError(record)
