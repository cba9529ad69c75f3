"""How often the rule of canaries is wrong, and how soon it is right.

    python -m bench.canary [--trials N]

Draws calls as the gateway does, a tenth of them for the canary, and looks as the platform looks.
`equal` are canaries that are no worse: each that is rolled back is a false alarm. The others say
what share of them is rolled back within 10,000 calls of the canary, and after how many (median).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from apibuilder.deployer.verdict import is_due, judge
from apibuilder.domain import Arm

RESULTS = Path(__file__).parent / "results/canary.json"
SHARE, CALLS = 0.1, 10_000


class Case(NamedTuple):
    """Of the old Revision and of the new one: error rate, and share of calls that are slow."""

    errors: tuple[float, float]
    slow: tuple[float, float] = (0.02, 0.02)


CASES = {
    "equal, no errors": Case((0.0, 0.0)),
    "equal, 1 % errors": Case((0.01, 0.01)),
    "equal, 20 % errors": Case((0.2, 0.2)),
    "0 -> 2 % errors": Case((0.0, 0.02)),
    "1 -> 5 % errors": Case((0.01, 0.05)),
    "1 -> 20 % errors": Case((0.01, 0.2)),
    "0 -> 100 % errors": Case((0.0, 1.0)),
    "slow calls 2 -> 8 %": Case((0.0, 0.0), (0.02, 0.08)),
    "slow calls 2 -> 30 %": Case((0.0, 0.0), (0.02, 0.3)),
}


def step(rng: random.Random, case: Case, new: bool) -> tuple[bool, int]:
    """One call: whether it failed, and its latency bucket (2 to 5 ms, or 75 to 100 ms)."""
    slow = rng.random() < case.slow[new]
    return rng.random() < case.errors[new], 13 if slow else 4 + (rng.random() < 0.3)


def trial(rng: random.Random, case: Case) -> int | None:
    """After how many of its calls a canary is rolled back; None if it stays."""
    calls, errors, latency = [0, 0], [0, 0], (Counter[int](), Counter[int]())
    looks = last = 0
    while calls[1] < CALLS:
        new = rng.random() < SHARE
        failed, bucket = step(rng, case, new)
        calls[new] += 1
        errors[new] += failed
        latency[new][bucket] += 1
        if not new or calls[1] < max(30, 1.25 * last):
            continue
        old_arm, new_arm = (
            Arm(revision=n, calls=calls[n], errors=errors[n], latency=latency[n]) for n in (0, 1)
        )
        if is_due(new_arm, old_arm, last):
            if judge(old_arm, new_arm, looks).worse is not None:
                return calls[1]
            looks, last = looks + 1, calls[1]
    return None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=200)
    trials = parser.parse_args().trials
    rng = random.Random(20261124)
    results: dict[str, dict[str, float | int | None]] = {}
    for name, case in CASES.items():
        ended = [trial(rng, case) for _ in range(trials)]
        out = [calls for calls in ended if calls is not None]
        results[name] = {
            "trials": trials,
            "rolled_back": len(out),
            "canary_calls_median": statistics.median(out) if out else None,
        }
        print(name, results[name], flush=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
