"""The Limiter of one process: exact, in memory, without a lock because `take` never suspends."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from apibuilder.limits import month
from apibuilder.limits.base import Health, Policy, Verdict
from apibuilder.limits.gcra import judge, take_from

_PRUNE_ABOVE = 10_000


class MemoryLimiter:
    """See `limits/base.py`. The clocks are parameters so that tests can turn a month."""

    def __init__(
        self,
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.health = Health()
        self._monotonic_ns = monotonic_ns
        self._wall = wall
        self._full_at: dict[str, int] = {}
        self._prune_at = _PRUNE_ABOVE
        self._in_flight: defaultdict[str, int] = defaultdict(int)
        self._calls: dict[str, int] = {}
        self._month_end = month.end(wall())

    async def take(self, policy: Policy) -> Verdict:
        """One call wants in."""
        wall = self._wall()
        if wall >= self._month_end:
            self._turn(wall)
        now = self._monotonic_ns()
        full_at, calls = self._full_at, self._calls
        tats = [full_at.get(bucket.name, 0) for bucket in policy.buckets]
        used = [calls.get(quota.name, 0) for quota in policy.quotas]
        in_flight = self._in_flight[policy.api]
        verdict = judge(policy, now, tats, used, in_flight, self._month_end - wall)
        if verdict.refused_by is None:
            for bucket, tat in zip(policy.buckets, tats, strict=True):
                full_at[bucket.name] = take_from(tat, now, bucket.interval_ns)
            for quota, count in zip(policy.quotas, used, strict=True):
                calls[quota.name] = count + 1
            self._in_flight[policy.api] = in_flight + 1
            if len(full_at) > self._prune_at:
                self._prune(now)
        return verdict

    def release(self, api: str) -> None:
        """A call that was let in is over."""
        left = self._in_flight[api] - 1
        assert left >= 0, "a release without its take"
        if left:
            self._in_flight[api] = left
        else:
            del self._in_flight[api]

    async def restore(self, calls: Mapping[str, int], month: int) -> None:
        """A month's calls by quota's name, as the ledger has them."""
        if month == self._current_month():
            for name, count in calls.items():
                self._calls[name] = max(self._calls.get(name, 0), count)

    def _current_month(self) -> int:
        wall = self._wall()
        if wall >= self._month_end:
            self._turn(wall)
        return month.number(wall)

    def _turn(self, wall: float) -> None:
        self._calls.clear()
        self._month_end = month.end(wall)

    def _prune(self, now: int) -> None:
        """Forget the buckets that are full; the next prune waits until twice as many are left."""
        self._full_at = {name: full for name, full in self._full_at.items() if full > now}
        self._prune_at = max(_PRUNE_ABOVE, 2 * len(self._full_at))
