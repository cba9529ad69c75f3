"""What a consumer does with a subscription: inside a transaction of the marketplace."""

from __future__ import annotations

from uuid import UUID

from apibuilder.domain import Key
from apibuilder.errors import Conflict, Invalid, NotFound, TooManyKeys
from apibuilder.store.base.marketplace import Subscription, SubscriptionChange
from apibuilder.store.keys import NewKey
from apibuilder.store.postgres import publishing
from apibuilder.store.postgres.database import Connection, Row
from apibuilder.store.postgres.keys import insert_key
from apibuilder.store.postgres.queries import query

_OFFERED = query("marketplace.offered")
_SUBSCRIBE = query("marketplace.subscribe")
_SUBSCRIPTION = query("marketplace.subscription")
_LOCK = query("marketplace.lock_subscription")
_CHANGE = query("marketplace.change_subscription")
_CANCEL = query("marketplace.cancel")
_COUNT_KEYS = query("marketplace.count_keys")

MAX_KEYS = 10  # live ones, a subscription


async def subscribe(
    tx: Connection, user_id: UUID, listing_id: UUID, plan_id: UUID, cap: int | None, key: NewKey
) -> tuple[Subscription, Key]:
    """See store.base.MarketStore."""
    offered = await _offered(tx, listing_id, plan_id)
    if offered["maker_id"] == user_id:
        raise Invalid("This listing is your own: call it with a key of its API.")
    cap = offered["price_cents"] if cap is None else cap
    _refuse_low_cap(cap, offered["price_cents"])
    made: UUID | None = await tx.fetchval(
        _SUBSCRIBE, listing_id, plan_id, user_id, offered["maker_id"], cap
    )
    if made is None:
        raise Conflict("You have subscribed to this listing already: change its plan instead.")
    first = await insert_key(tx, offered["api_id"], key, name="subscription", subscription_id=made)
    await _audit(tx, user_id, "subscription.create", offered["api_id"], made)
    return await _read(tx, user_id, made), first


async def change(
    tx: Connection, user_id: UUID, subscription_id: UUID, wanted: SubscriptionChange
) -> Subscription:
    """See store.base.MarketStore."""
    now = await _active(tx, user_id, subscription_id)
    plan_id, next_plan_id, price = now.plan_id, now.next_plan_id, now.price_cents
    if wanted.plan_id is not None:
        offered = (
            None
            if wanted.plan_id == now.plan_id
            else await _offered(tx, now.listing_id, wanted.plan_id)
        )
        if offered is None:
            next_plan_id = None  # stay after all
        elif offered["price_cents"] < now.price_cents:
            next_plan_id = wanted.plan_id
        else:
            plan_id, next_plan_id, price = wanted.plan_id, None, offered["price_cents"]
    cap = now.spending_cap_cents if wanted.keep_cap else wanted.spending_cap_cents
    if wanted.keep_cap and cap is not None and now.price_cents < price:
        cap += price - now.price_cents  # what it leaves for further calls stays as it was
    _refuse_low_cap(cap, price)
    await tx.execute(_CHANGE, subscription_id, plan_id, next_plan_id, cap)
    await _audit(tx, user_id, "subscription.change", now.api_id, subscription_id)
    return await _read(tx, user_id, subscription_id)


async def cancel(tx: Connection, user_id: UUID, subscription_id: UUID) -> Subscription:
    """See store.base.MarketStore."""
    now = await _locked(tx, user_id, subscription_id)
    if now.status == "active":
        await tx.execute(_CANCEL, subscription_id)
        await _audit(tx, user_id, "subscription.cancel", now.api_id, subscription_id)
    return await _read(tx, user_id, subscription_id)


async def add_key(
    tx: Connection, user_id: UUID, subscription_id: UUID, key: NewKey, name: str
) -> Key:
    """See store.base.MarketStore."""
    now = await _active(tx, user_id, subscription_id)
    count: int = await tx.fetchval(_COUNT_KEYS, subscription_id)
    if count >= MAX_KEYS:
        raise TooManyKeys(
            f"A subscription can have {MAX_KEYS} live keys; revoke one first.",
            limit="keys",
            allowed=MAX_KEYS,
            seen=count + 1,
        )
    made = await insert_key(tx, now.api_id, key, name=name, subscription_id=subscription_id)
    await _audit(tx, user_id, "key.create", now.api_id, made.id)
    return made


async def _offered(tx: Connection, listing_id: UUID, plan_id: UUID) -> Row:
    row = await tx.fetchrow(_OFFERED, listing_id, plan_id)
    if row is None:
        raise NotFound("There is no such listing, or it does not offer this plan.")
    return row


def _refuse_low_cap(cap: int | None, price: int) -> None:
    if cap is not None and cap < price:
        raise Invalid(
            f"The plan alone costs {price / 100:.2f} a month; a spending cap of {cap / 100:.2f} "
            "is below that."
        )


async def _active(tx: Connection, user_id: UUID, subscription_id: UUID) -> Subscription:
    found = await _locked(tx, user_id, subscription_id)
    if found.status != "active":
        raise Conflict("This subscription has ended; subscribe again.")
    return found


async def _locked(tx: Connection, user_id: UUID, subscription_id: UUID) -> Subscription:
    # A statement of its own: what is read next is what others have committed.
    await tx.fetchrow(_LOCK, subscription_id, user_id)
    return await _read(tx, user_id, subscription_id)


async def _read(tx: Connection, user_id: UUID, subscription_id: UUID) -> Subscription:
    row = await tx.fetchrow(_SUBSCRIPTION, subscription_id, user_id)
    if row is None:
        raise NotFound("You have no such subscription.")
    return Subscription(**row)


async def _audit(
    tx: Connection, user_id: UUID, action: str, api_id: UUID, subject_id: UUID
) -> None:
    await publishing.audit(tx, user_id, action, api_id=api_id, subject_id=subject_id)
