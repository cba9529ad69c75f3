"""Tells a person's age on a date, and how long it is to the next birthday.

Who was born on 29 February has their birthday on 28 February in other years. Likewise a month
after the 31st is the last day of a shorter month.
"""

import calendar
import datetime as dt
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

LAST = dt.date(dt.MAXYEAR - 1, 12, 31)  # there must be a next birthday

Born = Annotated[dt.date, Query(description="As YYYY-MM-DD.", examples=["1990-05-15"])]
On = Annotated[
    Annotated[dt.date, Field(le=LAST)] | None,
    Query(description="The date to tell it for; today in UTC by default."),
]


class Age(BaseModel):
    """An age, in years, months and days, and all of it in days."""

    years: int
    months: int = Field(description="Whole months since the last birthday.")
    days: int = Field(description="Days on top of the months.")
    total_days: int
    total_weeks: int
    born_on_a: str = Field(description="Day of the week.", examples=["Tuesday"])


class Birthday(BaseModel):
    """The next birthday. On the birthday itself it is that day."""

    date: dt.date
    weekday: str
    days_left: int
    turning: int = Field(description="The age on that day.")


app = FastAPI(
    title="Age calculator",
    description="Tells a person's age on a date, and how long it is to the next birthday.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/age", summary="Age on a date")
def age(born: Born, on: On = None) -> Age:
    """In years, months and days, and in days and weeks alone."""
    today = _checked(born, on)
    months = (today.year - born.year) * 12 + today.month - born.month
    if _months_later(born, months) > today:
        months -= 1
    total = (today - born).days
    return Age(
        years=months // 12,
        months=months % 12,
        days=(today - _months_later(born, months)).days,
        total_days=total,
        total_weeks=total // 7,
        born_on_a=born.strftime("%A"),
    )


@app.get("/next-birthday", summary="The next birthday")
def next_birthday(born: Born, on: On = None) -> Birthday:
    """When it is, what day of the week, and how many days are left."""
    today = _checked(born, on)
    years = today.year - born.year
    if _months_later(born, years * 12) < today:
        years += 1
    date = _months_later(born, years * 12)
    return Birthday(
        date=date,
        weekday=date.strftime("%A"),
        days_left=(date - today).days,
        turning=years,
    )


def _checked(born: dt.date, on: dt.date | None) -> dt.date:
    today = on or dt.datetime.now(dt.UTC).date()
    if born > today:
        raise HTTPException(422, "`born` must not be later than the date to tell the age for.")
    return today


def _months_later(born: dt.date, months: int) -> dt.date:
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(born.day, last_day))
