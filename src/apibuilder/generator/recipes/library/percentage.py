"""Answers the usual questions about percentages.

Results have up to ten decimal places; whatever is beyond them is rounded, half up.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainSerializer

PLACES = Decimal("1e-10")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)  # digits enough for any values that are allowed

Value = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=6)]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Percent = Annotated[Value, Query(description="In percent.", examples=[15])]


class Result(BaseModel):
    """An answer in numbers and in words."""

    result: Number
    text: str = Field(examples=["15% of 200 is 30"])


app = FastAPI(
    title="Percentage calculator",
    description="Answers the usual questions about percentages.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/of", summary="What is X percent of Y?")
def percent_of(
    percent: Percent, value: Annotated[Value, Query(description="Of this.", examples=[200])]
) -> Result:
    """15 percent of 200 is 30."""
    result = _rounded(value * percent / 100)
    return Result(result=result, text=f"{percent:f}% of {value:f} is {result:f}")


@app.get("/ratio", summary="What percentage is X of Y?")
def ratio_in_percent(
    part: Annotated[Value, Query(description="The part.", examples=[30])],
    whole: Annotated[Value, Query(description="The whole; not 0.", examples=[200])],
) -> Result:
    """30 is 15 percent of 200."""
    result = _divided(part * 100, whole, "whole")
    return Result(result=result, text=f"{part:f} is {result:f}% of {whole:f}")


@app.get("/change", summary="By how many percent did a value change?")
def change_in_percent(
    before: Annotated[Value, Query(description="The old value; not 0.", examples=[80])],
    after: Annotated[Value, Query(description="The new value.", examples=[100])],
) -> Result:
    """From 80 to 100 is an increase of 25 percent; a decrease is negative."""
    result = _divided((after - before) * 100, abs(before), "before")
    return Result(result=result, text=f"from {before:f} to {after:f} is {result:+f}%")


@app.get("/add", summary="Increase a value by X percent")
def add_percent(
    value: Annotated[Value, Query(description="What to change.", examples=[200])],
    percent: Percent,
) -> Result:
    """200 and 15 percent more are 230; a negative percentage decreases."""
    result = _rounded(value + value * percent / 100)
    return Result(result=result, text=f"{value:f} {percent:+f}% is {result:f}")


@app.get("/whole", summary="X is Y percent of what?")
def whole_of_part(
    part: Annotated[Value, Query(description="The part.", examples=[30])],
    percent: Annotated[Value, Query(description="In percent; not 0.", examples=[15])],
) -> Result:
    """30 is 15 percent of 200."""
    result = _divided(part * 100, percent, "percent")
    return Result(result=result, text=f"{part:f} is {percent:f}% of {result:f}")


def _divided(value: Decimal, by: Decimal, name: str) -> Decimal:
    if not by:
        raise HTTPException(422, f"`{name}` must not be 0.")
    return _rounded(EXACT.divide(value, by))


def _rounded(value: Decimal) -> Decimal:
    """Without trailing zeros."""
    rounded = value.quantize(PLACES, context=EXACT).normalize(EXACT)
    return rounded + 0  # no negative zero
