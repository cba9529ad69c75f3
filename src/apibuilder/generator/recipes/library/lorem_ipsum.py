"""Generates placeholder text in the manner of lorem ipsum.

With a `seed` the same request gives the same text again.
"""

import random
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

BEGINNING = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit"]
FURTHER = """
    sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis
    nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in
    reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat
    cupidatat non proident sunt culpa qui officia deserunt mollit anim id est laborum at vero eos
    accusamus iusto odio dignissimos ducimus blanditiis praesentium voluptatum deleniti atque
    corrupti quos dolores quas molestias similique mollitia animi harum quidem rerum facilis
    expedita distinctio nam libero tempore soluta nobis eligendi optio cumque nihil impedit
"""
WORDS = FURTHER.split()

Seed = Annotated[
    int | None, Query(ge=0, le=2**53, description="Makes the text the same each time.")
]
Classic = Annotated[bool, Query(description="Begin with Lorem ipsum dolor sit amet.")]


class Text(BaseModel):
    """Placeholder text."""

    text: str
    words: int = Field(description="How many it has.")


app = FastAPI(
    title="Lorem ipsum generator",
    description="Generates placeholder text.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.get("/paragraphs", summary="Paragraphs of placeholder text")
def paragraphs(
    count: Annotated[int, Query(ge=1, le=50, description="How many.")] = 3,
    html: Annotated[bool, Query(description="Whether to put each into <p> and </p>.")] = False,
    classic: Classic = True,
    seed: Seed = None,
) -> Text:
    """Each has three to seven sentences; between them is an empty line."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    made = [
        " ".join(_sentences(chance, chance.randint(3, 7), classic=classic and not number))
        for number in range(count)
    ]
    if html:
        made = [f"<p>{paragraph}</p>" for paragraph in made]
    return _text("\n\n".join(made))


@app.get("/sentences", summary="Sentences of placeholder text")
def sentences(
    count: Annotated[int, Query(ge=1, le=200, description="How many.")] = 5,
    classic: Classic = True,
    seed: Seed = None,
) -> Text:
    """Each has six to fourteen words."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    return _text(" ".join(_sentences(chance, count, classic=classic)))


@app.get("/words", summary="Words of placeholder text")
def words(
    count: Annotated[int, Query(ge=1, le=2000, description="How many.")] = 50,
    classic: Classic = True,
    seed: Seed = None,
) -> Text:
    """In lower case, without punctuation."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    return _text(" ".join(_words(chance, count, classic=classic)))


def _words(chance: random.Random, count: int, *, classic: bool) -> list[str]:
    beginning = BEGINNING[:count] if classic else []
    return beginning + [chance.choice(WORDS) for _ in range(count - len(beginning))]


def _sentences(chance: random.Random, count: int, *, classic: bool) -> list[str]:
    made: list[str] = []
    for number in range(count):
        length = chance.randint(len(BEGINNING), 14) if classic else chance.randint(6, 14)
        words = _words(chance, length, classic=classic and not number)
        made.append(f"{' '.join(words).capitalize()}.")
    return made


def _text(text: str) -> Text:
    return Text(text=text, words=len(text.split()))
