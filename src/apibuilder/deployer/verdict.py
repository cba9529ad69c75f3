"""Is the canary worse? A statistical rule as a function, with no I/O.

Calls are drawn for the canary at random, one by one, so both Revisions see the same callers at the
same time, and the counts of the two can be compared exactly:

* errors (500 and above): Fisher's exact test, one-sided;
* latency: the same test on how many calls were slower than the p95 of both together. That is the
  quantile version of the median test; it needs no assumption on how latencies are distributed.
  Latencies are known by bucket, so it is done at both edges of that bucket, and counts twice.

Judging again and again would find a difference by chance in the end. So a look is taken each time
the canary's calls have grown by a quarter, and look k (from 0) may be wrong with a probability of
ALPHA / ((k+1)(k+2)): all looks together, for as long as it runs, with at most ALPHA. A difference
must also matter: half a percentage point of errors, a quarter and 5 ms of p95.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, lgamma
from typing import Any, Literal

from apibuilder.domain import Arm
from apibuilder.store.latency import figures, percentile_ms

ALPHA = 0.01  # chance that a canary that is no worse is ever rolled back
FIRST_CALLS = 30  # of each Revision, before the first look
GROWTH = 1.25
MIN_ERROR_DIFFERENCE = 0.005
MIN_LATENCY_RATIO, MIN_LATENCY_MS = 1.25, 5.0
QUANTILE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look found."""

    worse: Literal["errors", "latency"] | None
    stable: Arm
    new: Arm
    look: int
    alpha: float  # that each of the two tests may be wrong with, at this look
    error_p: float
    latency_p: float

    def as_dict(self) -> dict[str, Any]:
        """As it is stored and shown."""
        return {
            "worse": self.worse,
            "look": self.look,
            "alpha": self.alpha,
            "error_p": self.error_p,
            "latency_p": self.latency_p,
            "stable": figures(self.stable),
            "canary": figures(self.new),
        }

    def reason(self) -> str:
        """In words, for its maker."""
        new, old = figures(self.new), figures(self.stable)
        if self.worse == "errors":
            return (
                f"{new['error_rate']:.1%} of its {self.new.calls} calls failed, "
                f"{old['error_rate']:.1%} of {self.stable.calls} of the one before "
                f"(p = {self.error_p:.1e})."
            )
        return (
            f"Its p95 was {new['p95_ms']:.1f} ms over {self.new.calls} calls, "
            f"{old['p95_ms']:.1f} ms over {self.stable.calls} of the one before "
            f"(p = {self.latency_p:.1e})."
        )


def is_due(new: Arm, stable: Arm, last_calls: int) -> bool:
    """Whether there is enough for another look, after one at `last_calls` of the canary's."""
    return stable.calls >= FIRST_CALLS and new.calls >= max(FIRST_CALLS, ceil(GROWTH * last_calls))


def judge(stable: Arm, new: Arm, look: int) -> Verdict:
    """Compare the two; `look` counts from 0."""
    alpha = ALPHA / 2 / ((look + 1) * (look + 2))
    error_p = tail(new.errors, new.calls, stable.errors, stable.calls)
    latency_p = _latency_p(stable, new)
    worse: Literal["errors", "latency"] | None = None
    if error_p < alpha and _rate(new) - _rate(stable) >= MIN_ERROR_DIFFERENCE:
        worse = "errors"
    elif latency_p < alpha and _is_slower(stable, new):
        worse = "latency"
    return Verdict(
        worse=worse,
        stable=stable,
        new=new,
        look=look,
        alpha=alpha,
        error_p=error_p,
        latency_p=latency_p,
    )


def tail(hits: int, draws: int, other_hits: int, other_draws: int) -> float:
    """Fisher's exact test, one-sided: how likely so many hits or more would be by chance."""
    all_hits, total = hits + other_hits, draws + other_draws
    if not draws or not other_draws or hits * other_draws <= other_hits * draws:
        return 1.0  # no more than its share
    if hits < draws + all_hits - total:
        return 1.0
    term = exp(
        _log_choose(all_hits, hits)
        + _log_choose(total - all_hits, draws - hits)
        - _log_choose(total, draws)
    )
    summed = 0.0
    for count in range(hits, min(all_hits, draws) + 1):
        summed += term
        if term < summed * 1e-12:
            break
        rest = total - all_hits - draws + count + 1
        term *= (all_hits - count) * (draws - count) / ((count + 1) * rest)
    return min(1.0, summed)


def _latency_p(stable: Arm, new: Arm) -> float:
    pooled = {
        bucket: stable.latency.get(bucket, 0) + new.latency.get(bucket, 0)
        for bucket in stable.latency.keys() | new.latency.keys()
    }
    wanted, reached = QUANTILE * sum(pooled.values()), 0
    for bucket in sorted(pooled):
        reached += pooled[bucket]
        if reached >= wanted:
            return min(1.0, 2 * min(_slower_p(stable, new, edge) for edge in (bucket, bucket + 1)))
    return 1.0


def _slower_p(stable: Arm, new: Arm, edge: int) -> float:
    slow, timed = _beyond(new, edge), sum(new.latency.values())
    return tail(slow, timed, _beyond(stable, edge), sum(stable.latency.values()))


def _beyond(arm: Arm, edge: int) -> int:
    return sum(calls for bucket, calls in arm.latency.items() if bucket >= edge)


def _is_slower(stable: Arm, new: Arm) -> bool:
    old = percentile_ms(stable.latency, QUANTILE) or inf
    fresh = percentile_ms(new.latency, QUANTILE) or 0.0
    return fresh >= old * MIN_LATENCY_RATIO and fresh - old >= MIN_LATENCY_MS


def _rate(arm: Arm) -> float:
    return arm.errors / arm.calls if arm.calls else 0.0


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
