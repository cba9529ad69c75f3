"""Generates passwords and judges how strong passwords are.

Passwords come from the operating system's source of randomness. Those that are sent are neither
kept nor repeated in any answer.
"""

import math
import secrets
import string
from itertools import pairwise
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

SYMBOLS = "!#$%&()*+,-./:;<=>?@[]^_{|}~"
AMBIGUOUS = set("0Oo1lI|")
COMMON = """
    password passw0rd p@ssw0rd pass 123456 12345678 123456789 1234567890 qwerty qwertz azerty
    abc letmein welcome admin administrator root login monkey dragon master iloveyou sunshine
    princess football baseball shadow superman batman trustno hello freedom whatever secret test
    guest changeme default
"""
# The bits below which a password is called so.
VERDICTS = (
    (28, "very weak"),
    (40, "weak"),
    (60, "fair"),
    (80, "strong"),
    (math.inf, "very strong"),
)


class Recipe(BaseModel):
    """What passwords to make."""

    length: int = Field(16, ge=4, le=128)
    count: int = Field(1, ge=1, le=100, description="How many.")
    lowercase: bool = True
    uppercase: bool = True
    digits: bool = True
    symbols: bool = True
    avoid_ambiguous: bool = Field(False, description="Leave out 0, O, o, 1, l, I and |.")


class Passwords(BaseModel):
    """New passwords, with at least one character of each kind."""

    passwords: list[str]
    bits: float = Field(description="Entropy of each: every bit doubles the work of guessing.")


class Candidate(BaseModel):
    """A password to judge."""

    password: str = Field(min_length=1, max_length=500, examples=["correct horse battery"])


class Strength(BaseModel):
    """How hard a password is to guess."""

    score: int = Field(ge=0, le=4, description="0 very weak to 4 very strong.")
    verdict: str = Field(examples=["strong"])
    bits: float = Field(description="An estimate that counts runs and common words little.")
    length: int
    suggestions: list[str]


app = FastAPI(
    title="Password generator",
    description="Generates passwords and judges how strong passwords are.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/passwords", summary="Generate passwords")
def passwords(recipe: Annotated[Recipe, Query()]) -> Passwords:
    """Each has at least one character of every kind that is wanted."""
    kinds = _kinds(recipe)
    if not kinds:
        raise HTTPException(
            422, "At least one of lowercase, uppercase, digits and symbols must be true."
        )
    every = "".join(kinds)
    made = [_password(recipe.length, kinds, every) for _ in range(recipe.count)]
    return Passwords(passwords=made, bits=round(recipe.length * math.log2(len(every)), 1))


@app.post("/strength", summary="Judge a password")
def strength(candidate: Candidate) -> Strength:
    """A score, and what would make it stronger."""
    bits = _bits(candidate.password)
    score = next(number for number, (limit, _) in enumerate(VERDICTS) if bits < limit)
    return Strength(
        score=score,
        verdict=VERDICTS[score][1],
        bits=round(bits, 1),
        length=len(candidate.password),
        suggestions=_suggestions(candidate.password),
    )


def _kinds(recipe: Recipe) -> list[str]:
    wanted = {
        string.ascii_lowercase: recipe.lowercase,
        string.ascii_uppercase: recipe.uppercase,
        string.digits: recipe.digits,
        SYMBOLS: recipe.symbols,
    }
    left_out = AMBIGUOUS if recipe.avoid_ambiguous else set[str]()
    return [
        "".join(one for one in kind if one not in left_out)
        for kind, is_in in wanted.items()
        if is_in
    ]


def _password(length: int, kinds: list[str], every: str) -> str:
    """Drawn until all kinds are in, so that every such password is equally likely."""
    while True:
        password = "".join(secrets.choice(every) for _ in range(length))
        if all(set(password) & set(kind) for kind in kinds):
            return password


def _bits(password: str) -> float:
    """What the characters allow, without those that only repeat or continue the one before."""
    if _is_common(password):
        return 8.0
    steps = (ord(b) - ord(a) for a, b in pairwise(password))
    surprising = 1 + sum(abs(step) > 1 for step in steps)
    return surprising * math.log2(_pool(password))


def _pool(password: str) -> int:
    kinds = (str.islower, 26), (str.isupper, 26), (str.isdigit, 10)
    pool = sum(size for is_kind, size in kinds if any(map(is_kind, password)))
    return pool + (32 if not password.isalnum() else 0) or 100  # other alphabets


def _is_common(password: str) -> bool:
    plain = password.lower()
    return not {plain, plain.rstrip(string.digits + SYMBOLS)}.isdisjoint(COMMON.split())


def _suggestions(password: str) -> list[str]:
    advice = {
        "Use at least 12 characters.": len(password) < 12,
        "Avoid common words and passwords.": _is_common(password),
        "Mix upper and lower case.": password in {password.lower(), password.upper()},
        "Add digits.": not any(map(str.isdigit, password)),
        "Add symbols or spaces.": password.isalnum(),
        "Avoid repeated characters.": len(set(password)) * 2 < len(password),
    }
    return [text for text, applies in advice.items() if applies]
