"""The contract of limits.base.Limiter on every implementation: memory, shared table, Redis."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from apibuilder.limits import month
from apibuilder.limits.base import Bucket, Limit, Limiter, Policy, Quota
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.limits.redis import RedisLimiter
from apibuilder.limits.shared import SharedLimiter
from tests.redis import Redis, redis_server

THIS_MONTH = month.number(time.time())
SLOW = 1e-4  # calls a second: no token comes back while a test runs


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", "shared", "redis"])
async def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Limiter]:
    if request.param == "memory":
        yield MemoryLimiter()
    elif request.param == "shared":
        async with SharedLimiter(tmp_path, 4) as made:
            yield made
    else:
        server: Redis = request.getfixturevalue("redis")
        async with RedisLimiter(server.url, None) as made:
            yield made


def a_policy(
    *buckets: tuple[float, int], quotas: tuple[int, ...] = (10**9,), concurrency: int = 10**6
) -> Policy:
    name = uuid4().hex
    return Policy(
        name,
        tuple(
            Bucket.of(f"{name}:{number}", rate, burst)
            for number, (rate, burst) in enumerate(buckets or ((1e5, 10**6),))
        ),
        tuple(Quota(f"{name}:{number}", calls) for number, calls in enumerate(quotas)),
        concurrency,
    )


async def storm(limiter: Limiter, policy: Policy, calls: int) -> list[Limit | None]:
    return [
        verdict.refused_by
        for verdict in await asyncio.gather(*(limiter.take(policy) for _ in range(calls)))
    ]


async def test_exactly_the_burst_gets_through_of_any_number_of_callers(limiter: Limiter) -> None:
    policy = a_policy((SLOW, 37))
    found = await storm(limiter, policy, 300)
    assert (found.count(None), found.count(Limit.RATE)) == (37, 263)
    again = await storm(limiter, policy, 5)
    assert again == [Limit.RATE] * 5


async def test_a_token_comes_back_after_its_interval_and_no_sooner(limiter: Limiter) -> None:
    policy = a_policy((10, 1))
    assert (await limiter.take(policy)).refused_by is None
    refused = await limiter.take(policy)
    assert refused.refused_by is Limit.RATE
    assert refused.remaining == 0
    assert 0 < refused.retry_after <= 0.1
    await asyncio.sleep(refused.retry_after)
    assert (await limiter.take(policy)).refused_by is None


async def test_the_tightest_bucket_decides_and_a_refusal_takes_from_none(limiter: Limiter) -> None:
    policy = a_policy((SLOW, 10), (SLOW, 3))
    found = [await limiter.take(policy) for _ in range(6)]
    assert [one.refused_by for one in found] == [None] * 3 + [Limit.RATE] * 3
    assert [one.remaining for one in found] == [2, 1, 0, 0, 0, 0]
    assert {one.bucket for one in found} == {policy.buckets[1]}
    alone = Policy(policy.api, policy.buckets[:1], policy.quotas, policy.max_concurrency)
    left = await limiter.take(alone)
    assert left.remaining == 6  # three were taken, and this one
    assert math.isclose(left.reset_after, 4 / SLOW, rel_tol=0.01)


async def test_exactly_the_quota_gets_through_and_the_smallest_decides(limiter: Limiter) -> None:
    policy = a_policy(quotas=(100, 21))
    found = await storm(limiter, policy, 60)
    assert (found.count(None), found.count(Limit.QUOTA)) == (21, 39)
    refused = await limiter.take(policy)
    assert refused.quota == policy.quotas[1]
    assert refused.quota_remaining == 0
    left = month.end(time.time()) - time.time()
    assert math.isclose(refused.quota_reset_after, left, abs_tol=5)
    assert math.isclose(refused.retry_after, left, abs_tol=5)
    alone = Policy(policy.api, policy.buckets, policy.quotas[:1], policy.max_concurrency)
    assert (await limiter.take(alone)).quota_remaining == 100 - 21 - 1


async def test_exactly_so_many_are_in_flight_and_a_release_lets_one_in(limiter: Limiter) -> None:
    policy = a_policy(concurrency=5)
    found = await storm(limiter, policy, 40)
    assert (found.count(None), found.count(Limit.CONCURRENCY)) == (5, 35)
    for _ in range(2):
        limiter.release(policy.api)
    assert (await storm(limiter, policy, 10)).count(None) == 2
    assert (await storm(limiter, a_policy(), 3)).count(None) == 3  # another Api's are its own


async def test_a_concurrency_refusal_takes_no_token_and_no_quota(limiter: Limiter) -> None:
    policy = a_policy((SLOW, 10), quotas=(10,), concurrency=1)
    assert (await limiter.take(policy)).quota_remaining == 9
    assert (await limiter.take(policy)).refused_by is Limit.CONCURRENCY
    limiter.release(policy.api)
    after = await limiter.take(policy)
    assert (after.refused_by, after.remaining, after.quota_remaining) == (None, 8, 8)


async def test_counts_are_raised_to_the_ledgers_and_never_lowered(limiter: Limiter) -> None:
    policy = a_policy(quotas=(10,))
    name = policy.quotas[0].name
    await limiter.restore({name: 7}, THIS_MONTH)
    assert (await limiter.take(policy)).quota_remaining == 2
    await limiter.restore({name: 1}, THIS_MONTH)
    await limiter.restore({name: 9}, THIS_MONTH - 1)
    await limiter.restore({name: 9}, THIS_MONTH + 1)
    assert (await limiter.take(policy)).quota_remaining == 1
    await limiter.restore({name: 10}, THIS_MONTH)
    assert (await limiter.take(policy)).refused_by is Limit.QUOTA


async def test_a_release_without_its_take_is_a_bug(limiter: Limiter) -> None:
    with pytest.raises(AssertionError):
        limiter.release("nobody's")
