"""What Apis print: one JSON line a message, capped in rate and size, to read back and to follow.

`logs/<api_id>.jsonl` is turned over to `<api_id>.1.jsonl` when it is full, so that an Api keeps at
most two such files.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from apibuilder.backends.base import LogLine
from apibuilder.backends.fork.feed import Feed
from apibuilder.backends.fork.frames import printable

_FILE_BYTES = 2 * 1024 * 1024
_LINES_PER_SECOND = 200.0
_BURST = 1000.0
_MESSAGE_CHARACTERS = 8 * 1024
_FLUSH_SECONDS = 0.02
_LEVELS = {"debug", "info", "warning", "error", "critical"}
_REMEMBERED = 1024  # logs in memory, before it is looked which of them are quiet
_FOLLOWER_LINES = 1000  # a follower that is slower than this loses lines


@dataclass(slots=True)
class _Log:
    """An Api's log: what is not yet on disk, and how much it may still write."""

    refilled: float  # on the clock of the LogBook
    pending: list[bytes] = field(default_factory=list[bytes])
    tokens: float = _BURST
    dropped: int = 0
    lost: int = 0  # lines that the disk did not take
    followers: set[asyncio.Queue[LogLine | None]] = field(
        default_factory=set[asyncio.Queue[LogLine | None]]
    )

    def admit(self, now: float) -> bool:
        """Take one from the token bucket."""
        self.tokens = min(_BURST, self.tokens + (now - self.refilled) * _LINES_PER_SECOND)
        self.refilled = now
        if self.tokens < 1:
            self.dropped += 1
            return False
        self.tokens -= 1
        return True

    def quiet(self, now: float) -> bool:
        """Whether there is nothing about it that a fresh one would not have."""
        full = self.tokens + (now - self.refilled) * _LINES_PER_SECOND >= _BURST
        owed = self.pending or self.followers or self.dropped or self.lost
        return full and not owed


class LogBook:
    """The logs of all Apis."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._logs: dict[UUID, _Log] = {}
        self._fresh: dict[UUID, _Log] = {}  # those with something pending
        self._most = _REMEMBERED  # when there are more, the quiet ones are forgotten
        self.feed = Feed()
        self._flushing: asyncio.TimerHandle | None = None

    def write(self, api_id: UUID, line: LogLine) -> None:
        """Keep a line, unless its Api writes more than it may."""
        log = self._log(api_id)
        if not log.admit(self._clock()):
            return
        if log.dropped:
            self._keep(
                api_id, log, platform_line(f"{log.dropped} lines were dropped: over the log rate")
            )
            log.dropped = 0
        self._keep(api_id, log, line)
        self._fresh[api_id] = log

    async def read(self, api_id: UUID, *, tail: int, follow: bool) -> AsyncIterator[LogLine]:
        """The last `tail` lines, then, if `follow`, new ones until the Api is forgotten."""
        self.flush()
        queue: asyncio.Queue[LogLine | None] = asyncio.Queue(_FOLLOWER_LINES)
        log = self._log(api_id)
        if follow:
            log.followers.add(queue)
        try:
            for line in await asyncio.to_thread(self._tail, api_id, tail):
                yield line
            while follow:
                fresh = await queue.get()
                if fresh is None:
                    return
                yield fresh
        finally:
            log.followers.discard(queue)

    def remove(self, api_id: UUID) -> None:
        """Forget an Api's log, and end those who follow it."""
        self._fresh.pop(api_id, None)
        if log := self._logs.pop(api_id, None):
            _close(log)
        for path in self._paths(api_id):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Write what is pending, and end all followers."""
        self.flush()
        for log in self._logs.values():
            _close(log)

    def flush(self) -> None:
        """Write what is pending."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        fresh, self._fresh = self._fresh, {}
        for api_id, log in fresh.items():
            lines, log.pending = log.pending, []
            self._append(api_id, log, lines)

    def _log(self, api_id: UUID) -> _Log:
        if api_id not in self._logs:
            if len(self._logs) >= self._most:
                self._forget_quiet()
            self._logs[api_id] = _Log(self._clock())
        return self._logs[api_id]

    def _forget_quiet(self) -> None:
        """What is remembered of an Api that said nothing for a while is what a new one has."""
        now = self._clock()
        self._logs = {api: log for api, log in self._logs.items() if not log.quiet(now)}
        self._most = max(_REMEMBERED, 2 * len(self._logs))

    def _keep(self, api_id: UUID, log: _Log, line: LogLine) -> None:
        self.feed.add(api_id, line)
        log.pending.append(_encode(line))
        for queue in log.followers:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(line)
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_later(_FLUSH_SECONDS, self.flush)

    def _append(self, api_id: UUID, log: _Log, lines: list[bytes]) -> None:
        """Write all of them or none; what a full disk does not take is counted and said later."""
        older, path = self._paths(api_id)
        if log.lost:
            lines.insert(
                0, _encode(platform_line(f"{log.lost} lines were lost: the disk was full"))
            )
        try:
            size = _write_whole(path, b"".join(lines))
        except OSError:
            log.lost += len(lines) - bool(log.lost)  # the first line only tells of earlier ones
            return
        log.lost = 0
        if size >= _FILE_BYTES:
            path.replace(older)

    def _tail(self, api_id: UUID, count: int) -> list[LogLine]:
        lines: deque[bytes] = deque(maxlen=count)
        for path in self._paths(api_id):
            with suppress(FileNotFoundError), path.open("rb") as file:
                lines.extend(file)
        return [msgspec.json.decode(line, type=LogLine) for line in lines]

    def _paths(self, api_id: UUID) -> tuple[Path, Path]:
        return self._folder / f"{api_id}.1.jsonl", self._folder / f"{api_id}.jsonl"


def _encode(line: LogLine) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _write_whole(path: Path, data: bytes) -> int:
    """Append all or nothing; answers the file's size. Raises OSError."""
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        written = 0
        try:
            while written < len(data):
                written += file.write(data[written:])
        except OSError:
            file.truncate(before)
            raise
        return before + written


def _close(log: _Log) -> None:
    for queue in log.followers:
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)


def user_line(
    stream: str, level: str, message: str, request_id: str | None, revision: int
) -> LogLine:
    """A line of user code's, from a worker that may say anything."""
    return LogLine(
        at=_now(),
        stream=stream if stream in {"stdout", "stderr", "log"} else "log",
        level=level if level in _LEVELS else "info",
        message=printable(message[:_MESSAGE_CHARACTERS])[:_MESSAGE_CHARACTERS],
        request_id=printable(request_id[:64]) if request_id else None,
        revision=revision,
    )


def platform_line(message: str, revision: int | None = None, level: str = "warning") -> LogLine:
    """A line that the platform has to say."""
    return LogLine(at=_now(), stream="platform", level=level, message=message, revision=revision)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
