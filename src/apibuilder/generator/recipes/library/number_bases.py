"""Converts whole numbers between bases from 2 to 36, such as binary, octal, decimal and hex.

Numbers may have up to 1000 digits and a minus sign, and none of the prefixes 0x, 0o and 0b.
Everything is answered as text, so that long numbers stay exact.
"""

import string
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

DIGITS = string.digits + string.ascii_lowercase

Number = Annotated[
    str,
    Query(
        pattern="^-?[0-9A-Za-z]{1,1000}$",
        description="Digits, and for bases above 10 letters, in either case.",
        examples=["101"],
    ),
]
Base = Annotated[int, Field(ge=2, le=36)]
Source = Annotated[Base, Query(alias="from", description="Its base.", examples=[2])]


class Conversion(BaseModel):
    """A number in another base."""

    number: str
    source: int = Field(serialization_alias="from")
    target: int = Field(serialization_alias="to")
    result: str = Field(examples=["5"])


class UsualBases(BaseModel):
    """A number in the usual bases."""

    binary: str
    octal: str
    decimal: str
    hexadecimal: str


app = FastAPI(
    title="Number base converter",
    description="Converts whole numbers between bases: binary, octal, decimal, hex and others.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/convert", summary="Convert a number to another base")
def convert(
    number: Number,
    source: Source,
    target: Annotated[Base, Query(alias="to", description="The base wanted.", examples=[10])],
) -> Conversion:
    """101 in base 2 is 5 in base 10."""
    result = _written(_read(number, source), target)
    return Conversion(number=number.lower(), source=source, target=target, result=result)


@app.get("/usual", summary="Write a number in all usual bases")
def usual(number: Number, source: Source = 10) -> UsualBases:
    """Binary, octal, decimal and hexadecimal."""
    value = _read(number, source)
    return UsualBases(
        binary=f"{value:b}", octal=f"{value:o}", decimal=f"{value:d}", hexadecimal=f"{value:x}"
    )


def _read(number: str, base: int) -> int:
    allowed = DIGITS[:base]
    if not set(number.lower().removeprefix("-")) <= set(allowed):
        raise HTTPException(422, f"A number in base {base} has only these digits: {allowed}")
    return int(number, base)


def _written(value: int, base: int) -> str:
    rest, digits = abs(value), ""
    while rest:
        rest, digit = divmod(rest, base)
        digits = DIGITS[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")
