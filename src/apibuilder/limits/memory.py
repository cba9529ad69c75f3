"""The Limiter of one process: exact, in memory, without a lock because `take` never suspends."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apibuilder.limits.base import Bucket, Limit, Policy, Verdict

_PRUNE_ABOVE = 10_000


def month_end(now: float) -> float:
    """Unix time of the first instant of the next calendar month, UTC."""
    day = datetime.fromtimestamp(now, UTC)
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return datetime(year, month, 1, tzinfo=UTC).timestamp()


class MemoryLimiter:
    """See `limits/base.py`. The clocks are parameters so that tests can turn a month."""

    def __init__(
        self,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._wall = wall
        # GCRA keeps one number a bucket: the theoretical arrival time (TAT), when it is full again.
        self._full_at: dict[str, int] = {}
        self._prune_at = _PRUNE_ABOVE
        self._in_flight: defaultdict[str, int] = defaultdict(int)
        self._calls: defaultdict[str, int] = defaultdict(int)
        self._month_end = month_end(wall())

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in."""
        api = policy.api
        wall = self._wall()
        if wall >= self._month_end:
            self._calls.clear()
            self._month_end = month_end(wall)
        quota_left = policy.monthly_quota - self._calls[api]
        quota_reset = self._month_end - wall

        now = self._monotonic_ns()
        full_at = self._full_at
        tightest, fewest, tightest_full_at = policy.buckets[0], -1, now
        for bucket in policy.buckets:
            full = max(full_at.get(bucket.name, 0), now) + bucket.interval_ns
            left = (bucket.burst * bucket.interval_ns - (full - now)) // bucket.interval_ns
            if left < 0:
                return self._rate_refusal(bucket, full, now, quota_left, quota_reset)
            if fewest < 0 or left < fewest:
                tightest, fewest, tightest_full_at = bucket, left, full
        reset = (tightest_full_at - now) / 1e9
        if quota_left <= 0:
            return Verdict(Limit.QUOTA, tightest, fewest, reset, 0, quota_reset, quota_reset)
        if self._in_flight[api] >= policy.max_concurrency:
            return Verdict(Limit.CONCURRENCY, tightest, fewest, reset, quota_left, quota_reset, 0.0)

        for bucket in policy.buckets:
            full_at[bucket.name] = max(full_at.get(bucket.name, 0), now) + bucket.interval_ns
        if len(full_at) > self._prune_at:
            self._prune(now)
        self._calls[api] += 1
        self._in_flight[api] += 1
        return Verdict(None, tightest, fewest, reset, quota_left - 1, quota_reset, 0.0)

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        left = self._in_flight[api] - 1
        assert left >= 0, "a release without its take"
        if left:
            self._in_flight[api] = left
        else:
            del self._in_flight[api]

    async def restore(self, calls: Mapping[str, int]) -> None:
        """This month's calls by Api, as the ledger has them."""
        for api, count in calls.items():
            self._calls[api] = max(self._calls[api], count)

    @staticmethod
    def _rate_refusal(
        bucket: Bucket, full: int, now: int, quota_left: int, quota_reset: float
    ) -> Verdict:
        wait = full - now - bucket.burst * bucket.interval_ns
        reset = full - bucket.interval_ns - now
        return Verdict(Limit.RATE, bucket, 0, reset / 1e9, quota_left, quota_reset, wait / 1e9)

    def _prune(self, now: int) -> None:
        """Forget the buckets that are full; the next prune waits until twice as many are left."""
        self._full_at = {name: full for name, full in self._full_at.items() if full > now}
        self._prune_at = max(_PRUNE_ABOVE, 2 * len(self._full_at))
