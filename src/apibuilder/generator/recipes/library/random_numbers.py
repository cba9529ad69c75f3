"""Draws random numbers, and picks from or shuffles lists.

With a `seed` the same request gives the same result again; without one the operating system's
source of randomness is used.
"""

import random
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

FURTHEST = 10**15

SEED = Field(ge=0, le=2**53, description="Makes the result the same each time.")
Whole = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
Real = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Count = Annotated[int, Query(ge=1, le=1000, description="How many numbers.")]
Seed = Annotated[int | None, SEED]
Item = Annotated[str, Field(max_length=200)]


class Integers(BaseModel):
    """Whole numbers."""

    numbers: list[int]


class Decimals(BaseModel):
    """Numbers with a fraction."""

    numbers: list[float]


class Draw(BaseModel):
    """What to pick from."""

    items: list[Item] = Field(min_length=1, max_length=1000, examples=[["red", "green", "blue"]])
    count: int = Field(1, ge=1, le=1000, description="How many to pick, each at most once.")
    seed: Seed = None


class Deck(BaseModel):
    """What to shuffle."""

    items: list[Item] = Field(min_length=1, max_length=1000, examples=[["red", "green", "blue"]])
    seed: Seed = None


class Items(BaseModel):
    """What came of it."""

    items: list[str]


app = FastAPI(
    title="Random number generator",
    description="Draws random numbers, and picks from or shuffles lists.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/integers", summary="Random whole numbers")
def integers(
    low: Annotated[Whole, Query(alias="min", description="The smallest possible.")] = 1,
    high: Annotated[Whole, Query(alias="max", description="The largest possible.")] = 100,
    count: Count = 1,
    unique: Annotated[bool, Query(description="Whether all must differ.")] = False,
    seed: Seed = None,
) -> Integers:
    """Between `min` and `max`, both of which may come up."""
    _check_order(low, high)
    chance, size = _chance(seed), high - low + 1
    if not unique:
        return Integers(numbers=[chance.randint(low, high) for _ in range(count)])
    if count > size:
        raise HTTPException(422, f"There are only {size} different numbers from `min` to `max`.")
    return Integers(numbers=chance.sample(range(low, high + 1), count))


@app.get("/decimals", summary="Random numbers with a fraction")
def decimals(
    low: Annotated[Real, Query(alias="min", description="The smallest possible.")] = 0,
    high: Annotated[Real, Query(alias="max", description="The largest possible.")] = 1,
    places: Annotated[int, Query(ge=1, le=15, description="Decimal places.")] = 6,
    count: Count = 1,
    seed: Seed = None,
) -> Decimals:
    """Between `min` and `max`, rounded to a number of places."""
    _check_order(low, high)
    chance = _chance(seed)
    return Decimals(numbers=[round(chance.uniform(low, high), places) for _ in range(count)])


@app.post("/pick", summary="Pick from a list")
def pick(draw: Draw) -> Items:
    """Some of the items, each at most once, such as the winners of a raffle."""
    if draw.count > len(draw.items):
        raise HTTPException(422, f"`count` must be at most {len(draw.items)}, one for each item.")
    return Items(items=_chance(draw.seed).sample(draw.items, draw.count))


@app.post("/shuffle", summary="Shuffle a list")
def shuffle(deck: Deck) -> Items:
    """All of the items in random order."""
    return Items(items=_chance(deck.seed).sample(deck.items, len(deck.items)))


def _check_order(low: float, high: float) -> None:
    if low > high:
        raise HTTPException(422, "`min` must not be larger than `max`.")


def _chance(seed: int | None) -> random.Random:
    return random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 (asked for)
