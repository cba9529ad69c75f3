"""Converts between Roman numerals and whole numbers from 1 to 3999."""

import re
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

VALUES = {
    "M": 1000,
    "CM": 900,
    "D": 500,
    "CD": 400,
    "C": 100,
    "XC": 90,
    "L": 50,
    "XL": 40,
    "X": 10,
    "IX": 9,
    "V": 5,
    "IV": 4,
    "I": 1,
}
NUMERAL = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")


class RomanNumber(BaseModel):
    """A number in both ways."""

    number: int = Field(examples=[2024])
    roman: str = Field(examples=["MMXXIV"])


class Check(BaseModel):
    """Whether a text is a Roman numeral."""

    valid: bool


app = FastAPI(
    title="Roman numeral converter",
    description="Converts between Roman numerals and whole numbers from 1 to 3999.",
    version="1.0.0",
)

Numeral = Annotated[
    str, Path(max_length=30, description="A Roman numeral in either case.", examples=["MMXXIV"])
]


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/to-roman/{number}", summary="Write a number as a Roman numeral")
def to_roman(
    number: Annotated[int, Path(ge=1, le=3999, description="1 to 3999.", examples=[2024])],
) -> RomanNumber:
    """2024 is MMXXIV."""
    return RomanNumber(number=number, roman=_roman(number))


@app.get("/from-roman/{numeral}", summary="Read a Roman numeral")
def from_roman(numeral: Numeral) -> RomanNumber:
    """MMXXIV is 2024. Only the standard form is read: IV for 4, and not IIII."""
    if not _is_numeral(numeral):
        raise HTTPException(
            422,
            "`numeral` must be a Roman numeral of the letters I, V, X, L, C, D and M in standard "
            "form, from I to MMMCMXCIX.",
        )
    return RomanNumber(number=_number(numeral.upper()), roman=numeral.upper())


@app.get("/check/{numeral}", summary="Check a Roman numeral")
def check(numeral: Numeral) -> Check:
    """Whether it is one in standard form."""
    return Check(valid=_is_numeral(numeral))


def _is_numeral(text: str) -> bool:
    return bool(text) and text.isascii() and NUMERAL.fullmatch(text.upper()) is not None


def _roman(number: int) -> str:
    numeral = ""
    for letters, value in VALUES.items():
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


def _number(numeral: str) -> int:
    total = 0
    for letters, value in VALUES.items():
        while numeral.startswith(letters):
            total += value
            numeral = numeral.removeprefix(letters)
    return total
