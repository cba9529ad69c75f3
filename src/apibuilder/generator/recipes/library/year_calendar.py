"""Leap years, months as calendars, days of the week and ISO weeks."""

import calendar
import datetime as dt
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Year = Annotated[int, Field(ge=1, le=9999, examples=[2024])]


class LeapYear(BaseModel):
    """Whether a year has a 29 February."""

    year: int
    leap: bool
    days: int = Field(description="365 or 366.")


class Month(BaseModel):
    """A month as a calendar on a wall."""

    year: int
    month: int
    name: str = Field(examples=["February"])
    days: int
    header: list[str] = Field(description="Days of the week, in the order of the columns.")
    weeks: list[list[int | None]] = Field(description="Rows of days; none outside of the month.")


class Day(BaseModel):
    """What there is to say about a date."""

    date: dt.date
    weekday: str
    weekend: bool = Field(description="Whether it is a Saturday or Sunday.")
    day_of_year: int
    days_left_in_year: int
    iso_year: int
    iso_week: int
    quarter: int
    leap_year: bool


app = FastAPI(
    title="Calendar and leap years",
    description="Leap years, months as calendars, days of the week and ISO weeks.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/leap/{year}", summary="Is it a leap year?")
def leap(year: Annotated[Year, Path()]) -> LeapYear:
    """Years that 4 divides, but of full centuries only those that 400 divides."""
    is_leap = calendar.isleap(year)
    return LeapYear(year=year, leap=is_leap, days=365 + is_leap)


@app.get("/leap-years", summary="List leap years")
def leap_years(
    start: Annotated[Year, Query(alias="from", description="Included.")],
    end: Annotated[Year, Query(alias="to", description="Included.", examples=[2040])],
) -> list[int]:
    """All in a range of years."""
    if end < start:
        raise HTTPException(422, "`to` must not be before `from`.")
    return [year for year in range(start, end + 1) if calendar.isleap(year)]


@app.get("/month/{year}/{month}", summary="Calendar of a month")
def month_calendar(
    year: Annotated[Year, Path()],
    month: Annotated[int, Path(ge=1, le=12, examples=[2])],
    first: Annotated[
        Literal["monday", "sunday"], Query(description="The first column.")
    ] = "monday",
) -> Month:
    """Its days in weeks."""
    grid = calendar.Calendar(0 if first == "monday" else 6)
    return Month(
        year=year,
        month=month,
        name=calendar.month_name[month],
        days=calendar.monthrange(year, month)[1],
        header=[calendar.day_name[day] for day in grid.iterweekdays()],
        weeks=[[day or None for day in week] for week in grid.monthdayscalendar(year, month)],
    )


@app.get("/day/{date}", summary="What day is it?")
def day(date: Annotated[dt.date, Path(examples=["2024-02-29"])]) -> Day:
    """Day of the week, ISO week, quarter, and its place in the year."""
    is_leap = calendar.isleap(date.year)
    iso_year, iso_week, _ = date.isocalendar()
    number = date.timetuple().tm_yday
    return Day(
        date=date,
        weekday=date.strftime("%A"),
        weekend=date.weekday() > 4,
        day_of_year=number,
        days_left_in_year=365 + is_leap - number,
        iso_year=iso_year,
        iso_week=iso_week,
        quarter=(date.month + 2) // 3,
        leap_year=is_leap,
    )
