"""Turns months, writes invoices of those that are over, and sends them to be paid."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import structlog

from apibuilder.billing.base import Payments
from apibuilder.errors import Unavailable
from apibuilder.store.base import BillingStore

_log = structlog.get_logger()

_LOOK_SECONDS = 60.0
_BATCH = 20  # bills sent at a look
_MONTHS_BACK = 3  # a platform that was away longer than that bills no older month by itself


class BillingLoop:
    """Every step is safe to repeat, and several processes may take it at once."""

    def __init__(self, billing: BillingStore, payments: Payments | None) -> None:
        self._billing = billing
        self._payments = payments

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.step(datetime.now(UTC).date())
            except Unavailable as error:
                _log.warning("billing waits", detail=error.detail)
            await asyncio.sleep(_LOOK_SECONDS)

    async def step(self, today: date) -> None:
        """Once. Raises Unavailable."""
        await self._billing.turn_month()
        first = await self._billing.first_month()
        for month in months_before(today):
            if first is not None and month >= first:
                made = await self._billing.close_month(month)
                if made:
                    _log.info("a month was billed", month=f"{month:%Y-%m}", invoices=made)
        if self._payments is not None:
            await self._send(self._payments)

    async def _send(self, payments: Payments) -> None:
        for bill in await self._billing.unsent(payments.provider, _BATCH):
            facts = {"number": bill.number, "provider": payments.provider}
            try:
                sent = await payments.send(bill)
            except Unavailable as error:  # this one is tried again; it must not hold up the others
                _log.warning("an invoice was not sent", **facts, detail=error.detail)
                continue
            await self._billing.sent(payments.provider, bill, sent)
            _log.info("an invoice was sent", **facts)


def months_before(today: date) -> Iterator[date]:
    """The first days of the last months that are over, newest first."""
    year, month = today.year, today.month
    for _ in range(_MONTHS_BACK):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        yield date(year, month, 1)
