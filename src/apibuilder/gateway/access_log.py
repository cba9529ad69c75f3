"""A line of JSON for each call, if the setting says so; written ten times a second.

No header, no body, and nothing that could open a door: values of a query are left out where their
name says secret, keys of the platform wherever they stand.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
import structlog

from apibuilder.gateway.call import Call

_log = structlog.get_logger()

_PERIOD_SECONDS = 0.1
_MAX_WAITING = 10_000  # lines; more than that in a period are counted, not written
_KEY = re.compile(r"ak_live_[A-Za-z0-9_-]+")
_SECRET = re.compile(
    r"key|token|secret|passw|pwd|auth|signature|^sig$|session|credential|^code$|jwt", re.IGNORECASE
)
_REDACTED = "***"


class Line(msgspec.Struct):
    """What is said of a call."""

    at: str
    request_id: str
    method: str
    path: str
    query: str
    status: int
    ms: float
    request_bytes: int
    client: str
    api: str | None = None
    slug: str | None = None
    revision: int | None = None
    key: str | None = None  # its id
    event: str = "call"


class AccessLog:
    """Lines that wait to be written to `fd`."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting: list[bytes] = []
        self._encode = msgspec.json.Encoder().encode
        self.dropped = 0

    @classmethod
    def open(cls, path: Path) -> AccessLog:
        """Append to a file; `-` is standard output. Raises OSError."""
        if str(path) == "-":
            return cls(sys.stdout.fileno())
        return cls(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))

    def add(self, call: Call) -> None:
        """A call is over."""
        if len(self._waiting) >= _MAX_WAITING:
            self.dropped += 1
            return
        self._waiting.append(self._encode(_line(call)))

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_PERIOD_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what waits; in a thread, because whoever reads it may be slow."""
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        try:
            await asyncio.to_thread(_write, self._fd, b"\n".join(lines) + b"\n")
        except OSError as error:
            self.dropped += len(lines)
            _log.warning("the access log cannot be written", cause=error.strerror)


def _write(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def _line(call: Call) -> Line:
    scope, live, grant = call.scope, call.live, call.grant
    client = scope["client"]
    return Line(
        at=datetime.fromtimestamp(call.at_us / 1e6, UTC).isoformat(timespec="milliseconds"),
        request_id=call.request_id,
        method=call.method,
        path=_KEY.sub(_REDACTED, scope["path"]),
        query=redacted(scope["query_string"]),
        status=call.status,
        ms=round((time.monotonic_ns() - call.started_ns) / 1e6, 3),
        request_bytes=call.request_bytes,
        client=client[0] if client else "",
        api=None if live is None else live.api,
        slug=None if live is None else live.route.slug,
        revision=None if live is None else live.route.revision,
        key=None if grant is None else str(UUID(bytes=grant.principal.key_bytes)),
    )


def redacted(query: bytes) -> str:
    """A query without the values that nobody should read."""
    if not query:
        return ""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=None)
    shown = [
        (name, _REDACTED if _SECRET.search(name) else _KEY.sub(_REDACTED, value))
        for name, value in pairs
    ]
    return urlencode([(_KEY.sub(_REDACTED, name), value) for name, value in shown], safe="*")
