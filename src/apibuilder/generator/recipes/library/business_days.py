"""Counts working days between dates, and finds the date some working days from another.

Weekends are Saturday and Sunday unless you say otherwise; holidays are those that you send.
"""

import datetime as dt
from typing import Annotated, Literal, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
ONE_DAY = dt.timedelta(days=1)

Day = Annotated[dt.date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2200, 12, 31))]


class Calendar(BaseModel):
    """Which days are free."""

    weekend: set[Weekday] = Field(
        {"saturday", "sunday"}, max_length=6, description="Days of the week without work."
    )
    holidays: set[dt.date] = Field(
        set(), max_length=1000, description="Other days without work.", examples=[["2024-12-25"]]
    )

    def works_on(self, day: dt.date) -> bool:
        """Whether it is a working day."""
        return WEEKDAYS[day.weekday()] not in self.weekend and day not in self.holidays


class Span(Calendar):
    """Two dates, at most 100 years apart."""

    start: Day = Field(description="Counts, if it is a working day.", examples=["2024-12-23"])
    end: Day = Field(description="Counts, if it is a working day.", examples=["2024-12-31"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not dt.timedelta() <= self.end - self.start <= dt.timedelta(days=36_525):
            raise ValueError("end must not be before start, nor more than 100 years after it")
        return self


class Move(Calendar):
    """A date, and how far to go from it."""

    start: Day = Field(description="Does not count itself.", examples=["2024-12-20"])
    days: int = Field(ge=-5000, le=5000, description="Negative to go back.", examples=[3])


class Count(BaseModel):
    """How many days there are in a span."""

    business_days: int
    weekend_days: int
    holidays: int = Field(description="Holidays that are not at a weekend.")
    total_days: int


class Found(BaseModel):
    """A working day."""

    date: dt.date
    weekday: str


class Check(Calendar):
    """A date to look at."""

    date: Day = Field(examples=["2024-12-25"])


class Verdict(BaseModel):
    """Whether a date is a working day."""

    business_day: bool
    weekday: str


app = FastAPI(
    title="Business day calculator",
    description="Counts working days between dates, and finds dates some working days away.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/count", summary="Count working days")
def count(span: Span) -> Count:
    """Between two dates, both included."""
    total = (span.end - span.start).days + 1
    days = [span.start + number * ONE_DAY for number in range(total)]
    weekend = sum(WEEKDAYS[day.weekday()] in span.weekend for day in days)
    working = sum(span.works_on(day) for day in days)
    return Count(
        business_days=working,
        weekend_days=weekend,
        holidays=total - weekend - working,
        total_days=total,
    )


@app.post("/add", summary="Find the date some working days away")
def add(move: Move) -> Found:
    """The first working day after the start is 1; 0 days stay where they are."""
    date, left = move.start, abs(move.days)
    step = ONE_DAY if move.days > 0 else -ONE_DAY
    while left:
        date += step
        left -= move.works_on(date)
    return Found(date=date, weekday=WEEKDAYS[date.weekday()])


@app.post("/check", summary="Is it a working day?")
def check(day: Check) -> Verdict:
    """Neither at a weekend nor a holiday."""
    return Verdict(business_day=day.works_on(day.date), weekday=WEEKDAYS[day.date.weekday()])
