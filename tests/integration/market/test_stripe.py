"""Invoices through Stripe's own library, to a double that speaks Stripe's protocol."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from apibuilder.billing.base import Bill, BillLine
from apibuilder.billing.stripe_payments import StripePayments
from apibuilder.control.billing.close import BillingLoop
from apibuilder.control.billing.service import BillingService
from apibuilder.errors import InvalidSignature, NotFound, Unavailable
from tests.integration.market.conftest import STEADY, Market
from tests.integration.market.stripe_double import (
    KEY,
    SECRET,
    StripeDouble,
    serving,
    sign,
    webhook,
)
from tests.integration.market.test_billing import LAST, THIS


@pytest.fixture
async def stripe() -> AsyncIterator[StripeDouble]:
    async with serving() as double:
        yield double


@pytest.fixture
async def payments(stripe: StripeDouble) -> AsyncIterator[StripePayments]:
    it = StripePayments(KEY, webhook_secret=SECRET, url=stripe.url)
    yield it
    await it.close()


def a_bill(**facts: str) -> Bill:
    lines = (BillLine(description="Steady", amount_cents=3000),
             BillLine(description="Further calls", amount_cents=1))  # fmt: skip
    return Bill(
        invoice_id=uuid4(), number="INV-202610-000001", user_id=uuid4(), handle="ada",
        title="Words", currency="usd", lines=lines, customer=facts.get("customer"),
    )  # fmt: skip


async def test_a_bill_becomes_one_invoice_however_often_it_is_sent(
    stripe: StripeDouble, payments: StripePayments
) -> None:
    bill = a_bill()
    sent = await payments.send(bill)
    assert await payments.send(bill) == sent
    ((reference, invoice),) = stripe.of("invoice").items()
    assert (sent.reference, sent.url) == (reference, f"https://invoice.test/{reference}")
    assert (invoice["status"], invoice["amount_due"]) == ("open", 3001)
    assert invoice["metadata[invoice_id]"] == str(bill.invoice_id)
    assert len(stripe.of("customer")) == 1
    assert len(stripe.of("invoiceitem")) == 2


async def test_lost_answers_make_no_second_invoice(
    stripe: StripeDouble, payments: StripePayments
) -> None:
    stripe.fail_next = 2  # the library tries again by itself
    await payments.send(a_bill())
    assert [len(stripe.of(kind)) for kind in ("customer", "invoice", "invoiceitem")] == [1, 1, 2]


async def test_what_stripe_refuses_is_unavailable(stripe: StripeDouble) -> None:
    wrong = StripePayments("sk_test_wrong", webhook_secret=SECRET, url=stripe.url)
    with pytest.raises(Unavailable):
        await wrong.send(a_bill())
    await wrong.close()
    assert stripe.objects == {}


async def test_only_what_stripe_says_now_is_heard(payments: StripePayments) -> None:
    body = webhook("invoice.paid", "in_1", "evt_1")
    event = payments.event(body, sign(body))
    assert (event.id, event.reference, event.outcome) == ("evt_1", "in_1", "paid")
    other = webhook("customer.created", "cus_1")
    assert payments.event(other, sign(other)).outcome is None
    forged = (
        "", "t=1", "nonsense", sign(body, secret="whsec_other"),
        sign(webhook("invoice.paid", "in_2")), sign(body).replace("v1=", "v0="),
        sign(body, at=time.time() - 3600), sign(body)[:-1] + "x",
    )  # fmt: skip
    for signature in forged:
        with pytest.raises(InvalidSignature):
            payments.event(body, signature)
    deaf = StripePayments(KEY, webhook_secret=None, url=None)
    with pytest.raises(InvalidSignature):
        deaf.event(body, sign(body))
    await deaf.close()


async def test_from_a_closed_month_to_paid(
    market: Market, stripe: StripeDouble, payments: StripePayments
) -> None:
    listed = await market.listed(STEADY)
    made, key = await market.subscribed(listed, "Steady")
    await market.began(made, LAST)
    await market.call(listed, key, LAST, 3200)
    loop = BillingLoop(market.billing, payments)
    await loop.step(THIS.date())
    await loop.step(THIS.date())
    status = "select status from invoices where subscription_id = $1"
    assert await market.database.fetchval(status, made.subscription_id) == "sent"
    ((reference, invoice),) = stripe.of("invoice").items()
    assert invoice["amount_due"] == 3000 + 30  # 200 calls at 0.0015
    service = BillingService(market.billing, payments)
    body = webhook("invoice.paid", reference, "evt_paid")
    assert await service.hear("stripe", body, sign(body))
    assert await market.database.fetchval(status, made.subscription_id) == "paid"
    assert not await service.hear("stripe", body, sign(body))  # replayed within its five minutes
    with pytest.raises(InvalidSignature):
        await service.hear("stripe", body, sign(body, secret="whsec_no"))
    with pytest.raises(NotFound):
        await BillingService(market.billing, None).hear("stripe", body, sign(body))
