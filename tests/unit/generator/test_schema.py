"""Values for a schema: Pydantic itself says whether they fit."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, EmailStr, Field, TypeAdapter, ValidationError

from apibuilder.generator.schema import Schemas


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str = Field(min_length=3)
    number: int = Field(gt=0, lt=1000)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool


class Node(BaseModel):
    value: int
    left: Node | None
    right: Node | None
    children: list[Node]


class Order(BaseModel):
    id: UUID
    when: dt.datetime
    day: dt.date | None = None
    at: dt.time
    email: EmailStr
    link: AnyUrl
    colour: Colour
    addresses: list[Address] = Field(min_length=2)
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    extra: dict[str, int]
    price: float = Field(gt=0, examples=[9.99])
    note: str = Field("none", max_length=5)


TYPES: dict[str, Any] = {
    "text": str,
    "long text": Annotated[str, Field(min_length=9)],
    "short text": Annotated[str, Field(max_length=2)],
    "integer": int,
    "positive": Annotated[int, Field(gt=0)],
    "negative": Annotated[int, Field(lt=0)],
    "at most 3": Annotated[int, Field(le=3)],
    "between": Annotated[int, Field(gt=4, le=5)],
    "probability": Annotated[float, Field(gt=0, lt=1)],
    "a multiple": Annotated[int, Field(ge=3, multiple_of=5)],
    "a multiple above": Annotated[int, Field(gt=5, multiple_of=5)],
    "number": float,
    "boolean": bool,
    "list": list[int],
    "pair": tuple[int, str],
    "three": Annotated[list[str], Field(min_length=3, max_length=3)],
    "choice": Literal["a", "b"],
    "one choice": Literal[3],
    "enum": Colour,
    "optional": int | None,
    "either": int | list[str],
    "date": dt.date,
    "duration": dt.timedelta,
    "model": Address,
    "tree": Node,
    "all of it": Order,
    "list of models": list[Order],
}


def schemas_of(kind: Any) -> tuple[Schemas, dict[str, Any]]:
    """As they are in a document of FastAPI."""
    schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
    return Schemas({"components": {"schemas": schema.pop("$defs", {})}}), schema


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_a_sample_fits(kind: Any) -> None:
    schemas, schema = schemas_of(kind)
    sample = schemas.sample(schema)
    TypeAdapter(kind).validate_python(sample, strict=False)
    assert sample == schemas.sample(schema)


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_nothing_wrong_fits(kind: Any) -> None:
    schemas, schema = schemas_of(kind)
    for value in schemas.wrong(schema):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)
    for text in schemas.wrong_text(schema):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    "kind", [str, int, float, bool, list[int], Address, int | None, dt.date, int | list[str], Node]
)
def test_there_is_something_wrong_for_most_types(kind: Any) -> None:
    schemas, schema = schemas_of(kind)
    assert schemas.wrong(schema)


@pytest.mark.parametrize("kind", [Any, str | int | bool | float | list[Any] | dict[str, Any]])
def test_nothing_is_wrong_where_anything_goes(kind: Any) -> None:
    schemas, schema = schemas_of(kind)
    assert schemas.wrong(schema) == []
    assert schemas.wrong_text(schema) == []


@pytest.mark.parametrize("kind", [int, float, bool, int | None, dt.date, UUID, Literal["a", "b"]])
def test_an_address_can_be_wrong(kind: Any) -> None:
    schemas, schema = schemas_of(kind)
    assert schemas.wrong_text(schema) == ["not-valid"]


def test_what_the_schema_gives_comes_first() -> None:
    schemas = Schemas({})
    assert schemas.sample({"type": "string", "examples": ["x"], "default": "y"}) == "x"
    assert schemas.sample({"type": "string", "example": "x", "default": "y"}) == "x"
    assert schemas.sample({"type": "string", "default": "y"}) == "y"
    assert schemas.sample({"type": "string", "default": None}) == "text"
    assert schemas.sample({"type": "string", "examples": {"a": {"value": "x"}}}) == "text"


HOSTILE: dict[str, dict[str, Any]] = {
    "a long list": {"type": "array", "minItems": 10**9, "items": {"type": "integer"}},
    "lists of lists": {"$ref": "#/wide"},
    "objects of objects": {"$ref": "#/deep"},
}
DOCUMENT = {
    "wide": {"type": "array", "minItems": 50, "items": {"$ref": "#/wide"}},
    "deep": {
        "type": "object",
        "properties": {str(n): {"$ref": "#/deep"} for n in range(50)},
        "required": [str(n) for n in range(50)],
    },
    "circle": {"$ref": "#/circle"},
}


@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE)
def test_a_sample_is_never_huge(schema: dict[str, Any]) -> None:
    schemas = Schemas(DOCUMENT)
    with pytest.raises(ValueError, match="more than"):
        schemas.sample(schema)
    assert schemas.sample({"type": "string"}) == "text"  # the next one is counted anew


def test_long_texts_and_circles_end() -> None:
    schemas = Schemas(DOCUMENT)
    assert len(str(schemas.sample({"type": "string", "minLength": 10**12}))) < 11_000
    assert schemas.sample({"$ref": "#/circle"}) == "text"
