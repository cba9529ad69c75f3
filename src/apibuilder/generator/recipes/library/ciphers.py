"""Classic ciphers: Caesar, ROT13, Atbash and Vigenere. For puzzles: none of them protects anything.

Only the letters A to Z are changed, each within its case.
"""

import string
from itertools import cycle
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
ATBASH = str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])

Words = Annotated[str, Field(max_length=20_000)]


class Text(BaseModel):
    """What to change."""

    text: Words = Field(examples=["Hello, World!"])


class CaesarText(Text):
    """What to shift, and how far."""

    shift: int = Field(3, ge=-1000, le=1000, description="Places in the alphabet.")
    decrypt: bool = Field(False, description="Whether to shift back.")


class VigenereText(Text):
    """What to shift by the letters of a key: A by 0, B by 1 and so on."""

    key: str = Field(pattern="^[A-Za-z]{1,100}$", description="Letters only.", examples=["LEMON"])
    decrypt: bool = Field(False, description="Whether to shift back.")


class Result(BaseModel):
    """The changed text."""

    result: str


class Attempt(BaseModel):
    """What a text would be if it was shifted this far."""

    shift: int
    text: str


app = FastAPI(
    title="Caesar cipher",
    description="Classic ciphers: Caesar, ROT13, Atbash and Vigenere.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/caesar", summary="Caesar cipher")
def caesar(given: CaesarText) -> Result:
    """Every letter is shifted by the same number of places."""
    return Result(result=_shifted(given.text, -given.shift if given.decrypt else given.shift))


@app.post("/rot13", summary="ROT13")
def rot13(given: Text) -> Result:
    """A shift by 13: doing it twice gives the text back."""
    return Result(result=_shifted(given.text, 13))


@app.post("/atbash", summary="Atbash")
def atbash(given: Text) -> Result:
    """A becomes Z, B becomes Y and so on; doing it twice gives the text back."""
    return Result(result=given.text.translate(ATBASH))


@app.post("/vigenere", summary="Vigenere cipher")
def vigenere(given: VigenereText) -> Result:
    """Each letter is shifted by the next letter of the key."""
    sign = -1 if given.decrypt else 1
    shifts = cycle(sign * LOWER.index(letter) for letter in given.key.lower())
    result = "".join(
        _shifted(one, next(shifts)) if one in string.ascii_letters else one for one in given.text
    )
    return Result(result=result)


@app.post("/break", summary="Break a Caesar cipher")
def break_caesar(given: Text) -> list[Attempt]:
    """The text, shifted back by each of the 25 shifts: one of them reads well."""
    return [Attempt(shift=shift, text=_shifted(given.text, -shift)) for shift in range(1, 26)]


def _shifted(text: str, shift: int) -> str:
    by = shift % 26
    moved = LOWER[by:] + LOWER[:by] + UPPER[by:] + UPPER[:by]
    return text.translate(str.maketrans(LOWER + UPPER, moved))
