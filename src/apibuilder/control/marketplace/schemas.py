"""What goes in and out of the marketplace."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apibuilder.store.base import Listing, NewListing, Offer, Subscription

Cents = Annotated[int, Field(ge=0, le=100_000_000)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
MAX_PLANS, MAX_TAGS = 10, 10


class PlanIn(BaseModel):
    """A plan of a listing."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    description: str = Field(default="", max_length=500)
    requests_per_second: float = Field(gt=0, le=1_000_000)
    burst: int = Field(gt=0, le=1_000_000)
    monthly_quota: int = Field(gt=0, le=10**12, description="Calls a month, never more.")
    price_cents: Cents = Field(default=0, description="A month.")
    currency: Literal["usd", "eur", "gbp"] = "usd"
    included_calls: int | None = Field(
        default=None, ge=0, le=10**12, description="That the price covers; all, if left out."
    )
    price_per_call: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1000,
        max_digits=12,
        decimal_places=6,
        description="Of a call beyond those, in the currency's main unit.",
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        included = self.monthly_quota if self.included_calls is None else self.included_calls
        if included > self.monthly_quota:
            raise ValueError("included_calls cannot be more than monthly_quota")
        if included < self.monthly_quota and self.price_per_call == 0:
            raise ValueError("calls beyond included_calls need a price_per_call")
        if self.price_per_call > 0 and self.included_calls is None:
            raise ValueError("a price_per_call needs included_calls, to say from where it counts")
        return self


class PutListing(BaseModel):
    """What a maker says of an Api. Markdown in `description` is shown without its HTML."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=100)
    summary: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=20_000)
    category: str = Field(default="other", pattern=r"^[a-z][a-z-]{1,31}$")
    tags: list[Tag] = Field(default=[], max_length=MAX_TAGS)
    allow_remix: bool = Field(default=False, description="Others may copy its source.")
    plans: list[PlanIn] = Field(min_length=1, max_length=MAX_PLANS)
    draft: bool = Field(default=False, description="Only its maker sees it, as others would.")

    @model_validator(mode="after")
    def _names_plans_apart(self) -> Self:
        if len({plan.name for plan in self.plans}) < len(self.plans):
            raise ValueError("two plans have the same name")
        if len({plan.currency for plan in self.plans}) > 1:
            raise ValueError("all plans of a listing are in one currency")
        return self

    def listing(self) -> NewListing:
        """For the store."""
        texts = self.model_dump(exclude={"plans", "draft", "tags"})
        offers = [Offer(**plan.model_dump()) for plan in self.plans]
        return NewListing(**texts, tags=list(dict.fromkeys(self.tags)), offers=offers)


class ListingOut(BaseModel):
    """A listing as its maker has it."""

    id: UUID
    api_id: UUID
    slug: str
    title: str
    status: str
    published_at: datetime | None
    plans: list[dict[str, Any]]

    @classmethod
    def of(cls, listing: Listing) -> Self:
        """From the store."""
        return cls.model_validate(asdict(listing))


class Subscribe(BaseModel):
    """Which plan of which listing."""

    model_config = ConfigDict(extra="forbid")

    listing_id: UUID
    plan_id: UUID
    spending_cap_cents: Cents | None = Field(
        default=None,
        description="A month costs no more: calls that would are refused. "
        "Default: the plan's own price, so that nothing is added to it.",
    )


class ChangeSubscription(BaseModel):
    """What is to be otherwise."""

    model_config = ConfigDict(extra="forbid")

    plan_id: UUID | None = None
    spending_cap_cents: Cents | None = Field(default=None, description="null: no cap.")


class SubscriptionOut(BaseModel):
    """A subscription and what it is held to."""

    subscription_id: UUID
    listing_id: UUID
    plan_id: UUID
    next_plan_id: UUID | None = Field(description="Takes over when the month is over.")
    status: str
    spending_cap_cents: int | None
    monthly_calls: int | None = Field(description="Calls that this month may have.")
    created_at: datetime
    ended_at: datetime | None
    api_id: UUID
    slug: str
    endpoint_url: str

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """From the store."""
        return cls.model_validate(asdict(subscription))


class NewSubscriptionOut(SubscriptionOut):
    """A subscription in the one answer that holds its first Key."""

    key_id: UUID
    key_start: str
    api_key: str = Field(description="The key. It is not shown again.")


class CreateSubscriptionKey(BaseModel):
    """One more Key."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=100)


class PutReview(BaseModel):
    """What a subscriber says."""

    model_config = ConfigDict(extra="forbid")

    rating: int = Field(ge=1, le=5)
    body: str = Field(default="", max_length=4000)


class PutAnswer(BaseModel):
    """What the maker says to it; an empty one takes it back."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(max_length=2000)


class ReviewOut(BaseModel):
    """A review."""

    id: UUID
    listing_id: UUID
    user_id: UUID
    rating: int
    body: str
    answer: str
    answered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class RemoveReviewOut(BaseModel):
    """A review that is gone."""

    listing_id: UUID
    removed: bool


class Remixed(BaseModel):
    """How the copy is called."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=100)
