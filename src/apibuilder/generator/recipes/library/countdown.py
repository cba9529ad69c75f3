"""Counts down to a moment, in days, hours, minutes and seconds.

Times without an offset are UTC.
"""

import datetime as dt
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Now = Annotated[
    dt.datetime | None,
    Query(alias="from", description="When to count from; now by default."),
]


class Countdown(BaseModel):
    """How long it is. Once it has passed, the numbers say how long ago that was."""

    until: dt.datetime
    passed: bool
    days: int
    hours: int
    minutes: int
    seconds: int
    total_seconds: int
    text: str = Field(examples=["3 days, 4 hours, 5 minutes, 6 seconds"])


app = FastAPI(
    title="Countdown",
    description="Counts down to a moment, in days, hours, minutes and seconds.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/countdown", summary="Count down to a moment")
def countdown(
    until: Annotated[
        dt.datetime,
        Query(
            description="A date, or a date and time, in ISO 8601.",
            examples=["2030-01-01T00:00:00Z"],
        ),
    ],
    start: Now = None,
) -> Countdown:
    """How long it is until then."""
    return _countdown(until, start)


@app.get("/new-year", summary="Count down to the new year")
def new_year(start: Now = None) -> Countdown:
    """How long it is until midnight of 31 December, in UTC."""
    year = (start or dt.datetime.now(dt.UTC)).year + 1
    if year > dt.MAXYEAR:
        raise HTTPException(422, "`from` must be before the year 9999.")
    return _countdown(dt.datetime(year, 1, 1, tzinfo=dt.UTC), start)


def _countdown(until: dt.datetime, start: dt.datetime | None) -> Countdown:
    until = _aware(until)
    left = until - _aware(start or dt.datetime.now(dt.UTC))
    total = abs(int(left.total_seconds()))
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"day": days, "hour": hours, "minute": minutes, "second": seconds}
    return Countdown(
        until=until,
        passed=left <= dt.timedelta(),
        days=days,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        total_seconds=total,
        text=", ".join(f"{n} {unit}{'' if n == 1 else 's'}" for unit, n in parts.items()),
    )


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC)
