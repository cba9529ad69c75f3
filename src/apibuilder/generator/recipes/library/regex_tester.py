"""Tries regular expressions (Python's) on texts: finds, replaces and explains errors.

Some expressions take longer than anyone can wait. So texts and expressions are short here, and
repeated groups with a repetition inside, such as (a+)+, are refused unless they begin with a
character of their own, as (,\\d+)* does. Whatever is still too slow ends with its request.
"""

import re
from typing import Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MOST_MATCHES = 200
FLAGS = {"ignore_case": re.I, "multiline": re.M, "dot_all": re.S, "ascii": re.A, "verbose": re.X}
TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,\d*\}|.", re.S)
UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
# What the beginning of a group must not be, as much else matches it too.
WIDE = re.compile(r"\.|\[\^.*|\\[WDS]", re.S)


class Expression(BaseModel):
    """A regular expression, and a text to try it on."""

    pattern: str = Field(
        min_length=1, max_length=200, description="In Python's syntax.", examples=[r"(\w+)@(\w+)"]
    )
    text: str = Field(max_length=1000, examples=["ada@example and bob@example"])
    flags: set[Literal["ignore_case", "multiline", "dot_all", "ascii", "verbose"]] = Field(
        set(), examples=[["ignore_case"]]
    )


class Replacement(Expression):
    """The same, and what to put in place of matches."""

    replacement: str = Field(max_length=200, description=r"\1 stands for the first group.")


class Found(BaseModel):
    """One match."""

    text: str
    start: int
    end: int
    groups: list[str | None] = Field(description="In the order of their opening brackets.")
    named_groups: dict[str, str | None]


class Matches(BaseModel):
    """All that was found."""

    matches: bool
    full_match: bool = Field(description="Whether all of the text matches.")
    found: list[Found] = Field(description="At most 200.")


class Replaced(BaseModel):
    """The text after replacing."""

    text: str
    count: int


app = FastAPI(
    title="Regex tester",
    description="Tries regular expressions on texts: finds, replaces and explains errors.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/test", summary="Find all matches")
def test(expression: Expression) -> Matches:
    """Every match with its place and its groups."""
    pattern = _compiled(expression)
    found: list[Found] = []
    for match in pattern.finditer(expression.text):
        if len(found) == MOST_MATCHES:
            break
        found.append(
            Found(
                text=match[0],
                start=match.start(),
                end=match.end(),
                groups=list(match.groups()),
                named_groups=match.groupdict(),
            )
        )
    full = pattern.fullmatch(expression.text) is not None
    return Matches(matches=bool(found), full_match=full, found=found)


@app.post("/replace", summary="Replace all matches")
def replace(expression: Replacement) -> Replaced:
    """The text with the replacement in place of every match."""
    try:
        text, count = _compiled(expression).subn(expression.replacement, expression.text)
    except (re.error, IndexError) as error:
        raise HTTPException(422, f"`replacement` cannot be used: {error}.") from None
    return Replaced(text=text, count=count)


def _compiled(expression: Expression) -> re.Pattern[str]:
    if _is_slow(expression.pattern):
        raise HTTPException(
            422, "`pattern` repeats a group with a repetition inside, which can take for ever."
        )
    flags = sum((FLAGS[name] for name in expression.flags), re.NOFLAG)
    try:
        return re.compile(expression.pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise HTTPException(422, f"`pattern` is no regular expression: {error}.") from None


def _is_slow(pattern: str) -> bool:
    """Whether a repeated group has a repetition inside, and no character to tell rounds apart."""
    tokens: list[str] = TOKEN.findall(pattern)
    opened: list[int] = []
    for place, part in enumerate(tokens):
        if part == "(":
            opened.append(place)
        elif part == ")" and opened:
            body = tokens[opened.pop() + 1 : place]
            follower = "".join(tokens[place + 1 : place + 2])
            if UNBOUNDED.fullmatch(follower) and not _tells_rounds_apart(body):
                return True
    return False


def _tells_rounds_apart(body: list[str]) -> bool:
    body = body[2:] if body[:2] == ["?", ":"] else body
    if not any(UNBOUNDED.fullmatch(token) for token in body):
        return True
    first, rest = body[0], body[1:]
    literal = first.removeprefix("\\")
    return (
        len(literal) == 1
        and not literal.isalnum()
        and first not in {".", "(", "["}
        and "|" not in rest
        and not any(literal in token or WIDE.fullmatch(token) for token in rest)
    )
