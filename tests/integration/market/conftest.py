"""A listed Api with plans, and people who subscribe to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from apibuilder.store.base import Listing, NewListing, Offer, Subscription
from apibuilder.store.keys import new_key
from apibuilder.store.postgres import Database, PostgresBillingStore, PostgresMarketStore
from tests.integration.store.conftest import Stores
from tests.integration.store.test_gateway import a_call


def offer(name: str = "Basic", **terms: Any) -> Offer:
    plain: dict[str, Any] = {
        "description": "", "requests_per_second": 5, "burst": 5, "monthly_quota": 1000,
        "price_cents": 0, "currency": "usd", "included_calls": None, "price_per_call": Decimal(0),
    }  # fmt: skip
    return Offer(name=name, **plain | terms)


STEADY = offer(
    "Steady", monthly_quota=100_000, price_cents=3000, included_calls=3000,
    price_per_call=Decimal("0.0015"),
)  # fmt: skip
BIG = offer(
    "Big", monthly_quota=1_000_000, price_cents=9000, included_calls=30_000,
    price_per_call=Decimal("0.0005"),
)  # fmt: skip


def listing(*offers: Offer, **texts: Any) -> NewListing:
    plain: dict[str, Any] = {
        "title": "Words", "summary": "", "description": "", "category": "text", "tags": [],
        "allow_remix": False,
    }  # fmt: skip
    return NewListing(**plain | texts, offers=list(offers) or [offer()])


@dataclass
class Market:
    """The stores, a maker and a listed Api."""

    stores: Stores
    maker: UUID

    def __post_init__(self) -> None:
        self.database = self.stores.database
        self.market = PostgresMarketStore(self.database)
        self.billing = PostgresBillingStore(self.database)
        self.shipped = 0
        self.segment = uuid4().hex

    async def listed(self, *offers: Offer, **texts: Any) -> Listing:
        """A published listing of a new Api that serves."""
        made = await self.stores.new_api(self.maker)
        await self.stores.serve(made)
        return await self.market.put(
            self.maker, str(made.api_id), listing(*offers, **texts), publish=True
        )

    async def subscribed(
        self, listed: Listing, plan: str = "Basic", *, cap: int | None = None
    ) -> tuple[Subscription, UUID]:
        """By a new person: the subscription and its key's id."""
        plan_id = next(one["id"] for one in listed.plans if one["name"] == plan)
        user = await self.stores.account("free")
        made, key = await self.market.subscribe(user, listed.id, plan_id, cap, new_key())
        return made, key.id

    async def holder(self, subscription: Subscription) -> UUID:
        statement = "select user_id from subscriptions where id = $1"
        return await self.database.fetchval(statement, subscription.subscription_id)

    async def call(
        self, listed: Listing, key: UUID, at: datetime, calls: int = 1, status: int = 200
    ) -> None:
        """So many calls in the ledger, from `at` on, a second apart; rolled up."""
        usages = [
            a_call(at + timedelta(seconds=n), listed.api_id, key)._replace(status=status)
            for n in range(calls)
        ]
        await self.stores.gateway.ship(self.segment, self.shipped, self.shipped + calls, usages)
        self.shipped += calls
        while await self.stores.usage.roll_up(1000):
            pass

    async def began(self, subscription: Subscription, at: datetime) -> None:
        """As if it had been made then."""
        await self.database.execute(
            "update subscription_terms set starts_at = $2 where subscription_id = $1",
            subscription.subscription_id, at,
        )  # fmt: skip
        await self.database.execute(
            "update subscriptions set created_at = $2 where id = $1",
            subscription.subscription_id, at,
        )  # fmt: skip

    async def charges(self, subscription: Subscription, month: datetime, **how: Any) -> list[Any]:
        rows = await self.database.fetch(
            "select kind, description, quantity, unit_price, amount_cents"
            " from charges($1, $2, $3) order by position",
            subscription.subscription_id, month.date(), how.get("from_ledger", False),
        )  # fmt: skip
        return [tuple(row.values()) for row in rows]


@pytest.fixture
async def market(dsn: str) -> AsyncIterator[Market]:
    async with Database(dsn) as database:
        stores = Stores(database)
        yield Market(stores, await stores.account())
