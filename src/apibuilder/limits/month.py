"""Calendar months, UTC: what a quota counts by."""

from __future__ import annotations

from datetime import UTC, datetime


def start_of(number: int) -> datetime:
    """The first instant of a month."""
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def number(now: float) -> int:
    """Months since year 0 of a Unix time: one more each month."""
    day = datetime.fromtimestamp(now, UTC)
    return day.year * 12 + day.month - 1


def end(now: float) -> float:
    """Unix time of the first instant of the next month."""
    return start_of(number(now) + 1).timestamp()
