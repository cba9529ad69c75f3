"""Barcodes: draws EAN-13 and Code 128 as SVG, and works out check digits.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import html
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

QUIET = 11  # light modules left and right
# EAN-13: seven modules a digit; the first digit is told by which table each digit on the left uses.
LEFT_ODD = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
RIGHT = [code.translate(str.maketrans("01", "10")) for code in LEFT_ODD]
LEFT_EVEN = [code[::-1] for code in RIGHT]
PARITY = [
    "OOOOOO",
    "OOEOEE",
    "OOEEOE",
    "OOEEEO",
    "OEOOEE",
    "OEEOOE",
    "OEEEOO",
    "OEOEOE",
    "OEOEEO",
    "OEEOEO",
]
# Code 128: widths of bars and spaces by value; 104 starts set B, 106 is the end.
_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132
122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212
322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311
112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321
331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113
411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
WIDTHS = _WIDTHS.split()
START_B, STOP = 104, 106

# --- what goes in and out -----------------------------------------------------

Scale = Annotated[int, Query(ge=1, le=10, description="Pixels a module.")]
Height = Annotated[int, Query(ge=20, le=500, description="Pixels of the bars.")]
Ean = Annotated[
    str,
    Query(
        pattern="^[0-9]{12,13}$",
        description="12 digits, or 13 with the check digit.",
        examples=["590123412345"],
    ),
]
Printable = Annotated[
    str,
    Query(
        min_length=1,
        max_length=80,
        pattern="^[ -~]+$",
        description="Printable ASCII characters.",
        examples=["Hello-123"],
    ),
]
SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}}}


class Checked(BaseModel):
    """A number of EAN-13 with its check digit."""

    ean: str = Field(examples=["5901234123457"])
    check_digit: int


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="Barcodes",
    description="Draws EAN-13 and Code 128 as SVG, and works out check digits.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/ean13.svg", response_class=Response, responses=SVG, summary="EAN-13 barcode")
def ean13(code: Ean, scale: Scale = 2, height: Height = 80) -> Response:
    """The code of products in shops. A wrong check digit is refused."""
    number = complete(code)
    first, left, right = int(number[0]), number[1:7], number[7:]
    sets = [LEFT_ODD if parity == "O" else LEFT_EVEN for parity in PARITY[first]]
    digits = [table[int(digit)] for table, digit in zip(sets, left, strict=True)]
    ending = [RIGHT[int(digit)] for digit in right]
    return drawn("".join(["101", *digits, "01010", *ending, "101"]), number, scale, height)


@app.get("/code128.svg", response_class=Response, responses=SVG, summary="Code 128 barcode")
def code128(text: Printable, scale: Scale = 2, height: Height = 80) -> Response:
    """For any text in ASCII, such as a number of an order or a shelf."""
    values = [START_B, *(ord(letter) - 32 for letter in text)]
    check = (START_B + sum(place * value for place, value in enumerate(values))) % 103
    modules = "".join(modules_of(WIDTHS[value]) for value in (*values, check, STOP))
    return drawn(modules, text, scale, height)


@app.get("/check-digit", summary="Work out a check digit")
def check_digit(code: Ean) -> Checked:
    """Of 12 digits; of 13 it is checked."""
    number = complete(code)
    return Checked(ean=number, check_digit=int(number[-1]))


# --- bars --------------------------------------------------------------------------


def complete(code: str) -> str:
    """With its check digit. Raises 422 if there is one, but a wrong one."""
    odd, even = sum(map(int, code[0:12:2])), sum(map(int, code[1:12:2]))
    digit = str(-(odd + 3 * even) % 10)
    if len(code) == 13 and code[-1] != digit:
        raise HTTPException(422, f"The check digit of {code[:12]} is {digit}.")
    return code[:12] + digit


def modules_of(widths: str) -> str:
    """Bars and spaces by turns, a bar first."""
    return "".join("10"[place % 2] * int(width) for place, width in enumerate(widths))


def drawn(modules: str, text: str, scale: int, height: int) -> Response:
    """The bars, with their text below."""
    bars = "".join(
        f"M{QUIET + place} 0h1v{height}h-1z" for place, one in enumerate(modules) if one == "1"
    )
    units = len(modules) + 2 * QUIET
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{units * scale}" height="{height + 24}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<path transform="scale({scale} 1)" shape-rendering="crispEdges" d="{bars}"/>'
        f'<text x="50%" y="{height + 18}" font-family="monospace" font-size="16"'
        f' text-anchor="middle">{html.escape(text)}</text></svg>'
    )
    return Response(svg, media_type="image/svg+xml")
