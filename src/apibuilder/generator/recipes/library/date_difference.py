"""Counts the time between two dates, and adds time to dates.

A month later is the same day of the next month, or the last one where that is too short: a month
after 31 January is 28 or 29 February.
"""

import calendar
import datetime as dt
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Day = Annotated[dt.date, Query(description="As YYYY-MM-DD.", examples=["2024-01-31"])]
Amount = Annotated[int, Query(ge=-120_000, le=120_000, description="Negative to go back.")]


class Difference(BaseModel):
    """The time between two dates. All numbers are negative if the end is before the start."""

    days: int = Field(description="All of it in days.")
    weeks: float = Field(description="All of it in weeks.")
    years: int = Field(description="Whole years; `remaining_months` and `_days` come on top.")
    remaining_months: int
    remaining_days: int
    text: str = Field(examples=["1 year, 2 months, 3 days"])


class Moved(BaseModel):
    """A date, and the day of the week that it is."""

    date: dt.date
    weekday: str


app = FastAPI(
    title="Date calculator",
    description="Counts the time between two dates, and adds time to dates.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/difference", summary="Time between two dates")
def difference(start: Day, end: Day) -> Difference:
    """In days, in weeks, and in years, months and days. The first day does not count."""
    sign = -1 if end < start else 1
    early, late = sorted((start, end))
    months = (late.year - early.year) * 12 + late.month - early.month
    if _months_later(early, months) > late:
        months -= 1
    rest = (late - _months_later(early, months)).days
    years, months = divmod(months, 12)
    days = (end - start).days
    return Difference(
        days=days,
        weeks=round(days / 7, 4),
        years=sign * years,
        remaining_months=sign * months,
        remaining_days=sign * rest,
        text=f"{_counted(years, 'year')}, {_counted(months, 'month')}, {_counted(rest, 'day')}",
    )


@app.get("/add", summary="Add time to a date")
def add(
    date: Day, years: Amount = 0, months: Amount = 0, weeks: Amount = 0, days: Amount = 0
) -> Moved:
    """Years and months first, then weeks and days; negative numbers subtract."""
    try:
        moved = _months_later(date, years * 12 + months) + dt.timedelta(weeks=weeks, days=days)
    except (ValueError, OverflowError):
        raise HTTPException(422, "The result must be in the years 1 to 9999.") from None
    return Moved(date=moved, weekday=moved.strftime("%A"))


def _months_later(date: dt.date, months: int) -> dt.date:
    """Raises ValueError beyond the years 1 to 9999."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ValueError(year)
    last_day = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(date.day, last_day))


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
