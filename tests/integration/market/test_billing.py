"""What a month costs: from the rollups, and the same from the ledger's rows themselves."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from apibuilder.billing.base import PaymentEvent, Sent
from apibuilder.control.billing.close import months_before
from apibuilder.errors import Conflict, Invalid, NotFound
from apibuilder.gateway.limit import Grant
from apibuilder.gateway.table import Table
from apibuilder.limits.base import Limit
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.store.base import Subscription, SubscriptionChange
from tests.integration.market.conftest import BIG, STEADY, Market, offer

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
THIS = TODAY.replace(day=1)
LAST = (THIS - timedelta(days=1)).replace(day=1)  # a month that is over
DAYS = (THIS - LAST).days


async def test_a_whole_month_with_calls_beyond_those_included(market: Market) -> None:
    listed = await market.listed(STEADY)
    made, key = await market.subscribed(listed, "Steady")
    await market.began(made, LAST - timedelta(days=40))
    await market.call(listed, key, LAST, 3007)
    await market.call(listed, key, LAST + timedelta(days=3), 50, status=500)  # not the consumer's
    await market.call(listed, key, THIS, 10)  # another month
    await market.call(listed, key, LAST - timedelta(minutes=1), 10)
    assert await market.charges(made, LAST) == [
        ("plan", f"Steady, {DAYS} of {DAYS} days", Decimal(1), Decimal(30), 3000),
        ("calls", "Further calls, Steady", Decimal(7), Decimal("0.0015"), 1),  # 1.05 cents
    ]
    assert await market.charges(made, LAST, from_ledger=True) == await market.charges(made, LAST)


async def test_the_first_month_is_charged_by_its_days(market: Market) -> None:
    listed = await market.listed(STEADY)
    made, key = await market.subscribed(listed, "Steady")
    begin = LAST + timedelta(days=DAYS - 3, hours=13, minutes=20)  # three days are left
    await market.began(made, begin)
    included = -(-3000 * 3 // DAYS)
    await market.call(listed, key, begin - timedelta(minutes=30), 20)  # before it began
    await market.call(listed, key, begin, included + 100)
    plan, calls = await market.charges(made, LAST)
    assert plan[-1] == round(3000 * 3 / DAYS)
    assert plan[1] == f"Steady, 3 of {DAYS} days"
    assert calls[2:] == (Decimal(100), Decimal("0.0015"), 15)
    assert await market.charges(made, LAST, from_ledger=True) == [plan, calls]


async def test_a_dearer_plan_costs_the_difference_and_takes_nothing_back(market: Market) -> None:
    listed = await market.listed(STEADY, BIG)
    made, key = await market.subscribed(listed, "Steady")
    await market.began(made, LAST - timedelta(days=1))
    change = LAST + timedelta(days=DAYS - 6, hours=11, minutes=11)
    await change_then(market, made, listed.plans[1]["id"], change)
    await market.call(listed, key, LAST, 3100)  # 100 beyond, before the change
    await market.call(listed, key, change - timedelta(seconds=1), 1)  # one more
    gained = -(-27_000 * 6 // DAYS)
    await market.call(listed, key, change, gained + 12)
    found = await market.charges(made, LAST)
    assert found == [
        ("plan", f"Steady, {DAYS} of {DAYS} days", Decimal(1), Decimal(30), 3000),
        ("calls", "Further calls, Steady", Decimal(101), Decimal("0.0015"), 15),  # 15.15
        ("plan", f"Change to Big, 6 of {DAYS} days", Decimal(1),
         Decimal(round(6000 * 6 / DAYS)) / 100, round(6000 * 6 / DAYS)),
        ("calls", "Further calls, Big", Decimal(12), Decimal("0.0005"), 1),  # 0.6
    ]  # fmt: skip
    # The calls that were charged before are not charged again.
    await market.call(listed, key, change + timedelta(hours=30), 200)
    *_, last = await market.charges(made, LAST)
    assert last == ("calls", "Further calls, Big", Decimal(212), Decimal("0.0005"), 11)  # 10.6
    assert await market.charges(made, LAST, from_ledger=True) == await market.charges(made, LAST)


async def change_then(market: Market, made: Subscription, plan: UUID, at: datetime) -> None:
    """As if the plan had been changed at that time."""
    user = await market.holder(made)
    change = SubscriptionChange(plan_id=plan, keep_cap=True, spending_cap_cents=None)
    await market.market.change(user, made.subscription_id, change)
    for column, where in (("ends_at", "ends_at is not null"), ("starts_at", "ends_at is null")):
        await market.database.execute(
            f"update subscription_terms set {column} = $2 where subscription_id = $1 and {where}",
            made.subscription_id, at,
        )  # fmt: skip


async def test_rollups_and_ledger_agree_whatever_is_called(market: Market) -> None:
    seed = random.randrange(1 << 30)
    draw = random.Random(seed)
    small = offer("Small", price_cents=700, included_calls=20, price_per_call=Decimal("0.0333"))
    listed = await market.listed(small, STEADY)
    for _ in range(4):
        made, key = await market.subscribed(listed, "Small")
        begin = LAST + timedelta(minutes=draw.randrange(-5000, 20_000))
        await market.began(made, begin)
        for _ in range(12):
            at = LAST + timedelta(minutes=draw.randrange(-3000, 46_000))
            status = draw.choice((200, 200, 404, 500))
            await market.call(listed, key, at, draw.randrange(1, 9), status=status)
        change = begin + timedelta(minutes=draw.randrange(1, 20_000))
        await change_then(market, made, listed.plans[1]["id"], change)
        for month in (LAST, THIS):
            rolled = await market.charges(made, month)
            assert rolled == await market.charges(made, month, from_ledger=True), f"seed {seed}"
            assert all(line[-1] >= 0 for line in rolled)


async def test_a_month_is_billed_once_and_stays_as_it_was(market: Market) -> None:
    listed = await market.listed(offer(), STEADY)
    paid, key = await market.subscribed(listed, "Steady")
    free, free_key = await market.subscribed(listed)
    idle, _ = await market.subscribed(listed)
    for one in (paid, free, idle):
        await market.began(one, LAST)
    await market.call(listed, key, LAST + timedelta(days=1), 5)
    await market.call(listed, free_key, LAST + timedelta(days=1), 7)
    month = LAST.date()
    made = await asyncio.gather(*(market.billing.close_month(month) for _ in range(3)))
    assert sum(made) >= 2  # of this test's; idle ones are not billed
    assert await market.billing.close_month(month) == 0
    assert await market.billing.close_month(THIS.date()) == 0  # it is not over
    found = {row["subscription_id"]: dict(row) for row in await invoices(market, month)}
    assert idle.subscription_id not in found
    first = found[paid.subscription_id]
    assert (first["total_cents"], first["status"], first["calls"]) == (3000, "unpaid", 5)
    assert found[free.subscription_id]["status"] == "free_of_charge"
    with pytest.raises(asyncpg.RestrictViolationError):
        await market.database.execute(
            "update invoices set total_cents = 1 where id = $1", first["id"]
        )
    await market.call(listed, key, LAST + timedelta(days=2), 9000)  # too late
    assert {row["subscription_id"]: dict(row) for row in await invoices(market, month)} == found


async def invoices(market: Market, month: date) -> list[Any]:
    return await market.database.fetch("select * from invoices where month = $1", month)


async def test_a_month_that_is_not_rolled_up_is_not_billed(market: Market) -> None:
    listed = await market.listed(STEADY)
    made, key = await market.subscribed(listed, "Steady")
    await market.began(made, LAST)
    await market.call(listed, key, LAST, 1)
    await market.database.execute(
        "insert into internal.usage_marks (api_id, minute) values ($1, $2)", uuid4(), LAST
    )
    assert await market.billing.close_month(LAST.date()) == 0
    await market.stores.usage.roll_up(1000)
    assert await market.billing.close_month(LAST.date()) >= 1


async def test_payments_are_noted_once_and_in_any_order(market: Market) -> None:
    listed = await market.listed(STEADY)
    made, _ = await market.subscribed(listed, "Steady")
    await market.began(made, LAST)
    await market.billing.close_month(LAST.date())
    holder = await market.holder(made)
    unsent = await market.billing.unsent("stripe", 1000)
    (bill,) = [one for one in unsent if one.user_id == holder]
    assert [line.amount_cents for line in bill.lines] == [3000]
    sent = Sent(customer="cus_1", reference=f"in_{uuid4().hex}", url="https://pay.test/1")
    await market.billing.sent("stripe", bill, sent)
    await market.billing.sent("stripe", bill, sent)

    async def hear(kind: str, outcome: Any, event: str | None = None) -> tuple[bool, str]:
        event = event or uuid4().hex
        new = await market.billing.settle(
            "stripe",
            PaymentEvent(id=event, kind=kind, reference=sent.reference, outcome=outcome),
        )
        status = "select status from invoices where id = $1"
        return new, await market.database.fetchval(status, bill.invoice_id)

    assert await hear("invoice.finalized", None) == (True, "sent")
    assert await hear("invoice.payment_failed", "failed", "evt_1") == (True, "failed")
    assert await hear("invoice.paid", "paid", "evt_2") == (True, "paid")
    assert await hear("invoice.paid", "paid", "evt_2") == (False, "paid")
    assert await hear("invoice.payment_failed", "failed", "evt_3") == (True, "paid")  # late


async def test_a_cap_turns_into_calls_and_nothing_is_added_by_default(market: Market) -> None:
    listed = await market.listed(STEADY, BIG)
    made, _ = await market.subscribed(listed, "Steady")
    user = await market.holder(made)
    left = (THIS.replace(year=THIS.year + THIS.month // 12, month=THIS.month % 12 + 1) - TODAY).days
    days = (THIS + timedelta(days=32)).replace(day=1) - THIS
    included = -(-3000 * left // days.days)
    price = round(3000 * left / days.days)
    assert made.spending_cap_cents == 3000
    # The days that were not paid for are room under the cap.
    assert made.monthly_calls == included + int((3000 - price) / Decimal("0.15"))

    def wish(plan: UUID | None = None, **cap: int | None) -> SubscriptionChange:
        return SubscriptionChange(
            plan_id=plan, keep_cap="cap" not in cap, spending_cap_cents=cap.get("cap")
        )

    async def change(wanted: SubscriptionChange) -> Subscription:
        return await market.market.change(user, made.subscription_id, wanted)

    more = await change(wish(cap=4000))
    quota = -(-100_000 * left // days.days)
    assert more.monthly_calls == min(quota, included + int((4000 - price) / Decimal("0.15")))
    held = "select held_by from subscriptions where id = $1"
    assert await market.database.fetchval(held, made.subscription_id) == "spending_cap"
    with pytest.raises(Invalid):
        await change(wish(cap=2999))
    free = await change(wish(cap=None))
    assert free.monthly_calls == quota
    assert await market.database.fetchval(held, made.subscription_id) == "monthly_quota"


async def test_gateways_stop_at_the_cap_and_name_it(market: Market) -> None:
    listed = await market.listed(
        offer("Metered", burst=50, included_calls=2, price_per_call=Decimal("0.01")), offer()
    )
    made, key = await market.subscribed(listed, "Metered", cap=3)
    plain, plain_key = await market.subscribed(listed)
    grants = {one.key_id: one for one in await market.stores.gateway.grants_of(listed.api_id)}
    bought, quota = grants[key].allowance, grants[plain_key].allowance
    assert bought is not None
    assert quota is not None
    assert (bought.monthly_quota, bought.is_capped) == (5, True)  # two, and three for 3 cents
    assert (quota.monthly_quota, quota.is_capped) == (1000, False)
    route = await market.stores.gateway.route(listed.api_id)
    assert route is not None
    table = Table()
    table.put_route(route, None)
    table.put_grants(listed.api_id, list(grants.values()))
    principal = table.principal(grants[key].key_hash)
    assert principal is not None
    limiter = MemoryLimiter()
    for _ in range(5):
        assert (await limiter.take(principal.policy)).refused_by is None
    verdict = await limiter.take(principal.policy)
    assert verdict.refused_by is Limit.QUOTA
    refusal = Grant(principal, verdict).refusal()
    assert (refusal.code, refusal.facts["limit"]) == ("spending_cap_reached", "spending_cap")
    assert (refusal.facts["allowed"], refusal.facts["seen"]) == (5, 6)
    assert made.spending_cap_cents == 3
    assert plain.spending_cap_cents == 0


async def test_a_cheaper_plan_waits_for_the_next_month(market: Market) -> None:
    listed = await market.listed(STEADY, BIG)
    made, _ = await market.subscribed(listed, "Big")
    user = await market.holder(made)
    steady = listed.plans[0]["id"]
    wish = SubscriptionChange(plan_id=steady, keep_cap=True, spending_cap_cents=None)
    waiting = await market.market.change(user, made.subscription_id, wish)
    assert (waiting.plan_id, waiting.next_plan_id) == (made.plan_id, steady)
    await market.began(made, LAST)
    await market.database.execute(
        "update subscriptions set allowance_month = $2 where id = $1",
        made.subscription_id, LAST.date(),
    )  # fmt: skip
    assert await market.billing.turn_month() >= 1
    assert await market.billing.turn_month() == 0
    ((_, description, *_, cents),) = await market.charges(made, THIS)
    assert (description.split(",")[0], cents) == ("Steady", 3000)
    ((_, description, *_, cents),) = await market.charges(made, LAST)
    assert (description.split(",")[0], cents) == ("Big", 9000)


async def test_who_leaves_owes_the_month_and_free_calls_do_not_begin_anew(market: Market) -> None:
    listed = await market.listed(offer(), STEADY)
    made, _ = await market.subscribed(listed, "Steady")
    user = await market.holder(made)
    await market.began(made, THIS)
    left = await market.market.cancel(user, made.subscription_id)
    assert left.status == "cancelled"
    assert (await market.charges(made, THIS))[0][-1] == 3000
    with pytest.raises(Conflict):
        await market.market.change(
            user, made.subscription_id,
            SubscriptionChange(plan_id=None, keep_cap=False, spending_cap_cents=None),
        )  # fmt: skip
    free, key = await market.subscribed(listed)
    holder = await market.holder(free)
    await market.began(free, TODAY)
    await market.call(listed, key, datetime.now(UTC).replace(second=0), 30)
    await market.market.cancel(holder, free.subscription_id)
    await market.database.execute(
        "update subscription_terms set ends_at = now() + interval '1 hour'"
        " where subscription_id = $1", free.subscription_id,
    )  # fmt: skip
    again, _ = await market.market.subscribe(holder, listed.id, listed.plans[0]["id"], None, _key())
    assert again.monthly_calls == 1000  # of both together
    with pytest.raises(NotFound):
        await market.market.cancel(uuid4(), again.subscription_id)


def _key() -> Any:
    from apibuilder.store.keys import new_key  # noqa: PLC0415

    return new_key()


def test_the_months_before() -> None:
    assert list(months_before(date(2026, 2, 28))) == [
        date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1),
    ]  # fmt: skip
