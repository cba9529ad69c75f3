"""Redis goes away and comes back: what a gateway does meanwhile, and what it tells afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from apibuilder.errors import LimiterAway
from apibuilder.limits.base import Bucket, Limit, Policy, Quota
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.limits.redis import RedisLimiter
from tests.redis import Redis, redis_server


@pytest.fixture
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def local(redis: Redis) -> AsyncIterator[RedisLimiter]:
    async with RedisLimiter(redis.url, MemoryLimiter()) as limiter:
        yield limiter


@pytest.fixture
async def refusing(redis: Redis) -> AsyncIterator[RedisLimiter]:
    async with RedisLimiter(redis.url, None) as limiter:
        yield limiter


def a_policy(*, burst: int = 100, quota: int = 100, concurrency: int = 100) -> Policy:
    name = uuid4().hex
    return Policy(name, (Bucket.of(name, 1e-4, burst),), (Quota(name, quota),), concurrency)


async def until(limiter: RedisLimiter, *, away: bool) -> None:
    async with asyncio.timeout(30):
        while limiter.health.away is not away:
            await asyncio.sleep(0.01)


async def test_calls_are_refused_and_counted_until_it_is_back(
    redis: Redis, refusing: RedisLimiter
) -> None:
    policy = a_policy()
    assert (await refusing.take(policy)).refused_by is None
    redis.kill()
    await until(refusing, away=True)
    for _ in range(3):
        with pytest.raises(LimiterAway):
            await refusing.take(policy)
    assert refusing.health.refused == 3
    redis.start()
    await until(refusing, away=False)
    refusing.release(policy.api)
    assert (await refusing.take(policy)).refused_by is None


async def test_a_gateway_limits_by_itself_and_its_calls_are_told_to_an_empty_redis(
    redis: Redis, local: RedisLimiter
) -> None:
    policy = a_policy(quota=20, concurrency=9)
    for _ in range(5):
        assert (await local.take(policy)).refused_by is None
    redis.kill()
    await until(local, away=True)
    for _ in range(3):
        assert (await local.take(policy)).refused_by is None
    assert local.health.local == 3
    redis.start()  # with nothing in it
    await until(local, away=False)
    ninth = await local.take(policy)
    assert (ninth.refused_by, ninth.quota_remaining) == (None, 11)
    assert (await local.take(policy)).refused_by is Limit.CONCURRENCY
    for _ in range(9):
        local.release(policy.api)
    assert (await local.take(policy)).quota_remaining == 10


async def test_the_local_limits_hold_too(redis: Redis, local: RedisLimiter) -> None:
    redis.kill()
    await until(local, away=True)
    policy = a_policy(burst=7)
    found = await asyncio.gather(*(local.take(policy) for _ in range(20)))
    assert [one.refused_by for one in found].count(None) == 7


async def test_a_redis_that_forgot_its_scripts_is_given_them_again(
    redis: Redis, local: RedisLimiter
) -> None:
    other = await asyncio.open_unix_connection(str(redis.socket))
    other[1].write(b"SCRIPT FLUSH\r\n")
    assert await other[0].readline() == b"+OK\r\n"
    other[1].close()
    assert (await local.take(a_policy())).refused_by is None  # by itself
    await until(local, away=False)
    assert (await local.take(a_policy())).refused_by is None
    assert local.health.local == 1


async def test_a_call_whose_caller_was_cancelled_is_not_in_flight_for_ever(
    local: RedisLimiter,
) -> None:
    policy = a_policy(concurrency=1)
    task = asyncio.create_task(local.take(policy))
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(30):
        while (await local.take(policy)).refused_by is not None:
            await asyncio.sleep(0.01)


async def test_a_gateway_starts_without_its_redis(redis: Redis) -> None:
    redis.kill()
    async with RedisLimiter(redis.url, MemoryLimiter()) as limiter:
        assert limiter.health.away
        assert (await limiter.take(a_policy())).refused_by is None


@pytest.mark.parametrize("url", ["http://x", "redis://x:port", "redis://x/db"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        RedisLimiter(url, None)
