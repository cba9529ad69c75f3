"""From examples to routes and models: addresses that differ in an id are one, members are typed."""

from __future__ import annotations

import re
from typing import Any, cast

from apibuilder.generator.imports.base import Imported, Kind, identifier
from apibuilder.generator.imports.curl.commands import Example, read
from apibuilder.generator.imports.openapi.document import Document, Json
from apibuilder.generator.imports.openapi.source import of_document
from apibuilder.generator.recipes.resource.nouns import singular

_ID = re.compile(
    r"^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[:{$<].*|[A-Za-z]{2,6}_[A-Za-z0-9]{6,})$"
)
_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_MOST_DEPTH = 8
_STATUS = {"POST": 201, "DELETE": 204}


def from_curl(text: str, name: str | None) -> Imported:
    """Raises ImportUnclear."""
    examples, notes = read(text)
    document = Document(_document(examples))
    imported = of_document(document, name or "API of examples", Kind.CURL)
    guessed = "Types and required members are guessed from the examples."
    return _with_notes(imported, (guessed, *notes))


def _with_notes(imported: Imported, notes: tuple[str, ...]) -> Imported:
    simpler = imported.simpler
    return Imported(
        kind=imported.kind,
        plan=imported.plan,
        source=imported.source,
        tests=imported.tests,
        notes=(*notes, *imported.notes),
        simpler=None if simpler is None else _with_notes(simpler, notes),
        answers_all=imported.answers_all,
    )


def _document(examples: list[Example]) -> Json:
    paths: dict[str, Json] = {}
    for one in examples:
        if one.method.lower() in {"get", "post", "put", "patch", "delete"}:
            path, parameters = _path(one.path)
            item = paths.setdefault(path, {})
            operation = item.setdefault(
                one.method.lower(), {"parameters": parameters, "responses": {}}
            )
            _add(operation, one)
    bodies = {path: item["post"] for path, item in paths.items() if "post" in item}
    for path, item in list(paths.items()):
        _complete(path, item, bodies)
    return {
        "openapi": "3.1.0",
        "info": {"title": "API of examples", "version": "1"},
        "paths": paths,
    }


def _path(path: str) -> tuple[str, list[Json]]:
    parts: list[str] = []
    parameters: list[Json] = []
    for part in path.strip("/").split("/"):
        if parts and _ID.match(part):
            before = next((p for p in reversed(parts) if not p.startswith("{")), "item")
            name = identifier(f"{singular(before.lower())}_id", {p["name"] for p in parameters})
            kind = "integer" if part.isdigit() else "string"
            parameters.append(
                {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
            )
            parts.append(f"{{{name}}}")
        else:
            parts.append(re.sub(r"[{}]", "", part))
    return "/" + "/".join(parts), parameters


def _add(operation: Json, one: Example) -> None:
    known = {parameter["name"] for parameter in operation["parameters"]}
    for name, value in one.query.items():
        if name not in known:
            operation["parameters"].append(
                {"name": name, "in": "query", "schema": schema_of(_typed(value))}
            )
    if one.body is not None and one.method != "GET":
        content = {"application/json": {"schema": schema_of(one.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    status = str(one.status or _STATUS.get(one.method, 200))
    if one.answer is not None and status == "204":
        status = "200"
    response: Json = {"description": "As in the example."}
    if one.answer is not None:
        shown = {"schema": schema_of(one.answer), "example": one.answer}
        response["content"] = {"application/json": shown}
    operation["responses"].setdefault(status, response)


def _complete(path: str, item: Json, bodies: dict[str, Json]) -> None:
    """An example without an answer gets the one that is plain: what was sent, with an id."""
    for method, operation in item.items():
        if any("content" in one for one in operation["responses"].values()) or method == "delete":
            continue
        above = path.rpartition("/")[0] if path.endswith("}") else path
        made = bodies.get(above)
        sent = (made or {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = sent.get("schema")
        if not schema or schema.get("type") != "object":
            continue
        whole: Json = {
            "type": "object",
            "properties": {"id": {"type": "integer"}, **schema["properties"]},
            "required": ["id"],
        }
        if method == "get" and not path.endswith("}"):
            whole = {"type": "array", "items": whole}
        status = next(iter(operation["responses"]))
        operation["responses"][status]["content"] = {"application/json": {"schema": whole}}


def schema_of(value: Any, depth: int = 0) -> Json:
    """The plainest schema that takes an example."""
    if depth >= _MOST_DEPTH or value is None:
        return {}
    if isinstance(value, dict):
        return _object(cast("Json", value), depth)
    if isinstance(value, list):
        listed = cast("list[Any]", value)
        return {"type": "array", "items": schema_of(listed[0], depth + 1) if listed else {}}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, str):
        kind = "date" if _DATE.match(value) else "date-time" if _TIME.match(value) else None
        return {"type": "string", "example": value, **({"format": kind} if kind else {})}
    return {"type": "integer" if isinstance(value, int) else "number", "example": value}


def _object(value: Json, depth: int) -> Json:
    members = {name: schema_of(one, depth + 1) for name, one in value.items()}
    needed = [name for name, one in value.items() if one is not None] if depth == 0 else []
    return {"type": "object", "properties": members, "required": needed}


def _typed(text: str) -> Any:
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    return text
