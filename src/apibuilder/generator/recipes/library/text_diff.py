"""Compares two texts line by line and shows what was added and removed."""

import difflib
from typing import Annotated, Literal, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

MOST_LINES = 1000

Text = Annotated[str, Field(max_length=50_000)]


class Versions(BaseModel):
    """Two texts of at most 1000 lines."""

    old: Text = Field(examples=["one\ntwo\nthree"])
    new: Text = Field(examples=["one\n2\nthree"])
    context: int = Field(3, ge=0, le=100, description="Unchanged lines around each change.")
    ignore_case: bool = False
    ignore_space: bool = Field(False, description="Treat any spaces alike, and none at the ends.")

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if max(len(self.old.splitlines()), len(self.new.splitlines())) > MOST_LINES:
            raise ValueError(f"a text may have at most {MOST_LINES} lines")
        return self

    def normalised(self, line: str) -> str:
        """A line as it is compared."""
        line = line.lower() if self.ignore_case else line
        return " ".join(line.split()) if self.ignore_space else line


class Change(BaseModel):
    """Lines that differ."""

    kind: Literal["replace", "delete", "insert"]
    old_line: int = Field(description="Number of the first line in the old text, from 1.")
    new_line: int = Field(description="Number of the first line in the new text, from 1.")
    removed: list[str]
    added: list[str]


class Difference(BaseModel):
    """What changed from old to new."""

    equal: bool
    added: int = Field(description="Number of lines.")
    removed: int = Field(description="Number of lines.")
    similarity: float = Field(description="0 to 1: how many of the lines are the same.")
    changes: list[Change]


class Unified(BaseModel):
    """A diff as programmers know it."""

    diff: str


app = FastAPI(
    title="Text diff",
    description="Compares two texts line by line and shows what was added and removed.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/diff", summary="Compare two texts")
def diff(versions: Versions) -> Difference:
    """Each change with its place and its lines."""
    old, new = versions.old.splitlines(), versions.new.splitlines()
    matcher = _matcher(versions, old, new)
    changes = [
        Change(
            kind=kind,
            old_line=old_start + 1,
            new_line=new_start + 1,
            removed=old[old_start:old_end],
            added=new[new_start:new_end],
        )
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if kind != "equal"
    ]
    return Difference(
        equal=not changes,
        added=sum(len(change.added) for change in changes),
        removed=sum(len(change.removed) for change in changes),
        similarity=round(matcher.ratio(), 4),
        changes=changes,
    )


@app.post("/unified", summary="Unified diff of two texts")
def unified(versions: Versions) -> Unified:
    """Removed lines begin with -, added ones with +; empty if nothing differs."""
    old, new = versions.old.splitlines(), versions.new.splitlines()
    lines: list[str] = []
    for group in _matcher(versions, old, new).get_grouped_opcodes(versions.context):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        lines.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@")
        for kind, i, j, k, m in group:
            if kind == "equal":
                lines += [f" {line}" for line in new[k:m]]
            else:
                lines += [f"-{line}" for line in old[i:j]] + [f"+{line}" for line in new[k:m]]
    return Unified(diff="\n".join(["--- old", "+++ new", *lines]) if lines else "")


def _matcher(versions: Versions, old: list[str], new: list[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(
        None,
        [versions.normalised(line) for line in old],
        [versions.normalised(line) for line in new],
    )


def _range(start: int, end: int) -> str:
    """The first line and the number of lines, as `diff -u` writes them."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
