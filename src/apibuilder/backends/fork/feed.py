"""The last log lines of all Apis, in order, for whoever stores them elsewhere.

A ring in memory: who reads slower than Apis write loses lines, and is told how many.
"""

from __future__ import annotations

import os
from collections import deque
from itertools import islice
from uuid import UUID

from apibuilder.backends.base import FeedLine, LogFeed, LogLine

_MAX_LINES = 20_000
_MAX_CHARACTERS = 8 * 1024 * 1024
MAX_READ = 2000  # lines an answer


class Feed:
    """Lines by number, from 1 on; a restart of the runtime begins another `epoch`."""

    def __init__(self) -> None:
        self._epoch = os.urandom(8).hex()
        self._lines: deque[FeedLine] = deque()
        self._characters = 0
        self._last = 0  # number of the newest line

    def add(self, api_id: UUID, line: LogLine) -> None:
        """The newest line."""
        self._last += 1
        self._lines.append(FeedLine(api_id=api_id, line=line))
        self._characters += len(line.message)
        while len(self._lines) > _MAX_LINES or self._characters > _MAX_CHARACTERS:
            self._characters -= len(self._lines.popleft().line.message)

    def read(self, epoch: str, after: int) -> LogFeed:
        """What follows line `after` of that epoch; of another epoch, all there is."""
        first = self._last - len(self._lines) + 1
        start = max(first, after + 1 if epoch == self._epoch else 1)
        lost = start - 1 - after if epoch == self._epoch else 0
        at = start - first
        lines = list(islice(self._lines, at, at + MAX_READ))
        return LogFeed(
            epoch=self._epoch, last=start + len(lines) - 1, lost=max(0, lost), lines=lines
        )
