"""Translates between text and Morse code.

Letters are separated by a space and words by a slash: `.... .. / -- --- --`.
"""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

TABLE = r"""
    A .-  B -...  C -.-.  D -..  E .  F ..-.  G --.  H ....  I ..  J .---  K -.-  L .-..  M --
    N -.  O ---  P .--.  Q --.-  R .-.  S ...  T -  U ..-  V ...-  W .--  X -..-  Y -.--
    Z --..  0 -----  1 .----  2 ..---  3 ...--  4 ....-  5 .....  6 -....  7 --...  8 ---..
    9 ----.  . .-.-.-  , --..--  ? ..--..  ' .----.  ! -.-.--  / -..-.  ( -.--.  ) -.--.-
    & .-...  : ---...  ; -.-.-.  = -...-  + .-.-.  - -....-  _ ..--.-  " .-..-.  $ ...-..-
    @ .--.-.
"""
SYMBOLS = TABLE.split()
CODES: dict[str, str] = dict(zip(SYMBOLS[::2], SYMBOLS[1::2], strict=True))
LETTERS = {code: letter for letter, code in CODES.items()}
ALIKE = str.maketrans(
    {"\u00b7": ".", "\u2022": ".", "\u2013": "-", "\u2014": "-", "_": "-", "|": "/"}
)

Words = Annotated[str, Field(min_length=1, max_length=10_000)]


class Text(BaseModel):
    """What to write in Morse code."""

    text: Words = Field(examples=["SOS"])


class Morse(BaseModel):
    """Morse code to read."""

    morse: Words = Field(examples=["... --- ..."])


class MorseResult(BaseModel):
    """A text in Morse code."""

    morse: str = Field(examples=["... --- ..."])


class TextResult(BaseModel):
    """What Morse code says, in capitals."""

    text: str = Field(examples=["SOS"])


app = FastAPI(
    title="Morse code translator",
    description="Translates between text and Morse code.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/encode", summary="Text to Morse code")
def encode(given: Text) -> MorseResult:
    """For letters A to Z, digits and punctuation."""
    words = given.text.upper().split()
    unknown = sorted(set("".join(words)) - CODES.keys())
    if unknown or not words:
        raise HTTPException(
            422, f"`text` may have letters A to Z, digits, spaces and {_punctuation()}"
        )
    return MorseResult(
        morse=" / ".join(" ".join(CODES[letter] for letter in word) for word in words)
    )


@app.post("/decode", summary="Morse code to text")
def decode(given: Morse) -> TextResult:
    """Dots and dashes, a space between letters and a slash between words."""
    words = [word.split() for word in given.morse.translate(ALIKE).split("/")]
    codes = [code for word in words for code in word]
    if not codes or any(code not in LETTERS for code in codes):
        raise HTTPException(
            422,
            "`morse` must have letters of dots and dashes with a space between them, "
            "such as ... --- ..., and / between words.",
        )
    return TextResult(
        text=" ".join("".join(map(LETTERS.__getitem__, word)) for word in words if word)
    )


@app.get("/alphabet", summary="The Morse alphabet")
def alphabet() -> dict[str, str]:
    """Every character that there is a code for."""
    return CODES


def _punctuation() -> str:
    return " ".join(letter for letter in CODES if not letter.isalnum())
