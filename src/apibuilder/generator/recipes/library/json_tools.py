"""JSON tools: formats, minifies, validates and compares JSON.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, JsonValue

LONGEST = 500_000  # characters of a text
MOST_CHANGES = 1000

# --- what goes in and out -----------------------------------------------------


JsonType = Literal["object", "array", "string", "number", "boolean", "null"]


class JsonText(BaseModel):
    """JSON as text, right or wrong."""

    text: str = Field(max_length=LONGEST, examples=['{"b": 1, "a": [true, null]}'])


class Formatting(JsonText):
    """How to write it."""

    indent: int = Field(2, ge=0, le=8, description="Spaces a level; 0 writes it on one line.")
    sort_keys: bool = False


class Problem(BaseModel):
    """Where and why a text is not JSON."""

    message: str
    line: int
    column: int


class Verdict(BaseModel):
    """Whether a text is JSON, and what it holds."""

    valid: bool
    type: JsonType | None = None
    keys: int | None = Field(default=None, description="Of the outermost object or list.")
    depth: int | None = Field(default=None, description="0 for a plain value.")
    error: Problem | None = None


class Pair(BaseModel):
    """Two texts in JSON."""

    left: str = Field(max_length=LONGEST, examples=['{"a": 1, "b": [1, 2]}'])
    right: str = Field(max_length=LONGEST, examples=['{"a": 2, "b": [1, 2, 3]}'])


class Change(BaseModel):
    """One difference."""

    path: str = Field(description="A JSON pointer (RFC 6901).", examples=["/b/2"])
    kind: Literal["added", "removed", "changed"]
    left: JsonValue = None
    right: JsonValue = None


class Difference(BaseModel):
    """All differences, or the first of very many."""

    equal: bool
    changes: list[Change]


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="JSON tools",
    description="Formats, minifies, validates and compares JSON.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/format", response_class=Response, summary="Format JSON")
def format_json(wanted: Formatting) -> Response:
    """With an indent of 0 it is minified."""
    value = parsed(wanted.text)
    indent, separators = (wanted.indent, (",", ": ")) if wanted.indent else (None, (",", ":"))
    text = json.dumps(
        value,
        ensure_ascii=False,
        indent=indent,
        separators=separators,
        sort_keys=wanted.sort_keys,
    )
    return Response(text, media_type="application/json")


@app.post("/validate", summary="Validate JSON")
def validate(sent: JsonText) -> Verdict:
    """Says where the first mistake is."""
    value = read(sent.text)
    if isinstance(value, Problem):
        return Verdict(valid=False, error=value)
    keys = len(value) if isinstance(value, dict | list) else None
    return Verdict(valid=True, type=type_of(value), keys=keys, depth=depth(value))


@app.post("/diff", summary="Compare two JSON texts")
def diff(pair: Pair) -> Difference:
    """The order of keys makes no difference, that of lists does."""
    left, right = parsed(pair.left, "left"), parsed(pair.right, "right")
    changes = list(islice(changes_of(left, right, ""), MOST_CHANGES))
    return Difference(equal=not changes, changes=changes)


# --- JSON ----------------------------------------------------------------------------


def read(text: str) -> JsonValue | Problem:
    """The value, or what is wrong with the text."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if depth(value) > 100:
            return Problem(message="It is nested deeper than 100 levels", line=1, column=1)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        return Problem(message=error.msg, line=error.lineno, column=error.colno)
    except RecursionError:
        return Problem(message="It is nested too deeply", line=1, column=1)
    except ValueError as error:
        # NaN, a number that is too long, or half of a surrogate pair
        return Problem(message=str(error).split(":")[0][:100], line=1, column=1)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parsed(text: str, name: str = "text") -> JsonValue:
    """Raises 422 for what is not JSON."""
    value = read(text)
    if isinstance(value, Problem):
        where = f"line {value.line}, column {value.column}"
        raise HTTPException(422, f"`{name}` is not JSON: {value.message} ({where}).")
    return value


def depth(value: JsonValue) -> int:
    """How many lists and objects are inside each other; none is recursed into too deeply."""
    level, here = -1, [value]
    while here:
        level += 1
        here = [inner for one in here for inner in _children(one)]
    return level


def _children(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values()) or [None]
    return value or [None] if isinstance(value, list) else []


def type_of(value: JsonValue) -> JsonType:
    """As JSON calls it."""
    match value:
        case dict():
            return "object"
        case list():
            return "array"
        case str():
            return "string"
        case bool():
            return "boolean"
        case None:
            return "null"
        case _:
            return "number"


def changes_of(left: JsonValue, right: JsonValue, path: str) -> Iterator[Change]:
    """What leads from left to right."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in dict.fromkeys([*left, *right]):
            place = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from _changes_at(left, right, key, place)
    elif isinstance(left, list) and isinstance(right, list):
        ours, theirs = dict(enumerate(left)), dict(enumerate(right))
        for index in range(max(len(left), len(right))):
            yield from _changes_at(ours, theirs, index, f"{path}/{index}")
    elif type_of(left) != type_of(right) or left != right:
        yield Change(path=path, kind="changed", left=left, right=right)


def _changes_at(
    left: Mapping[Any, JsonValue], right: Mapping[Any, JsonValue], key: str | int, path: str
) -> Iterator[Change]:
    if key not in left:
        yield Change(path=path, kind="added", right=right[key])
    elif key not in right:
        yield Change(path=path, kind="removed", left=left[key])
    else:
        yield from changes_of(left[key], right[key], path)
