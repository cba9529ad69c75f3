"""Log lines of Apis, stored where the dashboard reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """One line, as it is stored."""

    api_id: UUID
    at: datetime
    level: str
    stream: str
    message: str
    request_id: str | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Up to which line of a runtime everything is stored."""

    epoch: str
    last: int


class LogStore(Protocol):
    """Log lines of Apis."""

    async def position(self, source: str) -> LogPosition:
        """Of a runtime; an empty epoch if it is new."""
        ...

    async def add(
        self, source: str, before: LogPosition, after: LogPosition, lines: Sequence[StoredLine]
    ) -> None:
        """Store lines and move the position, in one transaction; Conflict if it is not `before`.

        Lines of Apis that are not there are left out.
        """
        ...

    async def trim(self) -> None:
        """Keep the newest 10,000 lines of each Api."""
        ...
