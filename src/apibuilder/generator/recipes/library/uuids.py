"""Generates UUIDs: random ones, ones that sort by time, and ones made of names. Reads them too."""

import datetime as dt
import secrets
import time
import uuid
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


class Uuids(BaseModel):
    """New UUIDs."""

    uuids: list[uuid.UUID]


class Name(BaseModel):
    """What to make a UUID of."""

    namespace: Literal["dns", "url", "oid", "x500"] = Field(examples=["dns"])
    name: str = Field(min_length=1, max_length=2000, examples=["python.org"])


class NamedUuid(BaseModel):
    """A UUID that is the same each time for the same name."""

    uuid: uuid.UUID


class Facts(BaseModel):
    """What a UUID tells."""

    uuid: uuid.UUID
    version: int | None = Field(description="None if it is not of the usual variant.")
    variant: str
    hex: str = Field(description="Without hyphens.")
    integer: str
    time: dt.datetime | None = Field(description="When it was made, for versions 1 and 7.")


app = FastAPI(
    title="UUID generator",
    description="Generates UUIDs, makes them of names, and reads them.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/uuids", summary="Generate UUIDs")
def generate(
    version: Annotated[
        Literal["4", "7"], Query(description="4 is random, 7 sorts by the time it was made.")
    ] = "4",
    count: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 1,
) -> Uuids:
    """No two of them are ever the same."""
    make = uuid.uuid4 if version == "4" else _uuid7
    return Uuids(uuids=[make() for _ in range(count)])


@app.post("/named", summary="Make a UUID of a name")
def named(name: Name) -> NamedUuid:
    """Version 5: the same name in the same namespace always gives the same UUID."""
    return NamedUuid(uuid=uuid.uuid5(NAMESPACES[name.namespace], name.name))


@app.get("/read/{text}", summary="Read a UUID")
def read(
    text: Annotated[
        str,
        Path(
            max_length=50,
            description="With or without hyphens.",
            examples=["886313e1-3b8a-5372-9b90-0c9aee199e5d"],
        ),
    ],
) -> Facts:
    """Its version and variant, and when it was made if it tells."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        raise HTTPException(
            422, "A UUID has 32 digits from 0 to f, perhaps with hyphens."
        ) from None
    return Facts(
        uuid=value,
        version=value.version,
        variant=value.variant,
        hex=value.hex,
        integer=str(value.int),
        time=_time(value),
    )


def _uuid7() -> uuid.UUID:
    """RFC 9562: 48 bits of milliseconds, then random bits around version and variant."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def _time(value: uuid.UUID) -> dt.datetime | None:
    if value.version == 7:
        start, microseconds = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), (value.int >> 80) * 1000
    elif value.version == 1:
        start, microseconds = dt.datetime(1582, 10, 15, tzinfo=dt.UTC), value.time // 10
    else:
        return None
    try:
        return start + dt.timedelta(microseconds=microseconds)
    except OverflowError:
        return None  # after the year 9999: some other bits than a time
