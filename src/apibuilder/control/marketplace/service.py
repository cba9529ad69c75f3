"""What makers and consumers do on the marketplace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.deployments.service import Ask, DeploymentService
from apibuilder.domain import Key
from apibuilder.store.base import (
    Listing,
    MarketStore,
    NewListing,
    Remix,
    Subscription,
    SubscriptionChange,
)
from apibuilder.store.keys import new_key

_LONGEST_TITLE = 80  # of an origin, in an attribution


class MarketService:
    """Every change of the marketplace; what is only read goes through REST."""

    def __init__(self, market: MarketStore, deployments: DeploymentService) -> None:
        self._market = market
        self._deployments = deployments

    async def put(
        self, principal: Principal, ref: str, listing: NewListing, *, publish: bool
    ) -> Listing:
        """Make or change the listing of an Api. Raises NotFound, Conflict, Invalid."""
        return await self._market.put(principal.user_id, ref, listing, publish=publish)

    async def unlist(self, principal: Principal, ref: str) -> Listing:
        """Raises NotFound."""
        return await self._market.unlist(principal.user_id, ref)

    async def subscribe(
        self, principal: Principal, listing_id: UUID, plan_id: UUID, cap: int | None
    ) -> tuple[Subscription, Key, str]:
        """The subscription, its first Key and that Key's clear text."""
        key = new_key()
        made, first = await self._market.subscribe(principal.user_id, listing_id, plan_id, cap, key)
        return made, first, key.clear

    async def change(
        self, principal: Principal, subscription_id: UUID, change: SubscriptionChange
    ) -> Subscription:
        """Raises NotFound, Conflict, Invalid."""
        return await self._market.change(principal.user_id, subscription_id, change)

    async def cancel(self, principal: Principal, subscription_id: UUID) -> Subscription:
        """Raises NotFound."""
        return await self._market.cancel(principal.user_id, subscription_id)

    async def add_key(
        self, principal: Principal, subscription_id: UUID, name: str
    ) -> tuple[Key, str]:
        """One more Key, and its clear text. Raises NotFound, Conflict, TooManyKeys."""
        key = new_key()
        made = await self._market.add_key(principal.user_id, subscription_id, key, name)
        return made, key.clear

    async def review(
        self, principal: Principal, listing_id: UUID, rating: int, body: str
    ) -> dict[str, Any]:
        """Raises Forbidden."""
        return await self._market.review(principal.user_id, listing_id, rating, body)

    async def remove_review(self, principal: Principal, listing_id: UUID) -> None:
        """Raises NotFound."""
        await self._market.remove_review(principal.user_id, listing_id)

    async def answer(self, principal: Principal, review_id: UUID, text: str) -> dict[str, Any]:
        """Raises NotFound."""
        return await self._market.answer(principal.user_id, review_id, text)

    async def remix(
        self, principal: Principal, listing_id: UUID, name: str | None, ask: Ask
    ) -> DeployResult:
        """An Api of one's own, of a listing's source and tests. Raises NotFound, TooManyApis."""
        origin = await self._market.origin(listing_id)
        title = origin.title[:_LONGEST_TITLE]
        remix = Remix(listing_id=listing_id, attribution=f"{title} by @{origin.handle}")
        return await self._deployments.create(
            principal, origin.revision, name=name or origin.title, ask=ask, remix=remix
        )
