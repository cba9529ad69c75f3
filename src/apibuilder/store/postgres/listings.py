"""What a maker does with a listing: inside a transaction of the marketplace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apibuilder.errors import Conflict, Invalid, NotFound
from apibuilder.store.base.marketplace import Listing, NewListing, Offer
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Connection, Row
from apibuilder.store.postgres.queries import query

_ALLOWANCE = query("marketplace.allowance")
_PUT = query("marketplace.put")
_SET_STATUS = query("marketplace.set_status")
_OF_API = query("marketplace.of_api")
_PLANS = query("marketplace.plans")
_RETIRE_PLAN = query("marketplace.retire_plan")
_MOVE_PLAN = query("marketplace.move_plan")
_ADD_PLAN = query("marketplace.add_plan")

_CAPPED = ("requests_per_second", "burst", "monthly_quota")
_TERMS = (*_CAPPED, "price_cents", "currency", "included_calls", "price_per_call")


async def put(
    tx: Connection, user_id: UUID, ref: str, listing: NewListing, *, publish: bool
) -> Listing:
    """See store.base.MarketStore."""
    api = await publishing.lock_api(tx, user_id, ref)
    if publish and api.current_revision is None:
        raise Conflict("This API has never served: it can be published once it does.")
    await _refuse_too_much(tx, api.id, listing.offers)
    texts = (listing.title, listing.summary, listing.description, listing.category)
    row = await tx.fetchrow(_PUT, api.id, *texts, listing.tags, listing.allow_remix)
    if row is None:
        raise Conflict("This listing is suspended; ask the operator of this platform.")
    if row["status"] == "published" and not publish:
        raise Conflict("This listing is published already: unlist it first, or publish the change.")
    await _put_offers(tx, row["id"], listing.offers)
    if publish:
        await tx.execute(_SET_STATUS, row["id"], "published")
    action = "listing.publish" if publish else "listing.draft"
    await publishing.audit(tx, user_id, action, api_id=api.id, subject_id=row["id"])
    return await _read(tx, api.id)


async def unlist(tx: Connection, user_id: UUID, ref: str) -> Listing:
    """See store.base.MarketStore."""
    api = await publishing.lock_api(tx, user_id, ref)
    listing = await _read(tx, api.id)
    if listing.status == "published":
        await tx.execute(_SET_STATUS, listing.id, "unlisted")
        await publishing.audit(tx, user_id, "listing.unlist", api_id=api.id, subject_id=listing.id)
    return await _read(tx, api.id)


async def _read(tx: Connection, api_id: UUID) -> Listing:
    row = await tx.fetchrow(_OF_API, api_id)
    if row is None:
        raise NotFound("This API is not listed.")
    plans = [_public(plan) for plan in await tx.fetch(_PLANS, row["id"])]
    facts = ("id", "api_id", "slug", "title", "status", "published_at")
    return Listing(**{name: row[name] for name in facts}, plans=plans)


def _public(plan: Row) -> dict[str, Any]:
    return {name: plan[name] for name in ("id", "name", "description", *_TERMS)}


async def _refuse_too_much(tx: Connection, api_id: UUID, offers: list[Offer]) -> None:
    """Nobody can sell more than the platform gives them."""
    allowed = await tx.fetchrow(_ALLOWANCE, api_id)
    assert allowed is not None  # the Api is locked
    for offer in offers:
        for name in _CAPPED:
            if getattr(offer, name) > allowed[name]:
                raise Invalid(
                    f"Plan {offer.name!r} offers {name} {getattr(offer, name):g}; "
                    f"your own plan allows {allowed[name]:g}."
                )


async def _put_offers(tx: Connection, listing_id: UUID, offers: list[Offer]) -> None:
    """Plans whose terms stay are kept; others are retired, so that subscribers keep theirs."""
    there = {row["name"]: row for row in await tx.fetch(_PLANS, listing_id)}
    for name, row in there.items():
        wanted = next((offer for offer in offers if offer.name == name), None)
        if wanted is None or not _same_terms(row, wanted):
            await tx.execute(_RETIRE_PLAN, row["id"])
    for position, offer in enumerate(offers):
        row = there.get(offer.name)
        if row is not None and _same_terms(row, offer):
            await tx.execute(_MOVE_PLAN, row["id"], offer.description, position)
        else:
            terms = [getattr(offer, name) for name in _TERMS]
            await tx.execute(_ADD_PLAN, listing_id, offer.name, offer.description, *terms, position)


def _same_terms(row: Row, offer: Offer) -> bool:
    return all(row[name] == getattr(offer, name) for name in _TERMS)
