"""Values for a JSON Schema (OpenAPI 3.1): one that fits, and some of the wrong type.

Deterministic, and small on purpose: it covers what FastAPI and Pydantic write.
"""

from __future__ import annotations

import math
from typing import Any, cast

from pydantic import JsonValue

Schema = dict[str, Any]

_TEXT_OF_FORMAT = {
    "date": "2030-01-31",
    "date-time": "2030-01-31T12:00:00Z",
    "time": "12:00:00",
    "duration": "P1D",
    "email": "someone@example.org",
    "uri": "https://example.org/",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "ipv4": "192.0.2.1",
}
_WRONG: dict[str, tuple[JsonValue, ...]] = {
    "string": ({"a": 1}, [1]),
    "integer": ("not a number", [1], 1.5),
    "number": ("not a number", [1]),
    "boolean": ("not a boolean", [1]),
    "array": ("not a list", 7),
    "object": ("not an object", 7),
}
_DEEPEST = 8
# Of a sample, whatever its schema asks for: nobody has vouched for the document of an API.
_MOST_VALUES, _LONGEST_TEXT = 2_000, 10_000


class Schemas:
    """The schemas of one OpenAPI document."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._left = _MOST_VALUES

    def resolve(self, schema: Schema) -> Schema:
        """Follow references inside the document."""
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if reference is None:
                break
            target: Any = self._document
            for part in str(reference).removeprefix("#/").split("/"):
                target = target[part]
            schema = cast("Schema", target)
        return schema

    def alternatives(self, schema: Schema) -> list[Schema]:
        """What a value may be, without null."""
        schema = self.resolve(schema)
        options = schema.get("anyOf") or schema.get("oneOf")
        if options is None:
            return [schema]
        resolved = [self.resolve(option) for option in options]
        return [option for option in resolved if option.get("type") != "null"]

    def sample(self, schema: Schema) -> JsonValue:
        """A value that fits. Raises a ValueError if it would be huge."""
        self._left = _MOST_VALUES
        return self._sample(schema, 0)

    def _sample(self, schema: Schema, depth: int) -> JsonValue:
        schema = self.resolve(schema)
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"a value has more than {_MOST_VALUES} parts")
        if depth > _DEEPEST:
            return None  # of a type that contains itself
        named = _named(schema)
        return self._of_parts(schema, depth) if named is None else named

    def _of_parts(self, schema: Schema, depth: int) -> JsonValue:
        options = self.alternatives(schema)
        if options and options[0] is not schema:
            return None if depth > 2 and self._nullable(schema) else self._sample(options[0], depth)
        if "allOf" in schema:
            return self._sample(schema["allOf"][0], depth)
        return self._of_type(schema, depth)

    def _nullable(self, schema: Schema) -> bool:
        options: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
        return any(self.resolve(option).get("type") == "null" for option in options)

    def _of_type(self, schema: Schema, depth: int) -> JsonValue:
        match schema.get("type"):
            case "string":
                return _text(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return True
            case "array":
                return self._array(schema, depth)
            case "object":
                return self._object(schema, depth)
            case _:
                return {} if "properties" in schema else "text"

    def _array(self, schema: Schema, depth: int) -> JsonValue:
        first = [self._sample(inner, depth + 1) for inner in schema.get("prefixItems", [])]
        count = max(int(schema.get("minItems", 0)), 1 if depth < 2 else 0)
        more = range(len(first), min(count, int(schema.get("maxItems", count))))
        return [*first, *(self._sample(schema.get("items", {}), depth + 1) for _ in more)]

    def _object(self, schema: Schema, depth: int) -> JsonValue:
        required = schema.get("required", [])
        return {
            name: self._sample(inner, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in required or depth < 2
        }

    def wrong(self, schema: Schema) -> list[JsonValue]:
        """Values that no alternative of the schema can be read as; none if anything goes."""
        options = self.alternatives(schema)
        kinds = {str(option.get("type", "any")) for option in options}
        if not kinds or not kinds <= _WRONG.keys():
            return []
        first = next(iter(sorted(kinds)))
        return [value for value in _WRONG[first] if not any(_fits(value, kind) for kind in kinds)]

    def wrong_text(self, schema: Schema) -> list[str]:
        """Values of the wrong type for a place that holds text: an address or a query."""
        options = self.alternatives(schema)
        if options and all(_is_strict(option) for option in options):
            return ["not-valid"]
        return []


def _named(schema: Schema) -> JsonValue:
    """A value that the schema itself gives."""
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return cast("list[JsonValue]", examples)[0]
    for source in ("example", "const", "default"):
        if schema.get(source) is not None:
            return schema[source]
    return schema["enum"][0] if "enum" in schema else None


def _is_strict(schema: Schema) -> bool:
    if schema.get("type") == "string":
        return schema.get("format") in {"date", "date-time", "time", "uuid"} or "enum" in schema
    return schema.get("type") in {"integer", "number", "boolean"}


def _fits(value: JsonValue, kind: str) -> bool:
    match value:
        case str():
            return kind == "string"
        case bool():
            return kind == "boolean"
        case int() | float():
            return kind == "number" or (kind == "integer" and float(value).is_integer())
        case list():
            return kind == "array"
        case dict():
            return kind == "object"
        case _:
            return False


def _text(schema: Schema) -> str:
    known = _TEXT_OF_FORMAT.get(str(schema.get("format")))
    if known is not None:
        return known
    shortest = min(int(schema.get("minLength", 0)), _LONGEST_TEXT)
    longest = schema.get("maxLength")
    text = "text" * (shortest // 4 + 1)
    return text if longest is None else text[: int(longest)]


def _number(schema: Schema) -> int | float:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum"))
    highest = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf", 1)
    if lowest is not None:
        if "multipleOf" in schema:
            lowest = math.ceil(lowest / step) * step
        value = lowest + (step if lowest == schema.get("exclusiveMinimum") else 0)
        if highest is not None and (value > highest or value == schema.get("exclusiveMaximum")):
            return (lowest + highest) / 2
        return value
    return step if highest is None or step < highest else highest - step
