"""Converts texts and names between camelCase, snake_case, kebab-case, Title Case and more."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Case = Literal[
    "camel",
    "pascal",
    "snake",
    "constant",
    "kebab",
    "dot",
    "title",
    "sentence",
    "upper",
    "lower",
    "swap",
]
# Between the words of fooBar and of HTTPServer.
WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Names are made of words; what is no letter or digit only separates them.
NAME_CASES: dict[str, Callable[[list[str]], str]] = {
    "camel": lambda words: "".join(
        w.lower() if not i else _capital(w) for i, w in enumerate(words)
    ),
    "pascal": lambda words: "".join(map(_capital, words)),
    "snake": lambda words: "_".join(words).lower(),
    "constant": lambda words: "_".join(words).upper(),
    "kebab": lambda words: "-".join(words).lower(),
    "dot": lambda words: ".".join(words).lower(),
}
# Texts keep all of their characters.
TEXT_CASES: dict[str, Callable[[str], str]] = {
    "title": lambda text: re.sub(
        r"(?<![^\W_])[^\W\d_][^\s_-]*", lambda word: _capital(word[0]), text
    ),
    "sentence": lambda text: re.sub(
        r"(?:^|(?<=[.!?]\s))\s*\w", lambda start: start[0].upper(), text.lower()
    ),
    "upper": str.upper,
    "lower": str.lower,
    "swap": str.swapcase,
}

Any = Annotated[str, Field(max_length=20_000)]


class CaseRequest(BaseModel):
    """What to convert."""

    text: Any = Field(description="At most 20,000 characters.", examples=["hello world"])
    to: Case = Field(examples=["camel"])


class Converted(BaseModel):
    """The text in another case."""

    case: str
    result: str = Field(examples=["helloWorld"])


app = FastAPI(
    title="Case converter",
    description="Converts texts between camelCase, snake_case, kebab-case, Title Case and more.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/convert", summary="Convert a text to a case")
def convert(given: CaseRequest) -> Converted:
    """Names such as `helloWorld` are cut into words; title, upper and the like keep all else."""
    return Converted(case=given.to, result=_converted(given.text, given.to))


@app.get("/all", summary="A text in all cases")
def convert_to_all(
    text: Annotated[Any, Query(description="Any text.", examples=["hello world"])],
) -> dict[str, str]:
    """By the name of the case."""
    return {case: _converted(text, case) for case in (*NAME_CASES, *TEXT_CASES)}


def _converted(text: str, case: str) -> str:
    if case in TEXT_CASES:
        return TEXT_CASES[case](text)
    return NAME_CASES[case](re.findall(r"[^\W_]+", WORD_BEGINS.sub(" ", text)))


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()
