"""Values that a plan's fields may have, for tests."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.plan import Plan, PlanField, PlanParameter
from apibuilder.generator.written.crud import fields_of

_BY_NAME: dict[str, JsonValue] = {
    "email": "ada@example.com", "url": "https://example.com/page", "link": "https://example.com",
    "phone": "+4915112345678", "date": "2030-01-15", "start": "2030-01-15", "end": "2030-01-20",
    "start_date": "2030-01-15", "end_date": "2030-01-20", "due_date": "2030-01-15",
    "time": "10:30", "start_time": "2030-01-15T10:00:00", "end_time": "2030-01-15T11:00:00",
    "color": "#336699", "colour": "#336699", "hex": "ff8800", "password": "Correct-horse-9",
    "currency": "EUR", "timezone": "Europe/Berlin", "ip": "192.0.2.10", "text": "hello world",
    "roman": "XIV", "binary": "1011", "isbn": "9780306406157", "card": "4242424242424242",
}  # fmt: skip
_BY_TYPE: dict[str, JsonValue] = {
    "integer": 3, "number": 12.5, "boolean": True, "date": "2030-01-15",
    "datetime": "2030-01-15T10:00:00Z", "email": "ada@example.com", "object": {"a": 1},
    "list": [1, 2, 3], "list of strings": ["red", "green"], "list of numbers": [1, 2.5, 4],
    "list of integers": [1, 2, 3], "list of booleans": [True, False], "list of objects": [{"a": 1}],
    "list of dates": ["2030-01-15"], "list of emails": ["ada@example.com"],
}  # fmt: skip


def sample(f: PlanField) -> JsonValue:
    """A value that fits."""
    if f.example is not None:
        return f.example
    if f.choices:
        return f.choices[0]
    if f.default is not None:
        return f.default
    if f.type in {"integer", "number"}:
        return _number(f)
    if f.type == "string":
        named = _BY_NAME.get(f.name.lower(), f"Sample {f.name.replace('_', ' ')}")
        text = str(named).ljust(int(f.minimum or 0), "x")
        return text[: int(f.maximum)] if f.maximum else text
    return _BY_TYPE.get(f.type, "sample")


def _number(f: PlanField) -> JsonValue:
    value = _BY_TYPE[f.type]
    assert isinstance(value, int | float), "both are in the table"
    if f.minimum is not None:
        value = max(value, f.minimum)
    if f.maximum is not None:
        value = min(value, f.maximum)
    return int(value) if f.type == "integer" else value


def body(plan: Plan, name: str | None, *, whole: bool = True) -> dict[str, JsonValue]:
    """A request."""
    given: dict[str, JsonValue] = {}
    seen: list[list[str]] = []
    for f in fields_of(plan, name):
        if whole or f.required:
            again = f.choices in seen and len(f.choices) > 1
            given[f.name] = f.choices[1] if again else sample(f)  # `from` and `to` differ
            seen.append(f.choices)
    return given


def parameter(p: PlanParameter) -> JsonValue:
    """A value in the address."""
    choices = p.description.split(" ")[0].split("|") if "|" in p.description else []
    return sample(PlanField(name=p.name, type=p.type, choices=choices))
