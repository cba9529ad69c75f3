"""What a gateway reads, hears and writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from apibuilder.domain import ApiStatus, Usage
from apibuilder.errors import Conflict
from apibuilder.store.base import Change
from apibuilder.store.keys import hash_key, new_key
from tests.integration.store.conftest import Stores


def a_call(
    at: datetime | None = None, api_id: UUID | None = None, key_id: UUID | None = None
) -> Usage:
    return Usage(
        id=uuid4(),
        at=at or datetime.now(UTC),
        api_id=api_id or uuid4(),
        key_id=key_id or uuid4(),
        revision=3,
        status=200,
        duration_us=1500,
        request_bytes=10,
        response_bytes=20,
    )


async def test_routes_and_grants(stores: Stores, owner: UUID) -> None:
    key = new_key()
    made = await stores.new_api(owner, key=key)
    route = await stores.gateway.route(made.api_id)
    assert route is not None
    assert (route.status, route.deployment_id, route.revision) == (ApiStatus.DEPLOYING, None, None)
    await stores.serve(made)
    route = await stores.gateway.route(made.api_id)
    assert route is not None
    assert (route.status, route.deployment_id, route.revision) == (
        ApiStatus.ACTIVE, made.deployment_id, 1,
    )  # fmt: skip
    assert route in await stores.gateway.routes()
    (grant,) = await stores.gateway.grants_of(made.api_id)
    assert grant.key_hash == hash_key(key.clear)
    assert grant in await stores.gateway.grants()


async def test_limits_are_the_plans_and_only_lowered_by_the_api(
    stores: Stores, owner: UUID
) -> None:
    made = await stores.new_api(owner)
    await stores.database.execute(
        """update apis set limits = '{"burst": 5, "memory_mb": 99999}' where id = $1""", made.api_id
    )
    route = await stores.gateway.route(made.api_id)
    assert route is not None
    assert (route.limits.burst, route.limits.memory_mb) == (5, 256)
    spec = await stores.deployer.spec(made.deployment_id)
    assert spec.limits == route.limits


async def test_revoked_and_expired_keys_are_not_granted(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    (first,) = await stores.keys.of_api(owner, str(made.api_id))
    await stores.keys.revoke(owner, first.id)
    expired = await stores.keys.create(
        owner,
        str(made.api_id),
        new_key(),
        name="",
        requests_per_second=None,
        burst=None,
        expires_at=datetime.now(UTC) - timedelta(seconds=1),
    )
    granted = {grant.key_id for grant in await stores.gateway.grants()}
    assert granted.isdisjoint({first.id, expired.id})
    assert await stores.gateway.grants_of(made.api_id) == []


async def test_ship_moves_rows_and_offset_together(stores: Stores) -> None:
    usages = [a_call() for _ in range(3)]
    assert await stores.gateway.shipped("a") == 0
    await stores.gateway.ship("a", 0, 3, usages)
    assert await stores.gateway.shipped("a") == 3
    assert await count(stores, usages) == 3
    more = a_call()
    for start, stop in ((0, 3), (2, 4), (4, 5)):
        with pytest.raises(Conflict):
            await stores.gateway.ship("a", start, stop, [more])
    assert await count(stores, [more]) == 0
    await stores.gateway.ship("a", 3, 4, [more])
    assert await count(stores, [more]) == 1
    with pytest.raises(Conflict):
        await stores.gateway.ship("unknown", 7, 8, [a_call()])


async def test_two_who_ship_the_same_records_add_them_once(stores: Stores) -> None:
    usages = [a_call() for _ in range(50)]
    tries = [stores.gateway.ship("race", 0, 50, usages) for _ in range(4)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict"] * 3 + ["NoneType"]
    assert await count(stores, usages) == 50


async def test_the_end_of_a_stream_replaces_its_start(stores: Stores) -> None:
    start = a_call()._replace(duration_us=0, response_bytes=0)
    end = start._replace(duration_us=9_000_000_000, response_bytes=7)
    await stores.gateway.ship("stream", 0, 1, [start])
    await stores.gateway.ship("stream", 1, 2, [end])
    row = await stores.database.fetchrow("select * from usage_events where id = $1", start.id)
    assert row is not None
    assert (row["duration_us"], row["response_bytes"]) == (9_000_000_000, 7)
    other = a_call()
    await stores.gateway.ship("stream", 2, 4, [other, other._replace(response_bytes=8)])
    row = await stores.database.fetchrow("select * from usage_events where id = $1", other.id)
    assert row is not None
    assert row["response_bytes"] == 8


async def test_every_day_has_its_partition_and_the_net_catches_the_rest(stores: Stores) -> None:
    now = datetime.now(UTC)
    soon, far = a_call(now + timedelta(days=20)), a_call(now + timedelta(days=4000))
    await stores.gateway.ship("days", 0, 2, [soon, far])
    where = await stores.database.fetch(
        "select tableoid::regclass::text as partition from usage_events where id = any ($1)"
        " order by at",
        [soon.id, far.id],
    )
    assert [row["partition"] for row in where] == [
        f"internal.usage_events_{soon.at:%Y%m%d}",
        "internal.usage_events_default",
    ]
    await stores.usage.ensure_partitions(far.at.date(), far.at.date())
    moved = await stores.database.fetchval(
        "select tableoid::regclass::text from usage_events where id = $1", far.id
    )
    assert moved == f"internal.usage_events_{far.at:%Y%m%d}"


async def test_month_calls(stores: Stores) -> None:
    api_id = uuid4()
    now = datetime.now(UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = month - timedelta(microseconds=1)
    usages = [a_call(at, api_id) for at in (month, now, before)]
    await stores.gateway.ship("month", 0, 3, usages)
    found = await stores.gateway.month_calls(month.date(), ["month", "unknown"])
    assert found.calls[f"api:{api_id}"] == 2
    assert found.shipped == {"month": 3}


async def test_touch_keys_only_moves_on(stores: Stores, owner: UUID) -> None:
    made = await stores.new_api(owner)
    (key,) = await stores.keys.of_api(owner, str(made.api_id))
    later, earlier = datetime(2030, 1, 2, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    await stores.gateway.touch_keys({key.id: later})
    await stores.gateway.touch_keys({key.id: earlier, uuid4(): later})
    (key,) = await stores.keys.of_api(owner, str(made.api_id))
    assert key.last_used_at == later


@pytest.fixture
async def changes(stores: Stores) -> AsyncIterator[AsyncIterator[Change]]:
    """The stream, after its first word."""
    it = stores.gateway.changes()
    async with asyncio.timeout(30):
        assert await anext(it) == Change("resync")
        yield it


async def test_gateways_hear_of_every_change_that_matters(
    stores: Stores, changes: AsyncIterator[Change]
) -> None:
    owner = await stores.account()
    made = await stores.new_api(owner)
    route, keys = Change("route", made.api_id), Change("keys", made.api_id)
    ref = str(made.api_id)
    assert {await anext(changes), await anext(changes)} == {route, keys}
    await stores.serve(made)
    assert await anext(changes) == route
    await stores.apis.pause(owner, ref)
    assert await anext(changes) == route
    await stores.apis.resume(owner, ref)
    assert await anext(changes) == route
    (key,) = await stores.keys.of_api(owner, ref)
    await stores.gateway.touch_keys({key.id: datetime.now(UTC)})  # nobody needs to hear this
    await stores.keys.revoke(owner, key.id)
    assert await anext(changes) == keys
    await stores.accounts.ensure_operator(owner, "ignored", "pro")
    assert await anext(changes) == route
    await stores.database.execute("update plans set burst = burst + 1 where id = 'pro'")
    assert await anext(changes) == route
    await stores.apis.delete(owner, ref)
    assert await anext(changes) == route


async def count(stores: Stores, usages: list[Usage]) -> int:
    ids = [usage.id for usage in usages]
    return await stores.database.fetchval(
        "select count(*) from usage_events where id = any ($1)", ids
    )
