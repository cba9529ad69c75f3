"""Converts between Unix timestamps and dates.

A Unix timestamp counts seconds since 1970-01-01 00:00 UTC. Dates without an offset are UTC.
"""

import datetime as dt
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ONE_MILLISECOND = dt.timedelta(milliseconds=1)


class Moment(BaseModel):
    """One moment in all ways to write it."""

    seconds: int = Field(description="Unix timestamp; parts of a second are left out.")
    milliseconds: int
    iso: str = Field(description="ISO 8601 in UTC.", examples=["2024-01-01T00:00:00Z"])
    date: dt.date
    weekday: str = Field(examples=["Monday"])
    http: str = Field(description="As in HTTP headers.")


app = FastAPI(
    title="Unix timestamp converter",
    description="Converts between Unix timestamps and dates.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/to-date", summary="Date of a timestamp")
def to_date(
    timestamp: Annotated[
        int, Query(ge=-(10**14), le=10**15, description="A number.", examples=[1704067200])
    ],
    unit: Annotated[
        Literal["seconds", "milliseconds"], Query(description="What it counts.")
    ] = "seconds",
) -> Moment:
    """Negative ones are before 1970."""
    milliseconds = timestamp * 1000 if unit == "seconds" else timestamp
    try:
        return _moment(EPOCH + milliseconds * ONE_MILLISECOND)
    except OverflowError:
        raise HTTPException(
            422, "The date must be in the years 1 to 9999. Is the unit right?"
        ) from None


@app.get("/to-timestamp", summary="Timestamp of a date")
def to_timestamp(
    date: Annotated[
        dt.datetime,
        Query(
            description="ISO 8601, with or without a time and an offset.",
            examples=["2024-01-01T00:00:00Z"],
        ),
    ],
) -> Moment:
    """An offset such as +02:00 is taken into account; in an address, + must be written as %2B."""
    try:
        return _moment(date.replace(tzinfo=date.tzinfo or dt.UTC).astimezone(dt.UTC))
    except OverflowError:
        raise HTTPException(422, "The date must be in the years 1 to 9999 in UTC.") from None


@app.get("/now", summary="The current timestamp")
def now() -> Moment:
    """By the server's clock."""
    return _moment(dt.datetime.now(dt.UTC))


def _moment(moment: dt.datetime) -> Moment:
    milliseconds = (moment - EPOCH) // ONE_MILLISECOND
    return Moment(
        seconds=milliseconds // 1000,
        milliseconds=milliseconds,
        iso=moment.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        date=moment.date(),
        weekday=moment.strftime("%A"),
        http=f"{moment:%a, %d %b} {moment.year:04} {moment:%H:%M:%S} GMT",
    )
