"""The Limiter of many gateways: one Lua script in one Redis, exact over all of them.

A call costs one round trip, shared by all that the same turn of the event loop lets in; a release
is sent with the next ones and waited for by nobody. Redis counts in whole microseconds.

What is in flight is counted a session, and a session has a lease: when a gateway dies, what it had
in flight is over once its lease is. While Redis is away each gateway either limits by itself
(`local`), or refuses all calls (`refuse`); what it let in meanwhile is told to Redis afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from types import TracebackType
from typing import Any
from uuid import uuid4

import structlog

from apibuilder.errors import LimiterAway
from apibuilder.limits import month
from apibuilder.limits.base import Health, Limit, Limiter, Policy, Verdict
from apibuilder.limits.resp import Address, Argument, RedisConnection, RedisLost

LEASE_SECONDS = 15.0
_FIRST_SECONDS = 2.0  # that a gateway waits for its Redis when it starts
_RETRY_SECONDS = 0.25
_RAISE_AT_ONCE = 500  # quotas; Redis answers nobody else meanwhile
_PREFIX = "apibuilder:limits:"
_REFUSALS = (None, Limit.RATE, Limit.QUOTA, Limit.CONCURRENCY)
_TAKE, _RELEASE, _LEASE, _RAISE = (
    files("apibuilder.limits").joinpath(f"{name}.lua").read_bytes()
    for name in ("take", "release", "lease", "raise")
)
_log = structlog.get_logger()


class _Session:
    """A connection whose scripts are loaded, and the name that its calls in flight go by."""

    def __init__(self, connection: RedisConnection, scripts: list[bytes]) -> None:
        self.name = uuid4().hex
        self.connection = connection
        self._scripts = dict(zip((_TAKE, _RELEASE, _LEASE, _RAISE), scripts, strict=True))

    def run(self, script: bytes, keys: list[str], *arguments: Argument) -> asyncio.Future[Any]:
        """Of RedisConnection.call."""
        return self.connection.call("EVALSHA", self._scripts[script], len(keys), *keys, *arguments)


class RedisLimiter:
    """See `limits/base.py`. Use it as an async context manager."""

    def __init__(
        self, url: str, local: Limiter | None, *, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        """`local` limits while Redis is away; None: refuse. Raises ValueError for a bad URL."""
        self.health = Health(away=True)
        self._address = Address.parse(url)
        self._local = local
        self._lease_seconds = lease_seconds
        self._session: _Session | None = None
        self._in_flight: Counter[str] = Counter()
        self._in_local: Counter[str] = Counter()  # of these, those that `local` let in
        self._month = month.number(time.time())
        self._known: dict[str, int] = {}  # calls that Redis has last told of each quota
        self._untold: Counter[str] = Counter()  # calls that it has not heard of
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RedisLimiter:
        self._task = asyncio.create_task(self._run())
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_SECONDS):
                await self._connected.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in. Raises LimiterAway, or what `local` raises."""
        session = self._session
        if session is None:
            return await self._take_alone(policy)
        wall = time.time()
        this_month = self._turn(wall)
        keys, arguments = _question(policy, session.name, this_month, wall)
        reply = session.run(_TAKE, keys, *arguments)
        try:
            found = await asyncio.shield(reply)
        except RedisLost:
            if self._session is session:  # if it only refused: a new one loads the scripts again
                self._session, self.health.away = None, True
                session.connection.close()
            return await self._take_alone(policy)
        except asyncio.CancelledError:
            reply.add_done_callback(lambda done: self._forget(done, policy.api))
            raise
        verdict, used = _verdict(policy, found, month.end(wall) - wall)
        for quota, calls in zip(policy.quotas, used, strict=True):
            self._known[quota.name] = calls
        if verdict.refused_by is None:
            self._in_flight[policy.api] += 1
        return verdict

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        assert self._in_flight[api] > 0, "a release without its take"
        _less(self._in_flight, api)
        if self._in_local[api] and self._local is not None:
            _less(self._in_local, api)
            self._local.release(api)
        if self._session is not None:
            self._session.run(_RELEASE, [f"{_PREFIX}f:{api}"], self._session.name)

    async def restore(self, calls: Mapping[str, int], month: int) -> None:
        """A month's calls by quota's name, as the ledger has them."""
        if self._local is not None:
            await self._local.restore(calls, month)
        if month == self._turn(time.time()):
            for name, count in calls.items():
                self._known[name] = max(self._known.get(name, 0), count)
            names = list(calls)
            for at in range(0, len(names), _RAISE_AT_ONCE):
                if self._session is not None:
                    with suppress(RedisLost):
                        some = names[at : at + _RAISE_AT_ONCE]
                        await self._raise(self._session, dict.fromkeys(some, 0))

    async def _take_alone(self, policy: Policy) -> Verdict:
        if self._local is None:
            self.health.refused += 1
            raise LimiterAway(headers={"Retry-After": "1"})
        self.health.local += 1
        verdict = await self._local.take(policy)
        if verdict.refused_by is None:
            self._turn(time.time())
            self._in_flight[policy.api] += 1
            self._in_local[policy.api] += 1
            for quota in policy.quotas:
                self._untold[quota.name] += 1
        return verdict

    def _forget(self, reply: asyncio.Future[Any], api: str) -> None:
        """The caller of a `take` was cancelled: if it was let in, it is over."""
        if reply.exception() is None and reply.result()[0] == 0:
            self._in_flight[api] += 1
            self.release(api)

    def _turn(self, wall: float) -> int:
        """The current month; what is known of the one before is forgotten."""
        if (current := month.number(wall)) != self._month:
            self._month = current
            self._known.clear()
            self._untold.clear()
        return current

    async def _run(self) -> None:
        """Keep a session for ever."""
        while True:
            try:
                connection = await RedisConnection.connect(self._address)
                try:
                    await self._serve(connection)
                finally:
                    self._lose(connection)
            except (OSError, RedisLost) as error:
                if not self.health.away or not self._connected.is_set():
                    _log.warning("redis is away", error=str(error))
                self.health.away = True
            await asyncio.sleep(_RETRY_SECONDS)

    async def _serve(self, connection: RedisConnection) -> None:
        scripts = [
            await connection.call("SCRIPT", "LOAD", script)
            for script in (_TAKE, _RELEASE, _LEASE, _RAISE)
        ]
        session = _Session(connection, scripts)
        # All of this is on its way before the first `take` is, because nothing here waits.
        begun = self._lease(session, begin=True)
        for api, count in self._in_flight.items():
            connection.call("HSET", f"{_PREFIX}f:{api}", session.name, count)
        told = self._raise(session, self._untold | Counter(dict.fromkeys(self._known, 0)))
        self._untold.clear()
        self._session = session
        self.health.away = False
        self._connected.set()
        await begun
        await told
        while not connection.lost.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._lease_seconds / 3):
                    await connection.lost.wait()
            if not await self._lease(session):
                raise RedisLost("this gateway was silent for longer than its lease")
        raise RedisLost("the connection has ended")

    def _lose(self, connection: RedisConnection) -> None:
        if self._session is not None and self._session.connection is connection:
            # By name, so that no other gateway waits for the lease of one that has left in order.
            connection.call("HDEL", f"{_PREFIX}leases", self._session.name)
            self._session = None
        asyncio.get_running_loop().call_soon(connection.close)

    def _lease(self, session: _Session, *, begin: bool = False) -> asyncio.Future[Any]:
        lease = round(self._lease_seconds * 1e6)
        return session.run(_LEASE, [f"{_PREFIX}leases"], session.name, lease, int(begin))

    def _raise(self, session: _Session, more: Mapping[str, int]) -> asyncio.Future[Any]:
        """Tell what is known of these quotas, and what is to be added."""
        wall = time.time()
        names = list(more)
        words: list[Argument] = [_milliseconds_left(wall)]
        for name in names:
            words += [self._known.get(name, 0), more[name]]
        keys = [_quota_key(self._turn(wall), name) for name in names]
        return session.run(_RAISE, keys, *words)


def _question(
    policy: Policy, session: str, month_number: int, wall: float
) -> tuple[list[str], list[Argument]]:
    keys = [f"{_PREFIX}leases", f"{_PREFIX}f:{policy.api}"]
    arguments: list[Argument] = [
        session,
        policy.max_concurrency,
        len(policy.buckets),
        _milliseconds_left(wall),
    ]
    for bucket in policy.buckets:
        keys.append(f"{_PREFIX}b:{bucket.name}")
        arguments += [max(1, round(bucket.interval_ns / 1000)), bucket.burst]
    for quota in policy.quotas:
        keys.append(_quota_key(month_number, quota.name))
        arguments.append(quota.calls)
    return keys, arguments


def _quota_key(month_number: int, name: str) -> str:
    return f"{_PREFIX}q:{month_number}:{name}"


def _milliseconds_left(wall: float) -> int:
    """Of this month, and an hour more: clocks differ."""
    return round((month.end(wall) - wall + 3600) * 1000)


def _verdict(policy: Policy, found: list[int], quota_reset: float) -> tuple[Verdict, list[int]]:
    refused, bucket, remaining, reset, quota, quota_left, wait, *used = found
    refused_by = _REFUSALS[refused]
    return Verdict(
        refused_by,
        policy.buckets[bucket],
        remaining,
        reset / 1e6,
        policy.quotas[quota],
        quota_left,
        quota_reset,
        quota_reset if refused_by is Limit.QUOTA else wait / 1e6,
    ), used


def _less(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if not counts[name]:
        del counts[name]
