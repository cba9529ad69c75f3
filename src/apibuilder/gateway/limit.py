"""From a Limiter's Verdict to what the caller sees: an error that names the limit, and headers."""

from __future__ import annotations

import math
from typing import NamedTuple

from apibuilder.errors import (
    ConcurrencyExceeded,
    LimitExceeded,
    QuotaExceeded,
    RateLimited,
    SpendingCapReached,
)
from apibuilder.gateway.headers import Headers
from apibuilder.gateway.policy import SPENDING_CAP, state_header
from apibuilder.gateway.table import Principal
from apibuilder.limits.base import Limit, Verdict


class Grant(NamedTuple):
    """Who was asked for, and what the Limiter said."""

    principal: Principal
    verdict: Verdict

    def headers(self) -> Headers:
        """RateLimit and RateLimit-Policy."""
        return [
            (b"ratelimit", state_header(self.verdict)),
            (b"ratelimit-policy", self.principal.policy_header),
        ]

    def refusal(self) -> LimitExceeded:
        """The error of a refused call."""
        policy, verdict = self.principal.policy, self.verdict
        retry = max(1, math.ceil(verdict.retry_after))
        headers = {"Retry-After": str(retry)}
        if verdict.refused_by is Limit.QUOTA:
            allowed = verdict.quota.calls
            if verdict.quota.label == SPENDING_CAP:
                return SpendingCapReached(
                    f"Your spending cap allows {allowed} calls this month, and they are made; "
                    f"raise it, or wait {retry} s for the next month.",
                    limit="spending_cap",
                    allowed=allowed,
                    seen=allowed + 1,
                    headers=headers,
                )
            return QuotaExceeded(
                f"This month's {allowed} calls are used up; it starts again in {retry} s.",
                limit=Limit.QUOTA.value,
                allowed=allowed,
                seen=allowed + 1,
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
