"""A value that a schema takes: its own example if it has one, else the plainest."""

from __future__ import annotations

from typing import Any

from apibuilder.generator.imports.openapi.document import Document, Json, mapping, sequence
from apibuilder.generator.imports.openapi.models import Models

_MOST_DEPTH = 8
_TEXTS = {
    "date": "2030-01-31",
    "date-time": "2030-01-31T09:30:00Z",
    "time": "09:30:00",
    "uuid": "5c2f6f0e-6f1b-4e0a-9a56-0d3c1b7a4e21",
    "email": "ada@example.org",
    "uri": "https://example.org/page",
    "url": "https://example.org/page",
    "ipv4": "192.0.2.1",
}


def sample(document: Document, models: Models, schema: Any, depth: int = 0) -> Any:
    """Always the same one."""
    plain = document.resolved(schema)
    if "allOf" in plain:
        plain = models.merged(plain)
    for keyword in ("example", "default", "const"):
        if keyword in plain:
            return plain[keyword]
    if listed := sequence(plain.get("examples")) or sequence(plain.get("enum")):
        return listed[0]
    for keyword in ("anyOf", "oneOf"):
        for one in sequence(plain.get(keyword)):
            if mapping(one).get("type") != "null":
                return sample(document, models, one, depth + 1)
    return _plain(document, models, plain, depth)


def _plain(document: Document, models: Models, schema: Json, depth: int) -> Any:
    kinds = sequence(schema.get("type")) or [schema.get("type")]
    kind = next((one for one in kinds if one != "null"), None)
    if kind == "object" or "properties" in schema:
        if depth > _MOST_DEPTH:
            return {}
        return {
            name: sample(document, models, member, depth + 1)
            for name, member in mapping(schema.get("properties")).items()
        }
    if kind == "array":
        least = max(int(schema.get("minItems") or 0), 1 if depth < 2 else 0)
        one = sample(document, models, schema.get("items"), depth + 1) if least else None
        return [one] * min(least, 20)
    if kind in {"integer", "number"}:
        return _number(schema, whole=kind == "integer")
    return {"string": _text(schema), "boolean": True}.get(str(kind))


def _text(schema: Json) -> str:
    text = _TEXTS.get(str(schema.get("format")), "text")
    least, most = int(schema.get("minLength") or 0), int(schema.get("maxLength") or 10_000)
    return (
        text if text in _TEXTS.values() else (text + "x" * (min(least, 10_000) - len(text)))[:most]
    )


def _number(schema: Json, *, whole: bool) -> int | float:
    low, high = schema.get("minimum"), schema.get("maximum")
    value = 1
    if isinstance(low, int | float) and value < low:
        value = low
    if isinstance(high, int | float) and value > high:
        value = high
    if schema.get("exclusiveMinimum") not in {None, False}:
        value += 1
    return int(value) if whole else value
