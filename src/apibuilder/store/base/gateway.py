"""What a gateway reads, and the ledger it writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from apibuilder.domain import KeyGrant, Route, Usage


@dataclass(frozen=True, slots=True)
class Change:
    """What a gateway should read again; `resync` (of no Api) means everything."""

    kind: Literal["route", "keys", "resync"]
    api_id: UUID | None = None


class MonthCalls(NamedTuple):
    """What one snapshot of the ledger holds of a month."""

    calls: dict[str, int]  # by "api:<id>" and by `Allowance.name`
    shipped: dict[str, int]  # by segment; an unknown one is left out


class GatewayStore(Protocol):
    """What a gateway reads, and the ledger it writes."""

    async def routes(self) -> list[Route]:
        """Of all Apis."""
        ...

    async def route(self, api_id: UUID) -> Route | None:
        """None once the Api is deleted."""
        ...

    async def grants(self) -> list[KeyGrant]:
        """Of all Keys that are neither revoked nor expired."""
        ...

    async def grants_of(self, api_id: UUID) -> list[KeyGrant]:
        """Of one Api's Keys that are neither revoked nor expired."""
        ...

    async def month_calls(self, month: date, segments: list[str]) -> MonthCalls:
        """Calls from the first of a month (UTC) on, and how far these segments are in them."""
        ...

    async def subscribers(self, keys: Collection[UUID]) -> dict[UUID, str]:
        """Whose these keys are, as `Allowance.name`; the makers' own are left out."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """For ever: reconnects by itself, and says `resync` after each (re)connection."""
        ...

    async def ship(self, segment: str, start: int, stop: int, usages: list[Usage]) -> None:
        """Add rows and move the segment's offset in one transaction.

        A Usage that is there already (the end of a stream whose start was shipped) replaces it.
        Raises Conflict if the stored offset is not `start`.
        """
        ...

    async def shipped(self, segment: str) -> int:
        """Offset up to which the segment is in the ledger; 0 for an unknown one."""
        ...

    async def touch_keys(self, last_used: dict[UUID, datetime]) -> None:
        """Note when Keys were last used; never moves one back."""
        ...
