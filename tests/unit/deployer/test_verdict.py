"""Is a canary worse? By a rule that is exact, patient with chance and quick with the obvious."""

from __future__ import annotations

import random
from math import comb

import pytest

from apibuilder.deployer.verdict import ALPHA, FIRST_CALLS, is_due, judge, tail
from apibuilder.domain import Arm

FAST = {4: 900, 5: 90, 6: 10}


def arm(revision: int, calls: int, errors: int = 0, latency: dict[int, int] | None = None) -> Arm:
    return Arm(revision=revision, calls=calls, errors=errors, latency=latency or {4: calls})


def enumerated(hits: int, draws: int, other_hits: int, other_draws: int) -> float:
    every, total = hits + other_hits, draws + other_draws
    ways = [comb(every, k) * comb(total - every, draws - k) for k in range(min(every, draws) + 1)]
    return sum(ways[hits:]) / sum(ways)


@pytest.mark.parametrize(
    "table", [(3, 10, 1, 20), (10, 10, 0, 20), (7, 30, 21, 270), (5, 8, 3, 9), (1, 2, 0, 2)]
)
def test_the_tail_is_fisher_s(table: tuple[int, int, int, int]) -> None:
    assert tail(*table) == pytest.approx(enumerated(*table), rel=1e-9)


def test_no_more_than_its_share_is_no_reason() -> None:
    assert tail(3, 30, 30, 300) == tail(0, 30, 5, 300) == tail(0, 0, 5, 10) == 1.0


def test_a_few_calls_are_never_judged() -> None:
    assert not is_due(arm(2, 3, errors=3), arm(1, 300), 0)
    assert not is_due(arm(2, 300), arm(1, 3), 0)
    assert is_due(arm(2, FIRST_CALLS), arm(1, FIRST_CALLS), 0)
    assert not is_due(arm(2, 120), arm(1, 9000), 100)
    assert is_due(arm(2, 125), arm(1, 9000), 100)


def test_a_canary_that_fails_is_worse_at_the_first_look() -> None:
    found = judge(arm(1, 270), arm(2, FIRST_CALLS, errors=FIRST_CALLS), 0)
    assert found.worse == "errors"
    assert found.reason().startswith("100.0% of its 30 calls failed, 0.0% of 270")


def test_three_failures_more_are_not_enough() -> None:
    assert judge(arm(1, 270, errors=0), arm(2, 30, errors=2), 0).worse is None
    assert judge(arm(1, 270, errors=27), arm(2, 30, errors=6), 0).worse is None


def test_a_difference_that_does_not_matter_is_no_reason() -> None:
    found = judge(arm(1, 9_000_000, errors=9000), arm(2, 1_000_000, errors=3000), 0)
    assert found.error_p < 1e-9
    assert found.worse is None
    slower = judge(arm(1, 1000, latency=FAST), arm(2, 1000, latency={5: 1000}), 0)
    assert slower.latency_p < 1e-9
    assert slower.worse is None, "half a millisecond of p95"


def test_a_slow_canary_is_worse_though_its_median_is_not() -> None:
    found = judge(
        arm(1, 9000, latency={4: 8900, 5: 100}), arm(2, 1000, latency={4: 850, 13: 150}), 3
    )
    assert found.worse == "latency"
    assert "p95" in found.reason()


def test_the_old_one_may_be_the_slow_one() -> None:
    assert judge(arm(1, 900, latency={13: 900}), arm(2, 100, latency={4: 100}), 0).worse is None


def test_all_looks_together_are_wrong_as_seldom_as_one() -> None:
    assert sum(2 * judge(arm(1, 1), arm(2, 1), look).alpha for look in range(10_000)) < ALPHA


def trial(rng: random.Random, calls: int, rates: tuple[float, float]) -> tuple[bool, int]:
    """One canary with a tenth of the calls; whether and after how many of its calls it is out."""
    arms = [[0, 0, [0] * 8] for _ in range(2)]
    looks = last = 0
    for _ in range(calls):
        which = rng.random() < 0.1
        one = arms[which]
        one[0] += 1
        one[1] += rng.random() < rates[which]
        one[2][min(7, int(rng.expovariate(1.0)))] += 1
        if which:
            old, new = (
                Arm(revision=n, calls=c, errors=e, latency=dict(enumerate(buckets)))
                for n, (c, e, buckets) in enumerate(arms)
            )
            if is_due(new, old, last):
                if judge(old, new, looks).worse is not None:
                    return True, new.calls
                looks, last = looks + 1, new.calls
    return False, arms[1][0]


def test_equal_revisions_stay_and_worse_ones_go() -> None:
    rng = random.Random(11)
    assert not any(trial(rng, 3000, (0.05, 0.05))[0] for _ in range(40))
    found = [trial(rng, 3000, (0.01, 0.2)) for _ in range(20)]
    assert all(out for out, _ in found)
