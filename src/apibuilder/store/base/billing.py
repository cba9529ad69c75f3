"""Months that are over, and what becomes of their invoices."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from apibuilder.billing.base import Bill, PaymentEvent, Sent


class BillingStore(Protocol):
    """Invoices. What they say is computed in the database, from the ledger's rollups."""

    async def turn_month(self) -> int:
        """Plans that waited for this month begin, allowances count anew; answers how many."""
        ...

    async def close_month(self, month: date) -> int:
        """Write the invoices of a month that is over and rolled up; answers how many."""
        ...

    async def first_month(self) -> date | None:
        """The first that anybody had a subscription in."""
        ...

    async def unsent(self, provider: str, most: int) -> list[Bill]:
        """Bills that nobody was asked to pay, oldest first."""
        ...

    async def sent(self, provider: str, bill: Bill, sent: Sent) -> None:
        """Note where it is paid."""
        ...

    async def settle(self, provider: str, event: PaymentEvent) -> bool:
        """Act on an event, once; answers whether it was new."""
        ...
