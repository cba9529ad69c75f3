"""Keys: what they may do, how they are replaced, whose they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from apibuilder.domain import Key, KeyScope
from apibuilder.errors import Conflict, Forbidden, NotFound
from apibuilder.store.base import Change, Made
from apibuilder.store.keys import hash_key, new_key
from tests.integration.store.conftest import Stores
from tests.integration.store.test_gateway import a_call

HOUR = timedelta(hours=1)


@pytest.fixture
async def made(stores: Stores, owner: UUID) -> Made:
    return await stores.new_api(owner)


async def create(stores: Stores, owner: UUID, made: Made, **changes: object) -> Key:
    values: dict[str, object] = {
        "name": "one", "requests_per_second": 2.0, "burst": 3, "expires_at": None,
    }  # fmt: skip
    return await stores.keys.create(owner, str(made.api_id), new_key(), **(values | changes))


async def granted(stores: Stores, made: Made) -> set[UUID]:
    return {grant.key_id for grant in await stores.gateway.grants_of(made.api_id)}


async def test_scopes_reach_the_gateway(stores: Stores, owner: UUID, made: Made) -> None:
    reader = await create(stores, owner, made, scopes=(KeyScope.READ,))
    by_id = {one.key_id: one for one in await stores.gateway.grants_of(made.api_id)}
    assert by_id.pop(reader.id).scopes == (KeyScope.READ,)
    assert [one.scopes for one in by_id.values()] == [(KeyScope.CALL,)]


async def test_rotated_with_grace_both_work_until_it_is_over(
    stores: Stores, owner: UUID, made: Made
) -> None:
    old = await create(stores, owner, made, scopes=(KeyScope.READ,))
    key = new_key()
    new = await stores.keys.rotate(owner, old.id, key, HOUR)
    assert (new.name, new.burst, new.scopes) == (old.name, old.burst, old.scopes)
    assert {old.id, new.id} <= await granted(stores, made)
    seen = {one.id: one for one in await stores.keys.of_api(owner, str(made.api_id))}[old.id]
    assert (seen.replaced_by, seen.revoked_at) == (new.id, None)
    assert seen.expires_at is not None
    assert timedelta(0) < seen.expires_at - datetime.now(UTC) <= HOUR
    with pytest.raises(Conflict, match="grace"):
        await stores.keys.rotate(owner, old.id, new_key())
    await stores.database.execute(
        "update api_keys set expires_at = now() where id = $1", old.id
    )  # as if the hour were over
    hashes = {one.key_hash for one in await stores.gateway.grants_of(made.api_id)}
    assert hash_key(key.clear) in hashes
    assert old.id not in await granted(stores, made)


async def test_grace_is_never_longer_than_the_key_had(
    stores: Stores, owner: UUID, made: Made
) -> None:
    end = datetime.now(UTC) + timedelta(minutes=1)
    old = await create(stores, owner, made, expires_at=end)
    new = await stores.keys.rotate(owner, old.id, new_key(), HOUR)
    seen = {one.id: one for one in await stores.keys.of_api(owner, str(made.api_id))}
    assert seen[old.id].expires_at == end
    assert new.expires_at == end


async def test_rotated_without_grace_the_old_one_is_dead(
    stores: Stores, owner: UUID, made: Made
) -> None:
    old = await create(stores, owner, made)
    new = await stores.keys.rotate(owner, old.id, new_key())
    assert old.id not in await granted(stores, made)
    assert new.id in await granted(stores, made)


async def subscribe(stores: Stores, made: Made) -> tuple[UUID, UUID, UUID]:
    """A stranger with a Key of their own: account, subscription, key."""
    await stores.serve(made)
    stranger = await stores.account()
    subscription = await stores.database.fetchval(
        """
        with listing as (insert into listings (api_id, title) values ($1, 'A') returning id),
        plan as (insert into listing_plans
                   (listing_id, name, requests_per_second, burst, monthly_quota)
                 select id, 'Slow', 1, 2, 100 from listing returning id, listing_id)
        insert into subscriptions (listing_id, listing_plan_id, user_id, maker_id)
        select listing_id, id, $2, $2 from plan returning id
        """,
        made.api_id,
        stranger,
    )
    key = await stores.database.fetchval(
        "insert into api_keys (api_id, subscription_id, key_hash, key_start, burst)"
        " values ($1, $2, $3, 'ak_live_abcd', 50) returning id",
        made.api_id,
        subscription,
        new_key().hash,
    )
    return stranger, subscription, key


async def test_a_subscribers_keys_share_what_was_bought(
    stores: Stores, owner: UUID, made: Made
) -> None:
    own = await create(stores, owner, made)
    stranger, _, key = await subscribe(stores, made)
    other = await stores.keys.rotate(stranger, key, new_key(), timedelta(seconds=60))
    grants = {grant.key_id: grant for grant in await stores.gateway.grants_of(made.api_id)}
    bought = grants[key].allowance
    assert bought is not None
    assert (bought.requests_per_second, bought.burst, bought.monthly_quota) == (1, 2, 100)
    assert grants[other.id].allowance == bought
    assert (grants[key].burst, grants[own.id].allowance) == (50, None)

    now = datetime.now(UTC)
    calls = [a_call(now, made.api_id, one) for one in (key, key, other.id, own.id)]
    await stores.gateway.ship(str(made.api_id), 0, 4, calls)
    found = await stores.gateway.month_calls(now.date().replace(day=1), [])
    assert found.calls[f"api:{made.api_id}"] == 4
    assert found.calls[bought.name] == 3
    assert await stores.gateway.subscribers([key, other.id, own.id]) == {
        key: bought.name,
        other.id: bought.name,
    }


async def test_a_new_subscription_does_not_begin_an_allowance_anew(
    stores: Stores, made: Made
) -> None:
    stranger, first, key = await subscribe(stores, made)
    await stores.database.execute(
        "update subscriptions set status = 'cancelled' where id = $1", first
    )
    again = await stores.database.fetchval(
        "insert into subscriptions (listing_id, listing_plan_id, user_id, maker_id)"
        " select listing_id, listing_plan_id, user_id, maker_id from subscriptions where id = $1"
        " returning id",
        first,
    )
    fresh = await stores.database.fetchval(
        "insert into api_keys (api_id, subscription_id, key_hash, key_start)"
        " values ($1, $2, $3, 'ak_live_abcd') returning id",
        made.api_id,
        again,
        new_key().hash,
    )
    names = await stores.gateway.subscribers([key, fresh])
    assert names[key] == names[fresh]
    assert str(stranger) in names[key]


async def test_only_its_holder_replaces_a_subscribers_key(
    stores: Stores, owner: UUID, made: Made
) -> None:
    stranger, subscription, key = await subscribe(stores, made)
    with pytest.raises(Forbidden):
        await stores.keys.rotate(owner, key, new_key())
    with pytest.raises(NotFound):
        await stores.keys.rotate(await stores.account(), key, new_key())
    new = await stores.keys.rotate(stranger, key, new_key())
    assert new.subscription_id == subscription
    assert (await stores.keys.revoke(owner, new.id)).revoked_at is not None


async def test_a_subscription_that_ends_takes_its_keys_along(stores: Stores, made: Made) -> None:
    _, subscription, key = await subscribe(stores, made)
    changes = stores.gateway.changes()
    assert await anext(changes) == Change("resync")
    await stores.database.execute(
        "update subscriptions set status = 'cancelled' where id = $1", subscription
    )
    assert await anext(changes) == Change("keys", made.api_id)
    await changes.aclose()
    assert key not in await granted(stores, made)


async def test_a_key_of_a_plan_hears_of_that_plan(stores: Stores, owner: UUID, made: Made) -> None:
    key = await create(stores, owner, made)
    await stores.database.execute("update api_keys set plan_id = 'free' where id = $1", key.id)
    changes = stores.gateway.changes()
    assert await anext(changes) == Change("resync")
    await stores.database.execute("update plans set burst = 2 where id = 'free'")
    assert await anext(changes) == Change("keys", made.api_id)
    await changes.aclose()
    (grant,) = [one for one in await stores.gateway.grants_of(made.api_id) if one.key_id == key.id]
    assert grant.burst == 2
