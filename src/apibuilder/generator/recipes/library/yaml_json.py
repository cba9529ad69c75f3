"""YAML and JSON: turns documents of one into the other.

Run it with `uvicorn main:app`. It keeps nothing.
"""

import base64
import datetime as dt
import json
from collections.abc import Iterable
from typing import Annotated, Any, cast

import yaml
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, Field, JsonValue

LONGEST = 50_000  # characters of a YAML document
MOST_NODES = 30_000  # after aliases are expanded: `*a` may stand for very much
MOST_OPEN = 40  # brackets inside each other

# --- what goes in and out -----------------------------------------------------


def _is_sound(value: Any) -> Any:
    """JSON that can be written again: Python reads some that cannot."""
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise ValueError("NaN, infinity and broken Unicode are not allowed") from None
    if size > LONGEST:
        raise ValueError(f"the document has {size:,} bytes as JSON; {LONGEST:,} are allowed")
    return value


class YamlText(BaseModel):
    """A document in YAML."""

    yaml: str = Field(max_length=LONGEST, examples=["name: Ada\nlangs: [python, yaml]\n"])


class Data(BaseModel):
    """A document in JSON."""

    data: Annotated[JsonValue, BeforeValidator(_is_sound)] = Field(
        description="Any JSON.", examples=[{"name": "Ada", "langs": ["python", "yaml"]}]
    )
    sort_keys: bool = False


class Verdict(BaseModel):
    """Whether a text is YAML."""

    valid: bool
    error: str | None = None


# --- the API -------------------------------------------------------------------

app = FastAPI(
    title="YAML and JSON",
    description="Turns documents of one into the other.",
    version="1.0.0",
)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request without repeating what it sent."""
    wrong = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, status_code=422)


@app.post("/yaml-to-json", response_class=JSONResponse, summary="YAML to JSON")
def yaml_to_json(sent: YamlText) -> Response:
    """Dates become texts, keys become strings; only plain data is read, no tags of programs."""
    try:
        text = json.dumps(load(sent.yaml), ensure_ascii=False, indent=2)
    except ValueError as error:
        raise HTTPException(422, f"This cannot become JSON: {error}.") from None
    return Response(text, media_type="application/json")


@app.post(
    "/json-to-yaml",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}}}},
    summary="JSON to YAML",
)
def json_to_yaml(sent: Data) -> Response:
    """In block style, in the order of the JSON."""
    text = yaml.safe_dump(sent.data, allow_unicode=True, sort_keys=sent.sort_keys)
    return Response(text, media_type="application/yaml")


@app.post("/validate", summary="Validate YAML")
def validate(sent: YamlText) -> Verdict:
    """Says where the first mistake is."""
    try:
        load(sent.yaml)
    except ValueError as error:
        return Verdict(valid=False, error=str(error))
    return Verdict(valid=True)


# --- YAML ----------------------------------------------------------------------------


class BoundedLoader(yaml.SafeLoader):
    """Reads plain data only, and no more of it than fits."""

    def get_single_node(self) -> yaml.Node | None:
        """Looked at before it becomes data."""
        node = super().get_single_node()
        if node is not None and weight(node, {}) > MOST_NODES:
            raise ValueError(f"it has more than {MOST_NODES:,} values")
        return node


def load(text: str) -> JsonValue:
    """A document as JSON. Raises ValueError with the reason."""
    if open_brackets(text) > MOST_OPEN:
        raise ValueError("it is nested too deeply")
    try:
        value = as_json(BoundedLoader(text).get_single_data())
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:300]) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (AttributeError, LookupError, TypeError):
        # PyYAML trips over a value that is not what its tag says, such as `!!timestamp x`.
        raise ValueError("a value does not fit its tag") from None
    except UnicodeError:
        raise ValueError("it has text that is not valid Unicode") from None
    return value


def open_brackets(text: str) -> int:
    """The most that are open at any place: PyYAML takes very long for many."""
    depth = most = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            most = max(most, depth)
        elif letter in "]}" and depth:
            depth -= 1
    return most


def weight(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a node stands for, counting what aliases repeat; bounded in time."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MOST_NODES + 1  # inside itself it would have no end
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        inner = node.value
    elif isinstance(node, yaml.MappingNode):
        inner = [one for pair in node.value for one in pair]
    known[id(node)] = min(1 + sum(weight(one, known) for one in inner), MOST_NODES + 1)
    return known[id(node)]


def as_json(value: Any) -> JsonValue:
    """What YAML knows and JSON does not, as text."""
    match value:
        case dict():
            members = cast("dict[Any, Any]", value)
            return {as_key(key): as_json(one) for key, one in members.items()}
        case list() | set() | tuple():
            items = cast("Iterable[Any]", value)
            return [as_json(one) for one in items]
        case dt.date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def as_key(key: Any) -> str:
    """A key of JSON, which is always a text."""
    plain = as_json(key)
    return plain if isinstance(plain, str) else json.dumps(plain)
