"""The verbs of the marketplace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from apibuilder.domain import Key
from apibuilder.errors import Forbidden, NotFound
from apibuilder.store.base.marketplace import (
    DueReplay,
    Listing,
    NewListing,
    Origin,
    Replay,
    Subscription,
    SubscriptionChange,
)
from apibuilder.store.base.publishing import NewRevision
from apibuilder.store.keys import NewKey
from apibuilder.store.postgres import listings, subscriptions
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_REVIEW = query("marketplace.review")
_REMOVE_REVIEW = query("marketplace.remove_review")
_ANSWER = query("marketplace.answer")
_REMIXABLE = query("marketplace.remixable")
_TAKE_REPLAY = query("marketplace.take_replay")
_ADD_REPLAY = query("marketplace.add_replay")
_SHOW_REPLAY = query("marketplace.show_replay")
_FORGET_REPLAYS = query("marketplace.forget_replays")

_SHOWN_FAILURES = 20


class PostgresMarketStore:
    """store.base.MarketStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, user_id: UUID, ref: str, listing: NewListing, *, publish: bool) -> Listing:
        """Make or change the listing of an Api. Raises Conflict, Invalid."""
        async with self._database.transaction() as tx:
            return await listings.put(tx, user_id, ref, listing, publish=publish)

    async def unlist(self, user_id: UUID, ref: str) -> Listing:
        """Nobody finds it any more; who has subscribed goes on."""
        async with self._database.transaction() as tx:
            return await listings.unlist(tx, user_id, ref)

    async def subscribe(
        self, user_id: UUID, listing_id: UUID, plan_id: UUID, cap: int | None, key: NewKey
    ) -> tuple[Subscription, Key]:
        """With a first Key. No `cap` is the plan's own price. Raises Conflict, Invalid."""
        async with self._database.transaction() as tx:
            return await subscriptions.subscribe(tx, user_id, listing_id, plan_id, cap, key)

    async def change(
        self, user_id: UUID, subscription_id: UUID, change: SubscriptionChange
    ) -> Subscription:
        """A dearer plan now, a cheaper one next month. Raises Conflict, Invalid."""
        async with self._database.transaction() as tx:
            return await subscriptions.change(tx, user_id, subscription_id, change)

    async def cancel(self, user_id: UUID, subscription_id: UUID) -> Subscription:
        """Its Keys are dead; repeating it changes nothing."""
        async with self._database.transaction() as tx:
            return await subscriptions.cancel(tx, user_id, subscription_id)

    async def add_key(self, user_id: UUID, subscription_id: UUID, key: NewKey, name: str) -> Key:
        """One more. Raises Conflict, TooManyKeys."""
        async with self._database.transaction() as tx:
            return await subscriptions.add_key(tx, user_id, subscription_id, key, name)

    async def review(
        self, user_id: UUID, listing_id: UUID, rating: int, body: str
    ) -> dict[str, Any]:
        """A second one replaces the first. Raises Forbidden for who never subscribed."""
        row = await self._database.fetchrow(_REVIEW, listing_id, user_id, rating, body)
        if row is None:
            raise Forbidden("Only who has subscribed to an API of somebody else can review it.")
        return dict(row)

    async def remove_review(self, user_id: UUID, listing_id: UUID) -> None:
        """It is gone, with its answer."""
        if await self._database.fetchval(_REMOVE_REVIEW, listing_id, user_id) is None:
            raise NotFound("You have not reviewed this listing.")

    async def answer(self, user_id: UUID, review_id: UUID, text: str) -> dict[str, Any]:
        """What the maker says to a review; an empty text takes it back."""
        row = await self._database.fetchrow(_ANSWER, review_id, user_id, text)
        if row is None:
            raise NotFound("There is no such review of a listing of yours.")
        return dict(row)

    async def origin(self, listing_id: UUID) -> Origin:
        """What may be remixed. Raises NotFound for what is not listed or not given free."""
        row = await self._database.fetchrow(_REMIXABLE, listing_id)
        if row is None:
            raise NotFound("There is no such listing, or its maker does not let it be remixed.")
        return Origin(
            listing_id=row["listing_id"],
            title=row["title"],
            handle=row["handle"],
            description=row["description"],
            revision=NewRevision(
                source=row["source"],
                prompt=row["prompt"],
                model="remix",
                tests=row["tests"],
                egress_hosts=list(row["egress_hosts"]),
            ),
        )

    async def take_replay(self, lease: timedelta) -> DueReplay | None:
        """The next that is due; without an outcome it is due again when the lease is over."""
        row = await self._database.fetchrow(_TAKE_REPLAY, lease)
        return None if row is None else DueReplay(**row)

    async def add_replay(self, due: DueReplay, replay: Replay, again_in: timedelta) -> None:
        """Store how it went, and show it."""
        failed = replay.failed[:_SHOWN_FAILURES]
        counts = (due.listing_id, due.revision, replay.passed, replay.total)
        async with self._database.transaction() as tx:
            await tx.execute(_ADD_REPLAY, *counts, replay.seconds, failed)
            await tx.execute(_SHOW_REPLAY, *counts, again_in)

    async def forget_replays(self) -> None:
        """Those of more than 90 days ago."""
        await self._database.execute(_FORGET_REPLAYS)
