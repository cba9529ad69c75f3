"""The port of a payment provider: it is told a bill, and tells what became of it.

The platform computes what is owed, to the cent; a provider adds nothing to it. The contract:

* `send` may be repeated, also after a crash in the middle: it makes one invoice a Bill.
* `event` answers only what the provider itself has said, lately: anything else is InvalidSignature.
  The same event may come twice and late; who uses it keeps its `id`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line; `amount_cents` are hundredths of the currency's unit."""

    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What somebody owes for a month of a subscription."""

    invoice_id: UUID
    number: str
    user_id: UUID
    handle: str
    title: str
    currency: str
    lines: tuple[BillLine, ...]
    customer: str | None  # the provider's name of the payer, once there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where a Bill is paid."""

    customer: str
    reference: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """What became of a Bill; `outcome` is None for what does not concern one."""

    id: str
    kind: str
    reference: str
    outcome: Literal["paid", "failed", "void"] | None


class Payments(Protocol):
    """See the module's docstring for the contract."""

    @property
    def provider(self) -> str:
        """Its name in the store."""
        ...

    async def send(self, bill: Bill) -> Sent:
        """Ask for the money. Raises Unavailable."""
        ...

    def event(self, payload: bytes, signature: str) -> PaymentEvent:
        """What a message of the provider says. Raises InvalidSignature."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
