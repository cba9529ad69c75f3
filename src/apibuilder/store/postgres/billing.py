"""Months that are over, and what becomes of their invoices."""

from __future__ import annotations

from datetime import date

from apibuilder.billing.base import Bill, BillLine, PaymentEvent, Sent
from apibuilder.store.postgres.database import Database, Row
from apibuilder.store.postgres.queries import query

_TURN_MONTH = query("billing.turn_month")
_CLOSE_MONTH = query("billing.close_month")
_FIRST_MONTH = query("billing.first_month")
_UNSENT = query("billing.unsent")
_PUT_CUSTOMER = query("billing.put_customer")
_PUT_PAYMENT = query("billing.put_payment")
_MARK_SENT = query("billing.mark_sent")
_NOTE_EVENT = query("billing.note_event")
_SETTLE = query("billing.settle")


class PostgresBillingStore:
    """store.base.BillingStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn_month(self) -> int:
        """Plans that waited for this month begin, allowances count anew; answers how many."""
        return await self._database.fetchval(_TURN_MONTH)

    async def close_month(self, month: date) -> int:
        """Write the invoices of a month that is over and rolled up; answers how many."""
        return await self._database.fetchval(_CLOSE_MONTH, month)

    async def first_month(self) -> date | None:
        """The first that anybody had a subscription in."""
        return await self._database.fetchval(_FIRST_MONTH)

    async def unsent(self, provider: str, most: int) -> list[Bill]:
        """Bills that nobody was asked to pay, oldest first."""
        return [_bill(row) for row in await self._database.fetch(_UNSENT, provider, most)]

    async def sent(self, provider: str, bill: Bill, sent: Sent) -> None:
        """Note where it is paid."""
        async with self._database.transaction() as tx:
            await tx.execute(_PUT_CUSTOMER, bill.user_id, provider, sent.customer)
            values = (bill.invoice_id, bill.user_id, provider, sent.reference, sent.url)
            await tx.execute(_PUT_PAYMENT, *values)
            await tx.execute(_MARK_SENT, bill.invoice_id)

    async def settle(self, provider: str, event: PaymentEvent) -> bool:
        """Act on an event, once; answers whether it was new."""
        async with self._database.transaction() as tx:
            values = (provider, event.id, event.kind, event.reference)
            row = await tx.fetchrow(_NOTE_EVENT, *values)
            if row is None:
                return False
            if event.outcome is not None and row["invoice_id"] is not None:
                await tx.execute(_SETTLE, row["invoice_id"], event.outcome)
            return True


def _bill(row: Row) -> Bill:
    lines = tuple(
        BillLine(description=line["description"], amount_cents=line["amount_cents"])
        for line in row["lines"]
        if line["amount_cents"]
    )
    return Bill(
        invoice_id=row["id"],
        number=row["number"],
        user_id=row["user_id"],
        handle=row["handle"] or "",
        title=f"{row['title']}, {row['month']:%B %Y}",
        currency=row["currency"],
        lines=lines,
        customer=row["customer"],
    )
