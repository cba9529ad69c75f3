"""How a neighbour fares: what its callers wait and what memory it has, before and during a program.

Few samples each, on a machine that does other things too: a program that ends at once leaves its
neighbour a handful of calls, whose p99 is then the slowest of them. Read the ratios as a whole.
"""

from __future__ import annotations

import math
import os
import statistics
from dataclasses import dataclass, field
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
QUIET_CALLS = 50  # before each program
PAUSE_SECONDS = 0.01  # between two calls


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def p99(samples: list[float]) -> float:
    """Nearest rank."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, math.ceil(0.99 * len(ordered)) - 1)]


@dataclass
class Neighbour:
    """Milliseconds of its calls, and its memory."""

    before_ms: list[float] = field(default_factory=list[float])
    during_ms: list[float] = field(default_factory=list[float])
    before_mb: float = 0.0
    during_mb: float = 0.0  # the most that was seen

    @property
    def ratio(self) -> float:
        """p99 during the program by p99 before it."""
        return p99(self.during_ms) / p99(self.before_ms)

    def cells(self) -> list[str]:
        """Of the table."""
        if not self.during_ms:
            return ["", ""]
        times = f"{p99(self.before_ms):.1f} → {p99(self.during_ms):.1f} ms, {self.ratio:.1f}x"
        return [f"{times} ({len(self.during_ms)})", f"{self.before_mb:.0f} → {self.during_mb:.0f}"]


def summary(all_of_them: list[Neighbour]) -> str:
    """In words for the page's head."""
    ratios = sorted(one.ratio for one in all_of_them if one.during_ms)
    if not ratios:
        return ""
    pooled_before = p99([ms for one in all_of_them for ms in one.before_ms])
    pooled = p99([ms for one in all_of_them for ms in one.during_ms])
    grew = max(one.during_mb - one.before_mb for one in all_of_them if one.during_ms)
    above = sum(ratio > 1.5 for ratio in ratios)
    return (
        f"Over all programs the neighbour's p99 was {pooled_before:.1f} ms before and "
        f"{pooled:.1f} ms during ({pooled / pooled_before:.2f}x); the median of the ratios is "
        f"{statistics.median(ratios):.2f}x, {above} of {len(ratios)} are above 1.5x; its memory "
        f"grew by {grew:.1f} MB at most."
    )
