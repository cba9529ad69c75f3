"""Rolls dice in the usual notation, such as `2d6+1`, and flips coins.

With a `seed` the same request gives the same result again; without one it is random.
"""

import random
import re
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

# In an address `+` means a space, so that a space means `+`.
NOTATION = re.compile(
    r"(?P<count>\d{0,3})[dD](?P<sides>\d{1,4}|%)(?:(?P<sign>[-+ ])(?P<plus>\d{1,4}))?"
)
EXPECTED = "1 to 100 dice of 2 to 1000 sides, and perhaps a number to add: d20, 2d6+1, 4d8-2"

Seed = Annotated[
    int | None, Query(ge=0, le=2**53, description="Makes the result the same each time.")
]


class Roll(BaseModel):
    """Dice on the table."""

    dice: str = Field(examples=["2d6+1"])
    rolls: list[int] = Field(description="What each of the dice shows.")
    modifier: int = Field(description="What is added to the sum.")
    total: int


class Flips(BaseModel):
    """Coins on the table."""

    flips: list[str]
    heads: int
    tails: int


app = FastAPI(
    title="Dice roller",
    description="Rolls dice in the usual notation, such as 2d6+1, and flips coins.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/roll", summary="Roll dice")
def roll(
    dice: Annotated[
        str, Query(max_length=20, description="Such as 2d6+1; d% has 100 sides.", examples=["2d6"])
    ] = "1d6",
    seed: Seed = None,
) -> Roll:
    """Every die, and the total with what is added to it."""
    found = NOTATION.fullmatch(dice.strip())
    if found is None:
        raise HTTPException(422, f"`dice` must be {EXPECTED}.")
    count = int(found["count"] or 1)
    sides = 100 if found["sides"] == "%" else int(found["sides"])
    if not (1 <= count <= 100 and 2 <= sides <= 1000):
        raise HTTPException(422, f"`dice` must be {EXPECTED}.")
    modifier = int(found["plus"] or 0) * (-1 if found["sign"] == "-" else 1)
    chance = _chance(seed)
    rolls = [chance.randint(1, sides) for _ in range(count)]
    notation = f"{count}d{sides}" + (f"{modifier:+}" if modifier else "")
    return Roll(dice=notation, rolls=rolls, modifier=modifier, total=sum(rolls) + modifier)


@app.get("/flip", summary="Flip coins")
def flip(
    count: Annotated[int, Query(ge=1, le=1000, description="How many coins.")] = 1,
    seed: Seed = None,
) -> Flips:
    """Heads or tails for each, and how many of each there are."""
    chance = _chance(seed)
    flips = [chance.choice(("heads", "tails")) for _ in range(count)]
    return Flips(flips=flips, heads=flips.count("heads"), tails=flips.count("tails"))


def _chance(seed: int | None) -> random.Random:
    return random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 (asked for)
