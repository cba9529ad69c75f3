"""/api/v1/apis/{ref}/listing, /api/v1/listings/{id}/..., /api/v1/subscriptions and reviews."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import Asked, TheServices
from apibuilder.control.deployments.endpoints import answer as deploy_answer
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.keys.schemas import KeyOut, NewKeyOut
from apibuilder.control.marketplace.schemas import (
    ChangeSubscription,
    CreateSubscriptionKey,
    ListingOut,
    NewSubscriptionOut,
    PutAnswer,
    PutListing,
    PutReview,
    Remixed,
    RemoveReviewOut,
    ReviewOut,
    Subscribe,
    SubscriptionOut,
)
from apibuilder.store.base import SubscriptionChange

router = APIRouter(prefix="/api/v1", tags=["marketplace"])


@router.put("/apis/{ref}/listing")
async def put_listing(
    ref: str, body: PutListing, principal: CurrentPrincipal, services: TheServices
) -> ListingOut:
    """List an Api, or change its listing. Plans whose terms change are retired, not changed:
    whoever subscribed to one keeps it."""
    listing = body.listing()
    return ListingOut.of(await services.market.put(principal, ref, listing, publish=not body.draft))


@router.delete("/apis/{ref}/listing")
async def unlist(ref: str, principal: CurrentPrincipal, services: TheServices) -> ListingOut:
    """Nobody finds it any more; who has subscribed goes on."""
    return ListingOut.of(await services.market.unlist(principal, ref))


@router.post("/listings/{listing_id}/remix", status_code=201)
async def remix(
    listing_id: UUID,
    *,
    body: Remixed,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    response: Response,
) -> DeployResult:
    """An Api of one's own, of the same source and tests, which says whose it was."""
    result = await services.market.remix(principal, listing_id, body.name, ask)
    return deploy_answer(result, response)


@router.put("/listings/{listing_id}/review")
async def put_review(
    listing_id: UUID, body: PutReview, principal: CurrentPrincipal, services: TheServices
) -> ReviewOut:
    """Review what one has subscribed to; a second review replaces the first."""
    made = await services.market.review(principal, listing_id, body.rating, body.body)
    return ReviewOut.model_validate(made)


@router.delete("/listings/{listing_id}/review")
async def remove_review(
    listing_id: UUID, principal: CurrentPrincipal, services: TheServices
) -> RemoveReviewOut:
    """Take one's review back."""
    await services.market.remove_review(principal, listing_id)
    return RemoveReviewOut(listing_id=listing_id, removed=True)


@router.put("/reviews/{review_id}/answer")
async def answer_review(
    review_id: UUID, body: PutAnswer, principal: CurrentPrincipal, services: TheServices
) -> ReviewOut:
    """What a listing's maker says to a review."""
    answered = await services.market.answer(principal, review_id, body.answer)
    return ReviewOut.model_validate(answered)


@router.post("/subscriptions", status_code=201)
async def subscribe(
    body: Subscribe, principal: CurrentPrincipal, services: TheServices
) -> NewSubscriptionOut:
    """Subscribe to a plan of a listing; the answer holds a Key, once."""
    made, key, clear = await services.market.subscribe(
        principal, body.listing_id, body.plan_id, body.spending_cap_cents
    )
    return NewSubscriptionOut(
        **SubscriptionOut.of(made).model_dump(),
        key_id=key.id,
        key_start=key.key_start,
        api_key=clear,
    )


@router.patch("/subscriptions/{subscription_id}")
async def change_subscription(
    subscription_id: UUID,
    body: ChangeSubscription,
    principal: CurrentPrincipal,
    services: TheServices,
) -> SubscriptionOut:
    """Another plan (a dearer one begins now, a cheaper one next month) or another spending cap."""
    change = SubscriptionChange(
        plan_id=body.plan_id,
        keep_cap="spending_cap_cents" not in body.model_fields_set,
        spending_cap_cents=body.spending_cap_cents,
    )
    return SubscriptionOut.of(await services.market.change(principal, subscription_id, change))


@router.delete("/subscriptions/{subscription_id}")
async def cancel(
    subscription_id: UUID, principal: CurrentPrincipal, services: TheServices
) -> SubscriptionOut:
    """The subscription ends and its Keys die, now; the month that has begun is owed."""
    return SubscriptionOut.of(await services.market.cancel(principal, subscription_id))


@router.post("/subscriptions/{subscription_id}/keys", status_code=201)
async def add_key(
    subscription_id: UUID,
    body: CreateSubscriptionKey,
    principal: CurrentPrincipal,
    services: TheServices,
) -> NewKeyOut:
    """One more Key of a subscription; rotate and revoke it as any other."""
    key, clear = await services.market.add_key(principal, subscription_id, body.name)
    return NewKeyOut(**KeyOut.of(key).model_dump(), api_key=clear)
