"""Latencies as the rollups keep them: calls by bucket, and percentiles of those."""

from __future__ import annotations

from typing import Any

from apibuilder.domain import Arm

# Microseconds, as public.latency_bounds(): bucket n is from the n-th bound on. A test compares.
BOUNDS_US = (
    500, 1000, 1500, 2000, 3000, 5000, 7500, 10000, 15000, 20000, 30000, 50000, 75000, 100000,
    150000, 200000, 300000, 500000, 750000, 1000000, 1500000, 2000000, 3000000, 5000000, 10000000,
    20000000, 30000000, 60000000,
)  # fmt: skip
_LONGEST_US = 120_000_000


def percentile_ms(latency: dict[int, int], fraction: float) -> float | None:
    """Interpolated in its bucket, as public.latency_percentile; None without calls."""
    total, reached = sum(latency.values()), 0
    wanted = max(fraction * total, 1)
    for bucket, calls in sorted(latency.items()):
        if calls and reached + calls >= wanted:
            low = BOUNDS_US[bucket - 1] if bucket else 0
            high = BOUNDS_US[bucket] if bucket < len(BOUNDS_US) else _LONGEST_US
            return (low + (high - low) * (wanted - reached) / calls) / 1000
        reached += calls
    return None


def figures(arm: Arm) -> dict[str, Any]:
    """One Revision's, as they are shown."""
    return {
        "revision": arm.revision,
        "calls": arm.calls,
        "errors": arm.errors,
        "error_rate": arm.errors / arm.calls if arm.calls else 0.0,
        "p50_ms": percentile_ms(arm.latency, 0.5),
        "p95_ms": percentile_ms(arm.latency, 0.95),
        "p99_ms": percentile_ms(arm.latency, 0.99),
    }
