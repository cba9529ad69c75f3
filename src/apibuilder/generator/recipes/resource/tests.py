"""What must hold of an API that keeps a Resource; written from its fields, not from its code."""

from __future__ import annotations

from pydantic import JsonValue

from apibuilder.generator.cases import Step, TestCase
from apibuilder.generator.recipes.resource.examples import example
from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource
from apibuilder.generator.recipes.steps import call, case, get, post, step

_WRONG: dict[Kind, JsonValue] = {
    Kind.EMAIL: "nobody",
    Kind.URL: "not a link",
    Kind.INTEGER: "many",
    Kind.NUMBER: "much",
    Kind.BOOLEAN: "perhaps",
    Kind.DATE: "soon",
    Kind.TIME: "noonish",
    Kind.DATETIME: "soon",
    Kind.TAGS: "not a list",
    Kind.CHOICE: "none of them",
}
_DEFAULTS: dict[Kind, JsonValue] = {Kind.BOOLEAN: False, Kind.TAGS: []}


def tests_of(resource: Resource) -> list[TestCase]:
    """Its life from creation to deletion, its list, and what it refuses."""
    return [_life(resource), _list(resource), _refusals(resource)]


def _whole(resource: Resource) -> dict[str, JsonValue]:
    return {field.name: example(resource, field) for field in resource.fields}


def _least(resource: Resource) -> dict[str, JsonValue]:
    return {f.name: example(resource, f) for f in resource.fields if f.required}


def _defaults(resource: Resource) -> dict[str, JsonValue]:
    return {f.name: _default(f) for f in resource.fields if not f.required}


def _default(field: FieldSpec) -> JsonValue:
    if field.default is None:
        return None
    if field.preset is not None:
        return field.preset
    return _DEFAULTS.get(field.kind, field.choices[0] if field.choices else None)


def _life(resource: Resource) -> TestCase:
    many, one = f"/{resource.plural}", f"/{resource.plural}/{{id}}"
    whole, least = _whole(resource), _least(resource)
    changed = resource.fields[-1]
    change: dict[str, JsonValue] = {changed.name: whole[changed.name]}
    return case(
        "create, read, update and delete",
        step(post(many, whole), 201, has=whole, capture={"id": "id"}),
        step(get(one), has={**whole, "id": "{id}"}),
        step(call("PUT", one, body=least), has={**least, **_defaults(resource)}),
        step(call("PATCH", one, body=change), has={**least, **change}),
        step(call("DELETE", one), 204),
        step(get(one), 404),
        step(call("PATCH", one, body=change), 404),
        step(call("PUT", one, body=least), 404),
        step(call("DELETE", one), 404),
    )


def _list(resource: Resource) -> TestCase:
    many, whole, least = f"/{resource.plural}", _whole(resource), _least(resource)
    return case(
        "list, filter, sort and page",
        step(get(many), equals={"items": [], "total": 0, "limit": 50, "offset": 0}),
        step(post(many, whole), 201, capture={"first": "id"}),
        step(post(many, least), 201, capture={"second": "id"}),
        step(get(many), has={"total": 2, "items": [{"id": "{first}"}, {"id": "{second}"}]}),
        step(get(many, sort="-id"), has={"items": [{"id": "{second}"}, {"id": "{first}"}]}),
        step(get(many, limit=1, offset=1), has={"total": 2, "items": [{"id": "{second}"}]}),
        *_filters(resource, many),
        step(get(many, sort="nothing"), 422),
        step(get(many, limit=0), 422),
    )


def _filters(resource: Resource, many: str) -> list[Step]:
    """Each filter that tells the whole example from the least one."""
    steps: list[Step] = []
    only: JsonValue = {"total": 1, "items": [{"id": "{first}"}]}
    for field in resource.fields:
        value = example(resource, field)
        if field.required or value == _default(field):
            continue
        if field.kind in {Kind.BOOLEAN, Kind.CHOICE} or field.filtered:
            steps.append(step(call("GET", many, query={field.name: value}), has=only))
        elif field.kind is Kind.TAGS and isinstance(value, list):
            steps.append(step(call("GET", many, query={field.name: value[0]}), has=only))
        elif field.kind is Kind.TEXT:
            steps.append(step(get(many, q=value), has=only))
    return steps


def _beyond(field: FieldSpec) -> list[JsonValue]:
    """Values just outside of what was asked for."""
    if field.longest is not None:
        return ["x" * (field.longest + 1)]
    low = [] if field.minimum is None else [field.minimum - 1]
    return [*low, *([] if field.maximum is None else [field.maximum + 1])]


def _refusals(resource: Resource) -> TestCase:
    many, one, least = f"/{resource.plural}", f"/{resource.plural}/{{id}}", _least(resource)
    steps = [step(post(many, least), 201, capture={"id": "id"})]
    for field in resource.fields:
        if field.kind in _WRONG:
            steps.append(step(post(many, {**least, field.name: _WRONG[field.kind]}), 422))
        steps += [step(post(many, {**least, field.name: v}), 422) for v in _beyond(field)]
        if field.required:
            without = {name: value for name, value in least.items() if name != field.name}
            steps.append(step(post(many, without), 422))
        if not field.nullable:
            steps.append(step(call("PATCH", one, body={field.name: None}), 422))
    return case(
        "refuse what is wrong",
        *steps,
        step(get(one), has=least),
        step(get(f"{many}/not-a-number"), 422),
        step(get(f"{many}/999999"), 404),
    )
