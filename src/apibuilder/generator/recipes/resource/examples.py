"""Example values: what `/docs` shows and the tests send."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource

_NAMED: dict[str, JsonValue] = {
    "author": "Ursula K. Le Guin",
    "artist": "Nina Simone",
    "director": "Agnes Varda",
    "phone": "+44 20 7946 0958",
    "category": "home",
    "country": "Portugal",
    "city": "Lisbon",
    "company": "Example Ltd",
    "species": "Ficus lyrata",
    "year": 1974,
    "age": 36,
    "price": 9.99,
    "latitude": 38.72,
    "longitude": -9.14,
}
_OF_THING: dict[str, str] = {
    "todo": "Buy milk",
    "task": "Water the plants",
    "book": "The Dispossessed",
    "movie": "Cleo from 5 to 7",
    "song": "Feeling Good",
    "product": "Desk lamp",
    "recipe": "Tomato soup",
    "contact": "Ada Lovelace",
    "customer": "Ada Lovelace",
    "student": "Ada Lovelace",
    "employee": "Ada Lovelace",
}
_BY_KIND: dict[Kind, JsonValue] = {
    Kind.EMAIL: "ada@example.org",
    Kind.URL: "https://example.org/page",
    Kind.BOOLEAN: True,
    Kind.DATE: "2030-01-31",
    Kind.TIME: "09:30:00",
    Kind.DATETIME: "2030-01-31T09:30:00Z",
    Kind.TAGS: ["first", "second"],
}


def example(resource: Resource, field: FieldSpec) -> JsonValue:
    """A value that the field takes; always the same."""
    if field.kind is Kind.CHOICE:
        return field.choices[0]
    if field.kind in _BY_KIND:
        return _BY_KIND[field.kind]
    if field.kind in {Kind.INTEGER, Kind.NUMBER}:
        return _number(field)
    text = _text(resource, field)
    return text if field.longest is None else text[: field.longest].strip() or "x"


def _text(resource: Resource, field: FieldSpec) -> str:
    if field.name in {"title", "name"}:
        thing = resource.singular.split("_")[-1]
        return _OF_THING.get(thing, f"First {resource.singular.replace('_', ' ')}")
    named = _NAMED.get(field.name)
    if isinstance(named, str):
        return named
    return f"Some {field.words}"


def _number(field: FieldSpec) -> JsonValue:
    named = _NAMED.get(field.name, 7 if field.kind is Kind.INTEGER else 7.5)
    if not isinstance(named, int | float):
        named = 7
    low, high = field.minimum, field.maximum
    if (low is not None and named < low) or (high is not None and named > high):
        named = low if low is not None else high
    return int(named or 0) if field.kind is Kind.INTEGER else named
