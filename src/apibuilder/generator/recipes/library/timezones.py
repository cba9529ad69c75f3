"""Converts times between time zones, with daylight saving time as it is or was there.

Zones go by their names in the IANA database, such as Europe/Paris. A local time that came twice,
when clocks were set back, is taken as the first of the two.
"""

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, NaiveDatetime

ZONES = {name.lower(): name for name in available_timezones()}

# A clock on a wall has no zone.
EARLIEST = dt.datetime(1900, 1, 1)  # noqa: DTZ001
LATEST = dt.datetime(2200, 1, 1)  # noqa: DTZ001

LocalTime = Annotated[NaiveDatetime, Field(ge=EARLIEST, le=LATEST)]
ZoneName = Annotated[
    str,
    Query(max_length=60, description="Such as Europe/Paris or UTC.", examples=["Europe/Paris"]),
]


class ZoneTime(BaseModel):
    """A time in a zone."""

    zone: str
    time: dt.datetime
    utc_offset: str = Field(examples=["+02:00"])
    abbreviation: str = Field(examples=["CEST"])
    dst: bool = Field(description="Whether it is daylight saving time.")


class Conversion(BaseModel):
    """The same moment in two zones."""

    source: ZoneTime = Field(serialization_alias="from")
    target: ZoneTime = Field(serialization_alias="to")
    difference_hours: float = Field(description="How far the second zone is ahead.")


app = FastAPI(
    title="Time zone converter",
    description="Converts times between time zones, with daylight saving time.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/convert", summary="Convert a time to another zone")
def convert(
    time: Annotated[
        LocalTime,
        Query(
            description="Local time in the first zone, without an offset.",
            examples=["2024-07-01T12:00:00"],
        ),
    ],
    source: Annotated[ZoneName, Query(alias="from")],
    target: Annotated[ZoneName, Query(alias="to", examples=["America/New_York"])],
) -> Conversion:
    """The moment when clocks in the first zone show this time, in both zones."""
    moment = time.replace(tzinfo=_zone(source, "from"))
    # By way of UTC, so that a time that clocks skip becomes the one that they show instead.
    here = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)
    there = moment.astimezone(_zone(target, "to"))
    ahead = (there.utcoffset() or dt.timedelta()) - (here.utcoffset() or dt.timedelta())
    return Conversion(
        source=_zone_time(here),
        target=_zone_time(there),
        difference_hours=ahead.total_seconds() / 3600,
    )


@app.get("/now", summary="The time in a zone now")
def now(zone: ZoneName = "UTC") -> ZoneTime:
    """Local time, with its distance from UTC."""
    return _zone_time(dt.datetime.now(_zone(zone, "zone")).replace(microsecond=0))


@app.get("/zones", summary="List time zones")
def zones(
    search: Annotated[str, Query(max_length=60, description="Part of a name.")] = "",
) -> list[str]:
    """All names, or those with a text in them."""
    wanted = search.lower().replace(" ", "_")
    return sorted(name for lower, name in ZONES.items() if wanted in lower)


def _zone(name: str, parameter: str) -> ZoneInfo:
    known = ZONES.get(name.strip().lower().replace(" ", "_"))
    if known is None:
        raise HTTPException(
            422, f"`{parameter}` must be a zone such as Europe/Paris or UTC; /zones lists them."
        )
    return ZoneInfo(known)


def _zone_time(time: dt.datetime) -> ZoneTime:
    return ZoneTime(
        zone=str(time.tzinfo),
        time=time,
        utc_offset=time.isoformat()[-6:],
        abbreviation=time.tzname() or "",
        dst=bool(time.dst()),
    )
