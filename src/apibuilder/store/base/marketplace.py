"""What is listed, who subscribes, what is said of it, and whether its tests still hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from apibuilder.domain import Key
from apibuilder.store.base.publishing import NewRevision
from apibuilder.store.keys import NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan as its maker offers it. Prices: a month in cents, a further call in whole units."""

    name: str
    description: str
    requests_per_second: float
    burst: int
    monthly_quota: int
    price_cents: int
    currency: str
    included_calls: int | None
    price_per_call: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """What a maker says of an Api, and its plans."""

    title: str
    summary: str
    description: str
    category: str
    tags: list[str]
    allow_remix: bool
    offers: list[Offer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing as its maker has it."""

    id: UUID
    api_id: UUID
    slug: str
    title: str
    status: str
    published_at: datetime | None
    plans: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A consumer's right to call, and what it is held to this month."""

    subscription_id: UUID
    listing_id: UUID
    plan_id: UUID
    next_plan_id: UUID | None
    status: str
    spending_cap_cents: int | None
    monthly_calls: int | None
    created_at: datetime
    ended_at: datetime | None
    api_id: UUID
    slug: str
    endpoint_url: str
    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange:
    """What a consumer wants otherwise; `keep_cap` leaves the cap as it is."""

    plan_id: UUID | None
    keep_cap: bool
    spending_cap_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a remix is made of."""

    listing_id: UUID
    title: str
    handle: str
    description: str
    revision: NewRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReplay:
    """A listing whose Revision's own tests are to be run again."""

    listing_id: UUID
    revision: int
    source: str
    tests: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How that went; `failed` are names of tests."""

    passed: int
    total: int
    seconds: float
    failed: list[str]


class MarketStore(Protocol):
    """The verbs of the marketplace. Reading is for REST, under row level security."""

    async def put(self, user_id: UUID, ref: str, listing: NewListing, *, publish: bool) -> Listing:
        """Make or change the listing of an Api. Raises Conflict, Invalid."""
        ...

    async def unlist(self, user_id: UUID, ref: str) -> Listing:
        """Nobody finds it any more; who has subscribed goes on."""
        ...

    async def subscribe(
        self, user_id: UUID, listing_id: UUID, plan_id: UUID, cap: int | None, key: NewKey
    ) -> tuple[Subscription, Key]:
        """With a first Key. No `cap` is the plan's own price. Raises Conflict, Invalid."""
        ...

    async def change(
        self, user_id: UUID, subscription_id: UUID, change: SubscriptionChange
    ) -> Subscription:
        """A dearer plan now, a cheaper one next month. Raises Conflict, Invalid."""
        ...

    async def cancel(self, user_id: UUID, subscription_id: UUID) -> Subscription:
        """Its Keys are dead; repeating it changes nothing."""
        ...

    async def add_key(self, user_id: UUID, subscription_id: UUID, key: NewKey, name: str) -> Key:
        """One more. Raises Conflict, TooManyKeys."""
        ...

    async def review(
        self, user_id: UUID, listing_id: UUID, rating: int, body: str
    ) -> dict[str, Any]:
        """A second one replaces the first. Raises Forbidden for who never subscribed."""
        ...

    async def remove_review(self, user_id: UUID, listing_id: UUID) -> None:
        """It is gone, with its answer."""
        ...

    async def answer(self, user_id: UUID, review_id: UUID, text: str) -> dict[str, Any]:
        """What the maker says to a review; an empty text takes it back."""
        ...

    async def origin(self, listing_id: UUID) -> Origin:
        """What may be remixed. Raises NotFound for what is not listed or not given free."""
        ...

    async def take_replay(self, lease: timedelta) -> DueReplay | None:
        """The next that is due; without an outcome it is due again when the lease is over."""
        ...

    async def add_replay(self, due: DueReplay, replay: Replay, again_in: timedelta) -> None:
        """Store how it went, and show it."""
        ...

    async def forget_replays(self) -> None:
        """Those of more than 90 days ago."""
        ...
