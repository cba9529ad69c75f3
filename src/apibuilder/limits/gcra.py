"""The arithmetic that every Limiter shares: from counts to a Verdict.

GCRA keeps one number a bucket, the theoretical arrival time (TAT): when the bucket is full again.
"""

from __future__ import annotations

from collections.abc import Sequence

from apibuilder.limits.base import Limit, Policy, Verdict


def judge(
    policy: Policy,
    now: int,
    full_at: Sequence[int],
    used: Sequence[int],
    in_flight: int,
    quota_reset: float,
) -> Verdict:
    """What a call gets, given each bucket's TAT (ns, like `now`), each quota's calls and the rest.

    Whoever lets it in writes `take_from` of each bucket, and one more of everything else.
    """
    quota, quota_left = policy.quotas[0], policy.quotas[0].calls - used[0]
    if len(used) > 1:
        for one, calls in zip(policy.quotas, used, strict=True):
            if one.calls - calls < quota_left:
                quota, quota_left = one, one.calls - calls

    tightest, fewest, tightest_full_at = policy.buckets[0], -1, now
    for bucket, tat in zip(policy.buckets, full_at, strict=True):
        full = max(tat, now) + bucket.interval_ns
        left = (bucket.burst * bucket.interval_ns - (full - now)) // bucket.interval_ns
        if left < 0:
            wait = (full - now - bucket.burst * bucket.interval_ns) / 1e9
            reset = (full - bucket.interval_ns - now) / 1e9
            return Verdict(
                Limit.RATE, bucket, 0, reset, quota, max(0, quota_left), quota_reset, wait
            )
        if fewest < 0 or left < fewest:
            tightest, fewest, tightest_full_at = bucket, left, full
    reset = (tightest_full_at - now) / 1e9
    if quota_left <= 0:
        return Verdict(Limit.QUOTA, tightest, fewest, reset, quota, 0, quota_reset, quota_reset)
    if in_flight >= policy.max_concurrency:
        return Verdict(
            Limit.CONCURRENCY, tightest, fewest, reset, quota, quota_left, quota_reset, 0.0
        )
    return Verdict(None, tightest, fewest, reset, quota, quota_left - 1, quota_reset, 0.0)


def take_from(full_at: int, now: int, interval_ns: int) -> int:
    """A bucket's TAT after one token was taken."""
    return (full_at if full_at > now else now) + interval_ns
