"""Checks whether numbers are prime, factorises them, and lists primes."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

LARGEST = 10**12  # needs at most a million divisions
LARGEST_LISTED = 1_000_000
MOST_LISTED = 10_000

Number = Annotated[int, Path(ge=1, le=LARGEST, description="1 to a trillion.", examples=[97])]


class PrimeCheck(BaseModel):
    """Whether a number is prime."""

    number: int
    prime: bool
    smallest_divisor: int | None = Field(description="Above 1; none for primes and for 1.")


class Factor(BaseModel):
    """A prime that divides a number, and how often."""

    prime: int
    exponent: int


class Factorisation(BaseModel):
    """A number as a product of primes."""

    number: int
    factors: list[Factor] = Field(description="The smallest first; none for 1.")
    text: str = Field(examples=["2^3 * 3^2 * 5"])


class Primes(BaseModel):
    """Primes in a range."""

    count: int
    primes: list[int]


class NextPrime(BaseModel):
    """The first prime above a number."""

    number: int
    next_prime: int


app = FastAPI(
    title="Prime numbers",
    description="Checks whether numbers are prime, factorises them, and lists primes.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/check/{number}", summary="Is it prime?")
def check(number: Number) -> PrimeCheck:
    """1 is no prime; 2 is the smallest."""
    smallest = next(_prime_factors(number), number)
    prime = number > 1 and smallest == number
    divisor = None if prime or number == 1 else smallest
    return PrimeCheck(number=number, prime=prime, smallest_divisor=divisor)


@app.get("/factors/{number}", summary="Factorise a number")
def factors(number: Number) -> Factorisation:
    """360 is 2^3 * 3^2 * 5."""
    exponents: dict[int, int] = {}
    for prime in _prime_factors(number):
        exponents[prime] = exponents.get(prime, 0) + 1
    parts = [f"{p}^{e}" if e > 1 else str(p) for p, e in exponents.items()]
    return Factorisation(
        number=number,
        factors=[Factor(prime=p, exponent=e) for p, e in exponents.items()],
        text=" * ".join(parts) or "1",
    )


@app.get("/primes", summary="List primes in a range")
def primes(
    low: Annotated[int, Query(alias="from", ge=0, le=LARGEST_LISTED)] = 2,
    high: Annotated[
        int, Query(alias="to", ge=0, le=LARGEST_LISTED, description="Included.", examples=[100])
    ] = 100,
) -> Primes:
    """At most 10,000 of them; ask for several ranges to get more."""
    found = [number for number in _sieve(high) if number >= low]
    if len(found) > MOST_LISTED:
        raise HTTPException(
            422, f"There are {len(found)} primes in this range; at most {MOST_LISTED} are listed."
        )
    return Primes(count=len(found), primes=found)


@app.get("/next/{number}", summary="The next prime")
def next_prime(number: Number) -> NextPrime:
    """The smallest prime that is larger."""
    candidate = number + 1
    while next(_prime_factors(candidate)) != candidate:
        candidate += 1
    return NextPrime(number=number, next_prime=candidate)


def _prime_factors(number: int) -> Iterator[int]:
    """The smallest first, by trial division with 2 and the odd numbers."""
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            yield divisor
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        yield number


def _sieve(highest: int) -> list[int]:
    """All primes up to a number, by the sieve of Eratosthenes."""
    prime = bytearray([1]) * (highest + 1)
    prime[:2] = bytes(min(highest + 1, 2))
    for number in range(2, int(highest**0.5) + 1):
        if prime[number]:
            prime[number * number :: number] = bytes(
                len(range(number * number, highest + 1, number))
            )
    return [number for number, is_prime in enumerate(prime) if is_prime]
