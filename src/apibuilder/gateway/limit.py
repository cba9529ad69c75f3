"""From a Limiter's Verdict to what the caller sees: an error that names the limit, and headers."""

from __future__ import annotations

import math
from typing import NamedTuple

from apibuilder.errors import ConcurrencyExceeded, LimitExceeded, QuotaExceeded, RateLimited
from apibuilder.gateway.headers import Headers
from apibuilder.gateway.table import Principal
from apibuilder.limits.base import Limit, Verdict


class Grant(NamedTuple):
    """Who was asked for, and what the Limiter said."""

    principal: Principal
    verdict: Verdict

    def headers(self) -> Headers:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
        verdict = self.verdict
        state = b'"rate";r=%d;t=%d, "quota";r=%d;t=%d' % (
            verdict.remaining,
            verdict.reset_after + 0.999,
            max(0, verdict.quota_remaining),
            verdict.quota_reset_after + 0.999,
        )
        return [(b"ratelimit", state), (b"ratelimit-policy", self.principal.policy_header)]

    def refusal(self) -> LimitExceeded:
        """The error of a refused call."""
        policy, verdict = self.principal.policy, self.verdict
        retry = max(1, math.ceil(verdict.retry_after))
        headers = {"Retry-After": str(retry)}
        if verdict.refused_by is Limit.QUOTA:
            return QuotaExceeded(
                f"This month's {policy.monthly_quota} calls are used up; "
                f"it starts again in {retry} s.",
                limit=Limit.QUOTA.value,
                allowed=policy.monthly_quota,
                seen=policy.monthly_quota + 1,
                headers=headers,
            )
        if verdict.refused_by is Limit.CONCURRENCY:
            return ConcurrencyExceeded(
                f"{policy.max_concurrency} calls of this API are in flight; let one finish.",
                limit=Limit.CONCURRENCY.value,
                allowed=policy.max_concurrency,
                seen=policy.max_concurrency + 1,
                headers=headers,
            )
        bucket = verdict.bucket
        rate = round(1e9 / bucket.interval_ns, 3)
        return RateLimited(
            f"{rate:g} calls a second are allowed, {bucket.burst} at once; try again in {retry} s.",
            limit=Limit.RATE.value,
            allowed=rate,
            seen=rate + 1,
            headers=headers,
        )
