"""Measures how similar texts are, and finds the closest ones in a list.

Letters are compared, not meanings: `car` and `cart` are similar, `car` and `automobile` are not.
"""

import re
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

Text = Annotated[str, Field(max_length=1000)]
Short = Annotated[str, Field(min_length=1, max_length=100)]


class Pair(BaseModel):
    """Two texts of at most 1000 characters."""

    first: Text = Field(examples=["kitten"])
    second: Text = Field(examples=["sitting"])
    ignore_case: bool = True


class Similarity(BaseModel):
    """How similar two texts are; 1 means equal, 0 nothing in common."""

    similarity: float = Field(description="1 minus the edit distance divided by the longer length.")
    edit_distance: int = Field(description="Insertions, deletions and changes (Levenshtein).")
    word_overlap: float = Field(description="Shared words, of all different words (Jaccard).")


class Search(BaseModel):
    """A text, and where to look for similar ones."""

    text: Short = Field(examples=["appel"])
    candidates: list[Short] = Field(
        min_length=1, max_length=200, examples=[["apple", "ape", "banana"]]
    )
    count: int = Field(3, ge=1, le=50, description="How many to answer at most.")
    at_least: float = Field(0.5, ge=0, le=1, description="The lowest similarity to answer.")


class Found(BaseModel):
    """A similar text."""

    text: str
    similarity: float


app = FastAPI(
    title="Text similarity",
    description="Measures how similar texts are, and finds the closest ones in a list.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/compare", summary="Compare two texts")
def compare(pair: Pair) -> Similarity:
    """By characters, by edits and by words."""
    first, second = pair.first, pair.second
    if pair.ignore_case:
        first, second = first.lower(), second.lower()
    return Similarity(
        similarity=_similarity(first, second),
        edit_distance=_edit_distance(first, second),
        word_overlap=_word_overlap(first, second),
    )


@app.post("/closest", summary="Find the closest texts")
def closest(search: Search) -> list[Found]:
    """The most similar ones first, whatever their case: for example to correct a typing error."""
    wanted = search.text.lower()
    found = [
        Found(text=one, similarity=_similarity(wanted, one.lower())) for one in search.candidates
    ]
    similar = [one for one in found if one.similarity >= search.at_least]
    return sorted(similar, key=lambda one: -one.similarity)[: search.count]


def _similarity(first: str, second: str) -> float:
    longest = max(len(first), len(second))
    return round(1 - _edit_distance(first, second) / longest, 4) if longest else 1.0


def _edit_distance(first: str, second: str) -> int:
    """Row by row: what it takes from each beginning of `first` to each of `second`."""
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        above, row = row, [i]
        for j, other in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def _word_overlap(first: str, second: str) -> float:
    one, other = set(re.findall(r"\w+", first)), set(re.findall(r"\w+", second))
    return round(len(one & other) / len(one | other), 4) if one | other else 1.0
