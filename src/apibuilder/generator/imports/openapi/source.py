"""An OpenAPI document as a module and its tests."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from pydantic import JsonValue, ValidationError

from apibuilder.errors import ImportUnclear
from apibuilder.generator.cases import Step, TestCase
from apibuilder.generator.imports.base import MEMO, Imported, Kind, comment, python, text_of
from apibuilder.generator.imports.openapi.collections import Collection, collections
from apibuilder.generator.imports.openapi.document import Document, Operation, mapping, parse
from apibuilder.generator.imports.openapi.models import Models
from apibuilder.generator.imports.openapi.routes import Routes
from apibuilder.generator.imports.openapi.samples import sample
from apibuilder.generator.plan import Plan, PlanEndpoint
from apibuilder.generator.recipes.resource.layout import wrap
from apibuilder.generator.recipes.steps import call, case, get, step


def from_openapi(text: str, name: str | None) -> Imported:
    """Raises ImportUnclear."""
    return of_document(parse(text), name, Kind.OPENAPI)


def of_document(document: Document, name: str | None, kind: Kind) -> Imported:
    """The same of a document that is there already. Raises ImportUnclear."""
    whole = _Writer(document, name, kind, keep=True).imported()
    if not whole.plan.storage:
        return whole
    plain = _Writer(document, name, kind, keep=False).imported()
    note = "What is sent is not kept: the schemas and the examples do not agree well enough for it."
    return replace(whole, simpler=replace(plain, notes=(note, *plain.notes)))


@cache
def _template() -> str:
    place = resources.files("apibuilder.generator.imports.openapi")
    return place.joinpath("template.py.txt").read_text()


class _Writer:
    """One import, with or without a store."""

    def __init__(self, document: Document, name: str | None, kind: Kind, *, keep: bool) -> None:
        self._document, self._kind = document, kind
        self._models = Models(document)
        self._routes = Routes(document, self._models)
        info = mapping(document.root.get("info"))
        self._title = comment(name or info.get("title") or "Imported API")[:100] or "Imported API"
        self._info = info
        self._operations = document.operations()
        self._kept = collections(document, self._models, self._operations) if keep else []

    def imported(self) -> Imported:
        """All of it."""
        routes = [self._route(one) for one in sorted(self._operations, key=_order)]
        classes = list(self._models.classes.values())
        rebuilt = "\n".join(f"{name}.model_rebuild()" for name in self._models.classes)
        models = "\n\n".join(classes) + (f"\n\n{rebuilt}\n" if rebuilt else "")
        source = Template(_template()).substitute(
            title=self._title,
            title_literal=python(self._title),
            description=python(text_of(self._info.get("description") or "", 2000)),
            version=python(text_of(self._info.get("version") or "1.0.0", 40)),
            models=models,
            routes="\n\n" + "\n\n".join(routes).rstrip(),
        )
        return Imported(
            kind=self._kind,
            plan=self._plan(),
            source=wrap(source) + "\n",
            tests=self._tests(),
            notes=tuple(self._notes()),
            answers_all=any(one.names and not self._is_kept(one) for one in self._operations)
            or any("{" in one.path for one in self._kept),
        )

    def _route(self, operation: Operation) -> str:
        for one in self._kept:
            if operation is one.create:
                return self._routes.create(one)
            if operation is one.list:
                return self._routes.list(one, operation)
            if operation in one.one.values():
                return self._routes.one(one, operation.method, operation)
        return self._routes.example(operation)

    def _is_kept(self, operation: Operation) -> bool:
        return any(
            operation is one.create or operation is one.list or operation in one.one.values()
            for one in self._kept
        )

    def _plan(self) -> Plan:
        try:
            endpoints = [
                PlanEndpoint(
                    method=one.method.upper(),  # type: ignore[arg-type]
                    path=one.path,
                    summary=text_of(one.facts.get("summary") or one.label, 120),
                )
                for one in self._operations
            ]
        except ValidationError as error:
            raise ImportUnclear("A path of the document is no path.", file="import") from error
        return Plan(
            title=self._title,
            description=text_of(self._info.get("description") or f"Imported: {self._title}", 300),
            endpoints=endpoints,
            packages=["fastapi"],
            storage=bool(self._kept),
            memo={MEMO: str(self._kind)},
        )

    def _notes(self) -> list[str]:
        root = self._document.root
        shown = [one.label for one in self._operations if not self._is_kept(one)]
        notes: list[str] = []
        if shown:
            more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
            notes.append(
                f"Answered with examples, as they are no resource: {', '.join(shown[:12])}{more}."
            )
        if mapping(mapping(root.get("components")).get("securitySchemes")) or root.get("security"):
            notes.append("Its sign-in is left out: calls need a key of this platform instead.")
        for one in self._kept:
            if "{" in one.path:
                notes.append(f"{one.path}: whether what it is below exists is not checked.")
        for member in ("webhooks", "servers"):
            if root.get(member):
                notes.append(f"`{member}` are left out.")
        for one in self._operations:
            body = self._document.resolved(one.facts.get("requestBody"))
            if body and self._document.body(one) is None:
                kinds = ", ".join(text_of(kind, 40) for kind in mapping(body.get("content")))
                notes.append(f"{one.label}: a body of {kinds or 'no type'} is not read.")
            if one.facts.get("callbacks"):
                notes.append(f"{one.label}: its callbacks are never called.")
        return [*notes, *self._routes.notes, *self._models.notes]

    # --- tests, from the document --------------------------------------------------------

    def _tests(self) -> list[TestCase]:
        tests = [self._life(one) for one in self._kept]
        steps = [
            step(get(self._address(one), **self._asked(one)), self._document.answer(one)[0])
            for one in self._operations
            if one.method == "get" and not self._is_kept(one) and self._is_easy(one)
        ]
        return [*tests, *([case("the examples are answered", *steps)] if steps else [])]

    def _is_easy(self, operation: Operation) -> bool:
        """Whether a plain value does for each of its parameters."""
        schemas = [self._document.resolved(one.get("schema")) for one in operation.parameters]
        return not any("pattern" in one or "enum" in one for one in schemas)

    def _asked(self, operation: Operation) -> dict[str, JsonValue]:
        return {
            str(one["name"]): sample(self._document, self._models, one.get("schema"))
            for one in operation.parameters
            if one.get("in") == "query" and one.get("required")
        }

    def _address(self, operation: Operation, key: str = "") -> str:
        by_name = {one.get("name"): one for one in operation.parameters}
        path, names = operation.path, operation.names
        for name in names:
            schema = mapping(by_name.get(name, {})).get("schema", {"type": "string"})
            value = (
                key if key and name == names[-1] else sample(self._document, self._models, schema)
            )
            path = path.replace(f"{{{name}}}", str(value), 1)
        return path

    def _life(self, one: Collection) -> TestCase:
        sent = sample(self._document, self._models, self._document.body(one.create))
        status, answered = self._document.answer(one.create)
        steps: list[Step] = []
        many = self._address(one.create)
        request = call("POST", many, body=sent, query=self._asked(one.create))
        shows = self._shows(answered, one.key)
        steps.append(step(request, status, capture={"key": one.key} if shows else None))
        if not shows:
            return case(f"{one.path}: add", *steps)
        has = {one.key: "{key}", **_plain_members(mapping(sent), one.key)}
        for method in ("get", "put", "patch", "delete"):
            operation = one.one.get(method)
            if operation is None:
                continue
            wanted, response = self._document.answer(operation)
            body = self._document.body(operation)
            shown = sample(self._document, self._models, body) if body is not None else None
            address = self._address(operation, "{key}")
            asked = call(method.upper(), address, body=shown, query=self._asked(operation))
            full = method == "get" and self._shows(response, one.key)
            steps.append(step(asked, wanted, has=has if full else None))
        if "delete" in one.one and "get" in one.one:
            steps.append(step(get(self._address(one.one["get"], "{key}")), 404))
        elif one.list is not None and not self._asked(one.list):
            steps.append(step(get(self._address(one.list)), contains=[f'"{one.key}":']))
        return case(f"{one.path}: add, read, change and delete", *steps)

    def _shows(self, response: Any, key: str) -> bool:
        schema = self._document.resolved(self._document.schema(response))
        schema = self._models.merged(schema) if "allOf" in schema else schema
        return key in mapping(schema.get("properties"))


def _plain_members(sent: dict[str, Any], key: str) -> dict[str, JsonValue]:
    """What is read as it was sent: of times and of what is nested that may be written otherwise."""
    return {
        name: value
        for name, value in sent.items()
        if name != key
        and (
            isinstance(value, bool | int)
            or (isinstance(value, str) and not re.search(r"\d", value))
        )
    }


def _order(operation: Operation) -> tuple[int, str]:
    """Literal paths first: `/pets/search` is no pet."""
    return operation.path.count("{"), operation.path
