"""Usage by minute and day: each call once, whatever comes late, twice, changed or at once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from apibuilder.domain import Usage
from apibuilder.store.postgres.queries import QUERIES
from tests.integration.store.conftest import Stores
from tests.integration.store.test_gateway import a_call

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


class Shipper:
    """Ships batches as a gateway does."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.name = uuid4().hex
        self.offset = 0

    async def ship(self, *usages: Usage) -> None:
        stop = self.offset + len(usages)
        await self.stores.gateway.ship(self.name, self.offset, stop, list(usages))
        self.offset = stop


@pytest.fixture
def shipper(stores: Stores) -> Shipper:
    return Shipper(stores)


async def catch_up(stores: Stores) -> None:
    while await stores.usage.roll_up(1000):
        pass


async def days(stores: Stores, api_id: UUID) -> dict[str, Any]:
    row = await stores.database.fetchrow(
        "select sum(calls)::int as calls, sum(errors)::int as errors,"
        " sum(client_errors)::int as client_errors, sum(duration_us)::bigint as duration_us,"
        " sum(response_bytes)::bigint as response_bytes from usage_days where api_id = $1",
        api_id,
    )
    assert row is not None
    return dict(row)


async def minutes(stores: Stores, api_id: UUID) -> dict[datetime, int]:
    rows = await stores.database.fetch(
        "select minute, sum(calls)::int as calls from usage_minutes where api_id = $1"
        " group by minute",
        api_id,
    )
    return {row["minute"]: row["calls"] for row in rows}


async def test_calls_are_summed_by_minute_and_day(stores: Stores, shipper: Shipper) -> None:
    api, key = uuid4(), uuid4()
    call = a_call(NOON, api, key)._replace(duration_us=4000)
    second = NOON + timedelta(minutes=1)
    await shipper.ship(
        call,
        call._replace(id=uuid4(), status=404),
        call._replace(id=uuid4(), status=503, at=NOON + timedelta(seconds=59.9)),
        call._replace(id=uuid4(), at=second),
    )
    await catch_up(stores)
    assert await minutes(stores, api) == {NOON: 3, second: 1}
    assert await days(stores, api) == {
        "calls": 4, "errors": 1, "client_errors": 1, "duration_us": 16000, "response_bytes": 80,
    }  # fmt: skip
    assert await stores.usage.roll_up(1000) == 0


async def test_a_late_row_and_the_end_of_a_stream(stores: Stores, shipper: Shipper) -> None:
    api = uuid4()
    start = a_call(NOON, api)._replace(duration_us=0, response_bytes=0)
    await shipper.ship(start)
    await catch_up(stores)
    end = start._replace(duration_us=5_000_000, response_bytes=700)
    late = a_call(NOON - timedelta(days=3), api)._replace(duration_us=1)
    await shipper.ship(end, late)
    await catch_up(stores)
    found = await days(stores, api)
    assert (found["calls"], found["duration_us"], found["response_bytes"]) == (2, 5_000_001, 720)
    rows = await stores.database.fetch(
        "select latency, statuses from usage_days where api_id = $1 order by day", api
    )
    assert [(row["latency"], row["statuses"]) for row in rows] == [
        ({"0": 1}, {"200": 1}),
        ({"24": 1}, {"200": 1}),
    ]


async def test_a_rollup_that_dies_has_done_nothing(stores: Stores, shipper: Shipper) -> None:
    api = uuid4()
    await shipper.ship(a_call(NOON, api))
    with pytest.raises(ZeroDivisionError):
        async with stores.database.transaction() as tx:
            assert await tx.fetchval(QUERIES["rollups.roll_up"], 1000) > 0
            raise ZeroDivisionError
    assert (await days(stores, api))["calls"] is None
    assert await minutes(stores, api) == {}
    await catch_up(stores)
    assert (await days(stores, api))["calls"] == 1


async def test_many_gateways_and_rollups_at_once_count_each_call_once(stores: Stores) -> None:
    seed = random.randrange(1 << 30)
    draw = random.Random(seed)
    apis = [uuid4() for _ in range(3)]
    sent: list[Usage] = []

    async def gateway() -> None:
        shipper = Shipper(stores)
        for _ in range(15):
            batch = [
                a_call(NOON + timedelta(seconds=draw.randrange(600)), draw.choice(apis))._replace(
                    status=draw.choice((200, 200, 404, 500)),
                    duration_us=draw.randrange(0, 90_000_000),
                )
                for _ in range(draw.randrange(1, 20))
            ]
            again = [one._replace(response_bytes=999) for one in batch[::5]]
            sent.extend([*batch, *again])
            await shipper.ship(*batch, *again)

    async def roll_up(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await stores.usage.roll_up(draw.randrange(1, 30))

    stop = asyncio.Event()
    rollups = [asyncio.create_task(roll_up(stop)) for _ in range(2)]
    watching = asyncio.create_task(_never_over(stores, apis[0], sent, stop))
    await asyncio.gather(*(gateway() for _ in range(4)))
    stop.set()
    await asyncio.gather(*rollups, watching)
    await catch_up(stores)
    last = {one.id: one for one in sent}
    for api in apis:
        mine = [one for one in last.values() if one.api_id == api]
        found = await days(stores, api)
        assert (found["calls"], found["errors"], found["response_bytes"], found["duration_us"]) == (
            len(mine),
            sum(one.status >= 500 for one in mine),
            sum(one.response_bytes for one in mine),
            sum(one.duration_us for one in mine),
        ), f"seed {seed}"
        assert sum((await minutes(stores, api)).values()) == len(mine)
        hours = "select sum(calls)::int from usage_hours where api_id = $1"
        assert await stores.database.fetchval(hours, api) == len(mine)
        statuses = await stores.usage.calls_by_status(api, besides=[])
        assert statuses == Counter(one.status for one in mine)


async def _never_over(stores: Stores, api: UUID, sent: list[Usage], stop: asyncio.Event) -> None:
    """At each moment the count is what has arrived: never fewer than before, or than were sent."""
    before = 0
    while not stop.is_set():
        now = sum((await stores.usage.calls_by_status(api, besides=[])).values())
        assert before <= now <= len({one.id for one in sent if one.api_id == api})
        before = now


async def test_counts_hold_before_during_and_after_a_rollup(
    stores: Stores, shipper: Shipper
) -> None:
    api = uuid4()
    first, second = a_call(NOON, api), a_call(NOON, api)._replace(status=500)
    await shipper.ship(first)
    assert await stores.usage.calls_by_status(api, besides=[]) == {200: 1}
    await catch_up(stores)
    await shipper.ship(second, first._replace(status=499))
    assert await stores.usage.calls_by_status(api, besides=[]) == {499: 1, 500: 1}
    assert await stores.usage.calls_by_status(api, besides=[second.id]) == {499: 1}
    await catch_up(stores)
    assert await stores.usage.calls_by_status(api, besides=[first.id]) == {500: 1}


async def test_what_was_dropped_stays_counted(stores: Stores, shipper: Shipper) -> None:
    api = uuid4()
    old = NOON - timedelta(days=38)
    await shipper.ship(a_call(old, api), a_call(NOON, api))
    first = (NOON - timedelta(days=33)).date()
    assert await stores.usage.retain(first) == 0  # not rolled up yet
    await catch_up(stores)
    assert await stores.usage.retain(first) == 1
    left = "select count(*) from usage_events where api_id = $1"
    assert await stores.database.fetchval(left, api) == 1
    assert await minutes(stores, api) == {NOON: 1}
    assert await stores.usage.calls_by_status(api, besides=[]) == {200: 2}
    # Too late to be counted, and it takes nothing away from what was.
    await shipper.ship(a_call(old, api))
    await catch_up(stores)
    assert await stores.usage.calls_by_status(api, besides=[]) == {200: 2}
    await stores.usage.retain(first)
    assert await stores.database.fetchval(left, api) == 1


async def test_percentiles_are_within_their_bucket(stores: Stores, shipper: Shipper) -> None:
    api = uuid4()
    draw = random.Random(7)
    durations = sorted(int(draw.lognormvariate(9.5, 1.0)) + 1 for _ in range(2000))
    call = a_call(NOON, api, uuid4())
    await shipper.ship(*(call._replace(id=uuid4(), duration_us=one) for one in durations))
    await catch_up(stores)
    for step in ("minute", "hour", "day"):
        row = await stores.database.fetchrow(
            "select * from usage_series($1, $2, $3, $4)",
            *(api, NOON - timedelta(days=1), NOON + timedelta(days=1), step),
        )
        assert row is not None
        assert row["calls"] == 2000
        for name, fraction in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            exact = durations[round(fraction * 2000) - 1] / 1000
            assert row[name] == pytest.approx(exact, rel=0.25)


async def test_listings_get_measured_figures(stores: Stores, shipper: Shipper) -> None:
    maker = await stores.account()
    made = await stores.new_api(maker)
    await stores.serve(made)
    listing = await stores.database.fetchval(
        "insert into listings (api_id, title) values ($1, 'A') returning id", made.api_id
    )
    await stores.database.execute(
        "insert into listing_plans (listing_id, name, requests_per_second, burst, monthly_quota)"
        " values ($1, 'Free', 1, 1, 1)",
        listing,
    )
    await stores.database.execute("update listings set status = 'published' where id = $1", listing)
    calls = [a_call(NOON, made.api_id)._replace(duration_us=4000) for _ in range(3)]
    await shipper.ship(*calls, calls[0]._replace(id=uuid4(), status=500))
    await catch_up(stores)
    await stores.usage.refresh_listings()
    row = await stores.database.fetchrow("select * from listings where id = $1", listing)
    assert row is not None
    assert (row["calls_30_days"], row["success_rate"]) == (4, 0.75)
    assert 3 <= row["p95_ms"] <= 5
