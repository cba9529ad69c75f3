"""When a schedule is due: five fields, UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from apibuilder.domain import Schedule
from apibuilder.errors import Invalid
from apibuilder.store.base import Turn

LATE = timedelta(seconds=60)  # a run that is later than that is missed, not made up for
RUN = timedelta(seconds=300)  # after which a run is taken for lost
_FIELDS = 5
_MOST_MISSED = 10_000  # that are counted at once


def next_after(cron: str, moment: datetime) -> datetime:
    """The first occurrence after `moment`. Raises Invalid."""
    if len(cron.split()) != _FIELDS:
        raise Invalid(f"{cron!r} has not the five fields: minute hour day month weekday (UTC).")
    try:
        return next(CronSim(cron, moment))
    except CronSimError as error:
        raise Invalid(f"{cron!r} is no schedule: {error}") from error
    except StopIteration:
        raise Invalid(f"{cron!r} never comes.") from None


def turn(schedule: Schedule, now: datetime, *, serving: bool) -> Turn:
    """What becomes of a schedule that is due: at most one run, and never two at a time."""
    due, last = 0, schedule.next_at
    for moment in CronSim(schedule.cron, schedule.next_at - timedelta(minutes=1)):
        if moment > now or due >= _MOST_MISSED:
            break
        due, last = due + 1, moment
    busy = schedule.running_until is not None and schedule.running_until > now
    runs = serving and not busy and due > 0 and now - last <= LATE
    return Turn(
        next_at=next_after(schedule.cron, now),
        missed=due - runs,
        running_until=now + RUN if runs else None,
    )
