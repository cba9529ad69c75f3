"""Which log lines are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from apibuilder.backends.base import LogLine

LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """All that is said must hold."""

    level: str = "debug"  # the least severe
    request_id: str | None = None
    since: datetime | None = None  # without a zone: UTC

    def takes(self, line: LogLine) -> bool:
        """Whether a line is one of them."""
        if LEVELS.index(line.level) < LEVELS.index(self.level):
            return False
        if self.request_id is not None and line.request_id != self.request_id:
            return False
        return self.since is None or datetime.fromisoformat(line.at) >= _zoned(self.since)


async def matching(lines: AsyncIterator[LogLine], wanted: LogFilter) -> AsyncIterator[LogLine]:
    """Those of the lines."""
    async for line in lines:
        if wanted.takes(line):
            yield line


def _zoned(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
