"""Which operations are the life of a resource: its collection's path, and one path below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from apibuilder.generator.imports.openapi.document import (
    Document,
    Json,
    Operation,
    mapping,
    sequence,
)
from apibuilder.generator.imports.openapi.models import Models

_COUNTS = ("total", "count", "total_count", "totalCount", "totalItems")


@dataclass(slots=True, kw_only=True)
class Collection:
    """What is kept under one path."""

    path: str
    key: str  # the property that an address names
    key_is_number: bool
    schema: Json  # of one, as it is answered
    create: Operation
    list: Operation | None = None
    wrapper: str | None = None  # the member of the list's answer that holds the items; None: all
    counts: tuple[str, ...] = ()  # members of it that hold how many there are
    one: dict[str, Operation] = field(default_factory=dict[str, Operation])  # by method


def collections(
    document: Document, models: Models, operations: list[Operation]
) -> list[Collection]:
    """Those that can be kept; what is left is served from examples."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path.rstrip("/") or "/", {})[operation.method] = operation
    found: list[Collection] = []
    for path, methods in by_path.items():
        item = next(
            (
                p
                for p in by_path
                if re.fullmatch(rf"{re.escape(path.rstrip('/'))}/\{{[^}}/]+\}}", p)
            ),
            None,
        )
        if "post" in methods and item is not None:
            made = _collection(document, models, methods, path, by_path[item], item)
            if made is not None:
                found.append(made)
    return found


def _collection(
    document: Document,
    models: Models,
    methods: dict[str, Operation],
    path: str,
    one: dict[str, Operation],
    item_path: str,
) -> Collection | None:
    create = methods["post"]
    answers = [document.schema(document.answer(op)[1]) for op in (one.get("get"), create) if op]
    schema = next(
        (s for a in answers if mapping((s := plain(document, models, a)).get("properties"))), None
    )
    body = plain(document, models, document.body(create))
    if schema is None or not mapping(body.get("properties")):
        return None
    parameter = item_path.rsplit("{", 1)[1].removesuffix("}")
    key = _key(parameter, mapping(schema.get("properties")))
    if key is None:
        return None
    kind = document.resolved(mapping(schema["properties"])[key]).get("type")
    made = Collection(
        path=path, key=key, key_is_number=kind == "integer", schema=schema, create=create, one=one
    )
    if (listed := methods.get("get")) is not None:
        _list(document, models, made, listed)
    return made


def plain(document: Document, models: Models, schema: Any) -> Json:
    """A schema without references and `allOf`."""
    found = document.resolved(schema)
    return models.merged(found) if "allOf" in found else found


def _key(parameter: str, properties: Json) -> str | None:
    """The property that a parameter such as `petId` or `pet_id` means."""
    for name in (parameter, "id", "_id", "uuid", "key", "slug", "name", "code"):
        if name in properties:
            return name
    folded = parameter.lower().replace("_", "").replace("-", "")
    return next((n for n in properties if n.lower().replace("_", "") == folded), None)


def _list(document: Document, models: Models, made: Collection, listed: Operation) -> None:
    schema = plain(document, models, document.schema(document.answer(listed)[1]))
    if schema.get("type") == "array":
        made.list = listed
        return
    properties = mapping(schema.get("properties"))
    arrays = [
        name for name, one in properties.items() if document.resolved(one).get("type") == "array"
    ]
    others = [name for name in properties if name not in arrays and name not in _COUNTS]
    needed = {str(name) for name in sequence(schema.get("required"))}
    if len(arrays) == 1 and not needed & set(others):
        made.list, made.wrapper = listed, arrays[0]
        made.counts = tuple(name for name in _COUNTS if name in properties)
