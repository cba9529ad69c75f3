"""Bodies of the functions that keep and find things, written by rules."""

from __future__ import annotations

import re

from apibuilder.generator.plan import Plan, PlanEndpoint, PlanField
from apibuilder.generator.written.things import (
    Collection,
    Operation,
    chain_of,
    owner_of,
    unique_field,
)

_NOW = re.compile(r"(^|_)(created|updated|added|posted|timestamp|time|date|at)(_at|_on)?$")


def found_or_404(path: str, collections: dict[str, Collection]) -> list[str]:
    """Look up what the path names, the outermost first."""
    lines: list[str] = []
    parent: Collection | None = None
    for owner in chain_of(path, collections):
        lines += [
            f"{owner.thing} = {owner.found(parent)}",
            f"if {owner.thing} is None:",
            f'    raise HTTPException(404, "There is no such {owner.thing.replace("_", " ")}.")',
        ]
        parent = owner
    return lines


def body_of(  # noqa: PLR0911
    plan: Plan, endpoint: PlanEndpoint, operation: Operation, collections: dict[str, Collection]
) -> list[str]:
    """Lines of the function."""
    owner = owner_of(endpoint.path, collections)
    if operation == "create":
        return _create(plan, endpoint, collections)
    if operation == "list":
        return _list(plan, endpoint, collections)
    assert owner is not None, "operation_of names these only for one of a collection"
    lines = found_or_404(endpoint.path, collections)
    match operation:
        case "replace" if owner.put:
            return _put(endpoint, owner)
        case "read":
            return [*lines, f"return {owner.thing}"]
        case "replace":
            return [*lines, f"return {owner.table}.save({{**{owner.thing}, **body.model_dump()}})"]
        case "change":
            changed = "body.model_dump(exclude_unset=True)"
            return [*lines, f"return {owner.table}.save({{**{owner.thing}, **{changed}}})"]
        case _:
            removed = [*lines, f'{owner.table}.delete({owner.thing}["id"])']
            if endpoint.status == 204:
                return [*removed, "return Response(status_code=204)"]
            return [*removed, f'return {{"deleted": True, "id": {owner.thing}["id"]}}']


def creator_of(plan: Plan, collection: Collection) -> PlanEndpoint:
    """The endpoint that makes one of these."""
    for endpoint in plan.endpoints:
        if (
            collection.put
            and endpoint.method == "PUT"
            and endpoint.path.startswith(f"{collection.path}/{{")
        ):
            return endpoint
        if endpoint.method == "POST" and endpoint.path == collection.path:
            return endpoint
    raise AssertionError("a collection is one because something makes its things")


def _put(endpoint: PlanEndpoint, owner: Collection) -> list[str]:
    """Make or replace the one under the caller's key."""
    values = "body.model_dump(by_alias=True)" if endpoint.request else "{}"
    return [
        f"{owner.thing} = {owner.found(None)}",
        f'row = {{"{owner.key}": {owner.key}, **{values}}}',
        f"if {owner.thing} is None:",
        f"    return {owner.table}.add(row)",
        f"return {owner.table}.save({{**{owner.thing}, **row}})",
    ]


def fields_of(plan: Plan, name: str | None) -> list[PlanField]:
    """Of a model of the plan."""
    none: list[PlanField] = []
    return next((model.fields for model in plan.models if model.name == name), none)


def _create(plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]) -> list[str]:
    collection = collections[endpoint.path]
    parent = owner_of(endpoint.path, collections)
    taken = fields_of(plan, endpoint.request)
    lines = found_or_404(endpoint.path, collections)
    names = {f.name for f in taken}
    unique = unique_field(endpoint, taken)
    if unique is not None:
        same = f"{unique}=body.{_attribute(unique)}"
        if parent is not None:
            same += f', {parent.link}={parent.thing}["id"]'
        lines += [
            f"if {collection.table}.first({same}) is not None:",
            f'    raise HTTPException(409, "This {unique.replace("_", " ")} is taken already.")',
        ]
    lines.append("row = body.model_dump(by_alias=True)" if taken else "row = {}")
    if parent is not None:
        lines.append(f'row["{parent.link}"] = {parent.thing}["id"]')
    for f in kept_fields(plan, endpoint, collections):
        if f.name not in names and f.name != "id":
            value = _initial(f)
            if value is not None:
                lines.append(f'row["{f.name}"] = {value}')
    lines.append(f"return {collection.table}.add(row)")
    return lines


def kept_fields(
    plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]
) -> list[PlanField]:
    """Fields that answers about one of these have, beside what is sent."""
    found = {f.name: f for f in fields_of(plan, endpoint.request)}
    for f in fields_of(plan, endpoint.response):
        found.setdefault(f.name, f)
    for other in plan.endpoints:
        if (  # noqa: SIM102
            other.method == "GET"
            and owner_of(other.path, collections) == collections[endpoint.path]
        ):
            if re.fullmatch(re.escape(endpoint.path) + r"/\{\w+\}", other.path):
                for f in fields_of(plan, other.response):
                    found.setdefault(f.name, f)
    return list(found.values())


def _initial(f: PlanField) -> str | None:
    if f.type in {"date", "datetime"} or (f.type == "string" and _NOW.search(f.name)):
        return "datetime.now(timezone.utc).isoformat()"
    if f.type == "boolean":
        return "False"
    if f.type in {"integer", "number"}:
        return "0"
    if f.type.startswith("list"):
        return "[]"
    if f.choices:
        return repr(f.choices[0])
    return None


def _attribute(name: str) -> str:
    return f"{name}_" if name in {"from", "in", "is", "class", "pass", "global"} else name


def _list(plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]) -> list[str]:
    collection = collections[endpoint.path]
    parent = owner_of(endpoint.path, collections)
    if parent is not None:
        lines = found_or_404(endpoint.path, collections)
        lines.append(f'rows = {collection.table}.find({parent.link}={parent.thing}["id"])')
    else:
        lines = [f"rows = {collection.table}.all()"]
    page: list[str] = []
    for parameter in endpoint.parameters:
        if parameter.location == "query":
            lines += _filter(parameter.name, page)
    answer = fields_of(plan, endpoint.response)
    wrapped = [f for f in answer if f.type.startswith("list")]
    if wrapped and not endpoint.many and len(answer) <= 4:
        total = [f.name for f in answer if f.name in {"total", "count"}]
        lines += ["total = len(rows)"] if total else []
        lines += page
        members = [f'"{wrapped[0].name}": rows', *(f'"{name}": total' for name in total)]
        return [*lines, f"return {{{', '.join(members)}}}"]
    return [*lines, *page, "return rows"]


def _filter(name: str, page: list[str]) -> list[str]:
    """What one parameter of a list does; those that cut a page come last."""
    a = _attribute(name)
    if name in {"limit", "size", "per_page", "page_size"}:
        page.append(f"rows = rows[:{a}] if {a} is not None else rows")
        return []
    if name in {"offset", "skip"}:
        page.insert(0, f"rows = rows[{a}:] if {a} is not None else rows")
        return []
    if name in {"q", "search", "query", "text"}:
        texts = "str(value).lower() for value in row.values() if isinstance(value, str)"
        return [
            f"if {a} is not None:",
            f"    rows = [row for row in rows if any({a}.lower() in t for t in ({texts}))]",
        ]
    for prefix, sign in (("min_", ">="), ("max_", "<="), ("from_", ">="), ("to_", "<=")):
        if name.startswith(prefix):
            field = name.removeprefix(prefix)
            kept = f'row.get("{field}") is not None and row["{field}"] {sign} jsonable_encoder({a})'
            return [f"if {a} is not None:", f"    rows = [row for row in rows if {kept}]"]
    if name in {"sort", "sort_by", "order_by"}:
        key = f'(row.get({a}.lstrip("-")) is None, row.get({a}.lstrip("-")) or 0)'
        return [
            f"if {a} is not None:",
            f"    rows = sorted(rows, key=lambda row: str({key}), reverse={a}.startswith('-'))",
        ]
    same = f'row.get("{name}") == jsonable_encoder({a}) or {a} in (row.get("{name}") if isinstance(row.get("{name}"), list) else [])'  # noqa: E501
    return [f"if {a} is not None:", f"    rows = [row for row in rows if {same}]"]


def stored_fields(
    plan: Plan, endpoint: PlanEndpoint, collections: dict[str, Collection]
) -> list[PlanField]:
    """Fields that a thing of the endpoint's collection is made with: to name them asks for no more."""  # noqa: E501
    own = collections.get(endpoint.path) or owner_of(endpoint.path, collections)
    if own is None:
        return fields_of(plan, endpoint.request)
    return [*fields_of(plan, creator_of(plan, own).request), *fields_of(plan, endpoint.request)]
