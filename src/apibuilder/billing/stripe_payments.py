"""billing.base.Payments on Stripe, with Stripe's own library.

Stripe is given finished lines in cents, so that its arithmetic never meets ours. Each request has
an idempotency key made of the invoice's id: a repetition within Stripe's 24 hours changes nothing.
"""

from __future__ import annotations

from typing import Any, Final, Literal, cast

import stripe

from apibuilder.billing.base import Bill, PaymentEvent, Sent
from apibuilder.errors import InvalidSignature, Unavailable

_DAYS_UNTIL_DUE = 14
_TOLERANCE_SECONDS = 300
_SECONDS = 20.0
_OUTCOMES: Final[dict[str, Literal["paid", "failed", "void"]]] = {
    "invoice.paid": "paid",
    "invoice.payment_failed": "failed",
    "invoice.voided": "void",
    "invoice.marked_uncollectible": "void",
}


class StripePayments:
    """`url` is where Stripe's API is, if not at Stripe."""

    provider = "stripe"

    def __init__(self, key: str, *, webhook_secret: str | None, url: str | None) -> None:
        addresses = {} if url is None else {"base_addresses": {"api": url.rstrip("/")}}
        self._http: Any = stripe.AIOHTTPClient(timeout=_SECONDS)
        self._stripe: Any = stripe.StripeClient(
            key, http_client=self._http, max_network_retries=2, **cast("Any", addresses)
        )
        self._webhook_secret = webhook_secret

    async def send(self, bill: Bill) -> Sent:
        """Ask for the money. Raises Unavailable."""
        try:
            return await self._send(bill)
        except stripe.StripeError as error:
            raise Unavailable(f"Stripe did not take invoice {bill.number}: {error}.") from error

    async def _send(self, bill: Bill) -> Sent:
        api = self._stripe.v1
        customer = (
            bill.customer
            or (
                await api.customers.create_async(
                    {"name": bill.handle, "metadata": {"user_id": str(bill.user_id)}},
                    _once(f"customer-{bill.user_id}"),
                )
            ).id
        )
        invoice = await api.invoices.create_async(
            {
                "customer": customer,
                "currency": bill.currency,
                "collection_method": "send_invoice",
                "days_until_due": _DAYS_UNTIL_DUE,
                "auto_advance": False,
                "description": f"{bill.number}: {bill.title}",
                "metadata": {"invoice_id": str(bill.invoice_id)},
            },
            _once(f"invoice-{bill.invoice_id}"),
        )
        for place, line in enumerate(bill.lines):
            await api.invoice_items.create_async(
                {
                    "customer": customer,
                    "invoice": invoice.id,
                    "currency": bill.currency,
                    "amount": line.amount_cents,
                    "description": line.description,
                },
                _once(f"item-{bill.invoice_id}-{place}"),
            )
        final = await api.invoices.finalize_invoice_async(
            invoice.id, {"auto_advance": True}, _once(f"finalize-{bill.invoice_id}")
        )
        return Sent(customer=customer, reference=final.id, url=final.hosted_invoice_url)

    def event(self, payload: bytes, signature: str) -> PaymentEvent:
        """What a message of Stripe says. Raises InvalidSignature."""
        if not self._webhook_secret:
            raise InvalidSignature("No secret is set to check Stripe's messages with.")
        try:
            event: Any = self._stripe.construct_event(
                payload, signature, self._webhook_secret, tolerance=_TOLERANCE_SECONDS
            )
        except (stripe.SignatureVerificationError, ValueError):
            raise InvalidSignature from None
        about = event.data.object
        return PaymentEvent(
            id=event.id,
            kind=event.type,
            reference=str(about.id),
            outcome=_OUTCOMES.get(event.type),
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close_async()


def _once(key: str) -> dict[str, str]:
    return {"idempotency_key": key}
