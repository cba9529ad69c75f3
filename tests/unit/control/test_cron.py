"""When a schedule is due, and what becomes of it then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from apibuilder.control.schedules.cron import next_after, turn
from apibuilder.domain import Schedule
from apibuilder.errors import Invalid

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
EVERY_MINUTE = Schedule(
    id=uuid4(), api_id=uuid4(), name="a", cron="* * * * *", method="POST", path="/", next_at=NOON,
    running_until=None, runs=0, failures=0, missed=0, last_at=None, last_status=None,
    last_error=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("cron", "after"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("*/15 * * * *", timedelta(minutes=15)),
        ("0 6 * * *", timedelta(hours=18)),
        ("30 12 * * 1-5", timedelta(minutes=30)),
        ("0 12 * * 2", timedelta(days=1)),
        ("0 0 1 * *", timedelta(days=29, hours=12)),
    ],
)
def test_when_it_is_next_due(cron: str, after: timedelta) -> None:
    assert next_after(cron, NOON) == NOON + after


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "* * * * * *", "60 * * * *", "a b c d e", "0 0 31 2 *", "@daily"]
)
def test_what_is_no_schedule(cron: str) -> None:
    with pytest.raises(Invalid):
        next_after(cron, NOON)


def test_a_run_that_is_due() -> None:
    now = NOON + timedelta(seconds=2)
    step = turn(EVERY_MINUTE, now, serving=True)
    assert (step.next_at, step.missed) == (NOON + timedelta(minutes=1), 0)
    assert step.running_until is not None and step.running_until > now


def test_after_the_platform_was_away_one_runs_and_the_rest_was_missed() -> None:
    step = turn(EVERY_MINUTE, NOON + timedelta(minutes=10, seconds=5), serving=True)
    assert step.missed == 10
    assert step.running_until is not None
    assert step.next_at == NOON + timedelta(minutes=11)


def test_a_run_that_is_long_overdue_is_missed() -> None:
    hourly = replace(EVERY_MINUTE, cron="0 * * * *")
    step = turn(hourly, NOON + timedelta(minutes=10), serving=True)
    assert (step.missed, step.running_until) == (1, None)


def test_no_two_runs_at_a_time() -> None:
    now = NOON + timedelta(seconds=2)
    busy = replace(EVERY_MINUTE, running_until=now + timedelta(seconds=9))
    assert turn(busy, now, serving=True).running_until is None
    assert turn(busy, now, serving=True).missed == 1
    lost = replace(EVERY_MINUTE, running_until=now - timedelta(seconds=1))
    assert turn(lost, now, serving=True).running_until is not None


def test_an_api_that_does_not_serve_misses_its_runs() -> None:
    step = turn(EVERY_MINUTE, NOON + timedelta(seconds=2), serving=False)
    assert (step.missed, step.running_until) == (1, None)
