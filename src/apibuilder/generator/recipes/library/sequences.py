"""Fibonacci numbers, factorials and other integer sequences, exact at any size.

Numbers above 2^53 lose digits in programs that read JSON numbers as floats, as JavaScript does;
`text` has all digits there too.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

LARGEST = 1000
MOST_STEPS = 10_000

Index = Annotated[int, Path(ge=0, le=LARGEST, description="0 to 1000.", examples=[10])]


class Number(BaseModel):
    """One number of a sequence."""

    n: int
    value: int
    text: str = Field(description="The value with all of its digits.")
    digits: int = Field(description="How many there are.")


class Sequence(BaseModel):
    """The beginning of a sequence."""

    count: int
    values: list[int]


class Choices(BaseModel):
    """How many ways there are to choose k of n things."""

    n: int
    k: int
    combinations: str = Field(description="In any order.")
    permutations: str = Field(description="In a certain order.")


app = FastAPI(
    title="Fibonacci and factorial calculator",
    description="Fibonacci numbers, factorials and other integer sequences, exact at any size.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/fibonacci/{n}", summary="The n-th Fibonacci number")
def fibonacci(n: Index) -> Number:
    """F(0) is 0, F(1) is 1, and each further one is the sum of the two before it."""
    return _number(n, next(islice(_fibonacci(), n, None)))


@app.get("/fibonacci", summary="The first Fibonacci numbers")
def fibonacci_sequence(
    count: Annotated[int, Query(ge=1, le=LARGEST, description="How many.", examples=[10])] = 10,
) -> Sequence:
    """0, 1, 1, 2, 3, 5 and so on."""
    return Sequence(count=count, values=list(islice(_fibonacci(), count)))


@app.get("/factorial/{n}", summary="The factorial of a number")
def factorial(n: Index) -> Number:
    """The product of all whole numbers from 1 to n; 1 for 0."""
    return _number(n, math.factorial(n))


@app.get("/collatz/{n}", summary="The Collatz sequence of a number")
def collatz(n: Annotated[int, Path(ge=1, le=10**15, examples=[6])]) -> Sequence:
    """Halve what is even, triple and add one to what is odd, until it is 1."""
    values = [n]
    while values[-1] != 1:
        last = values[-1]
        values.append(last * 3 + 1 if last % 2 else last // 2)
        if len(values) > MOST_STEPS:
            raise HTTPException(422, f"This sequence has more than {MOST_STEPS} steps.")
    return Sequence(count=len(values), values=values)


@app.get("/choose", summary="Combinations and permutations")
def choose(
    n: Annotated[int, Query(ge=0, le=LARGEST, description="How many things.", examples=[5])],
    k: Annotated[int, Query(ge=0, le=LARGEST, description="How many of them.", examples=[2])],
) -> Choices:
    """How many ways there are to choose k of n things; 0 if k is larger than n."""
    return Choices(n=n, k=k, combinations=str(math.comb(n, k)), permutations=str(math.perm(n, k)))


def _fibonacci() -> Iterator[int]:
    first, second = 0, 1
    while True:
        yield first
        first, second = second, first + second


def _number(n: int, value: int) -> Number:
    text = str(value)
    return Number(n=n, value=value, text=text, digits=len(text))
