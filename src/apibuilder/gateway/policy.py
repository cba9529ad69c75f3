"""What a caller is held to, in headers of draft-ietf-httpapi-ratelimit-headers."""

from __future__ import annotations

from apibuilder.limits.base import Bucket, Policy, Verdict

SPENDING_CAP = b"spending-cap"  # the quota that a subscriber's own cap comes to


def policy_header(policy: Policy) -> bytes:
    """All limits of a Key. A quota names no window, because months differ in length."""
    rates = [
        b'"%b";q=%d;w=%d' % (bucket.label, bucket.burst, _window(bucket))
        for bucket in policy.buckets
    ]
    quotas = [b'"%b";q=%d' % (quota.label, quota.calls) for quota in policy.quotas]
    return b", ".join(rates + quotas)


def state_header(verdict: Verdict) -> bytes:
    """The tightest rate and the tightest quota: what is left, and seconds until all of it is."""
    return b'"%b";r=%d;t=%d, "%b";r=%d;t=%d' % (
        verdict.bucket.label,
        verdict.remaining,
        verdict.reset_after + 0.999,
        verdict.quota.label,
        verdict.quota_remaining,
        verdict.quota_reset_after + 0.999,
    )


def _window(bucket: Bucket) -> int:
    """Seconds in which an empty bucket is full again."""
    return max(1, round(bucket.burst * bucket.interval_ns / 1e9))
