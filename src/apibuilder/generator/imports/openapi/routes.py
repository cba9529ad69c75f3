"""The routes of a document: those of a collection keep what they are sent, others show examples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from apibuilder.generator.imports.base import identifier, python, text_of
from apibuilder.generator.imports.openapi.collections import Collection
from apibuilder.generator.imports.openapi.document import Document, Operation, mapping, sequence
from apibuilder.generator.imports.openapi.models import Models
from apibuilder.generator.imports.openapi.samples import sample

_LIMITS = ("limit", "per_page", "perPage", "page_size", "pageSize", "size")
_OFFSETS = ("offset", "skip")
_SCALARS = re.compile(r"^(?:str|int|float|bool|dt\.\w+|UUID|None|Literal\[[^\]]*\]| \| )+$")
_NAMES = frozenset(
    {"store", "body", "document", "key", "items", "total", "app", "json", "dt", "os", "refuse"}
    | {"lifespan", "get_store", "as_json", "data_dir"}
)


@dataclass(slots=True)
class Routes:
    """Writes functions as they are asked for."""

    document: Document
    models: Models
    taken: set[str] = field(default_factory=lambda: set(_NAMES))
    notes: dict[str, None] = field(default_factory=dict[str, None])

    def example(self, operation: Operation) -> str:
        """A route that answers what the document says that it looks like."""
        status, response = self.document.answer(operation)
        shown = self.shown(operation)
        arguments = [*self._addresses(operation)[1], *self._query(operation)[0]]
        body = self.document.body(operation)
        if body is not None:
            kind = self.models.type_of(body, f"{self._title(operation)}Body")
            required = self.document.resolved(operation.facts.get("requestBody")).get("required")
            arguments.insert(0, f"body: {kind}" if required else f"body: {kind} | None")
        lines = (
            ["return Response(status_code=204)"]
            if status == 204
            else [f"return JSONResponse({python(shown)}, status_code={status})"]
        )
        schema = self.document.schema(response)
        described = ""
        if schema is not None and status != 204:
            kind = self.models.type_of(schema, f"{self._title(operation)}Answer")
            described = f"responses={{{status}: {{'model': {kind}}}}}" if kind != "Any" else ""
        answer = "Response" if status == 204 else "JSONResponse"
        return self._function(operation, status, arguments, lines, described, answer)

    def shown(self, operation: Operation) -> Any:
        """Its example."""
        _, response = self.document.answer(operation)
        given = self.document.example(response)
        schema = self.document.schema(response)
        return given if given is not None else sample(self.document, self.models, schema)

    # --- a collection ------------------------------------------------------------------

    def create(self, one: Collection) -> str:
        """Keeps a new one under the key that it was sent with, or a fresh one."""
        operation = one.create
        place, addresses = self._addresses(operation)
        status, _ = self.document.answer(operation)
        kind = self.models.type_of(self.document.body(operation), f"{self._title(operation)}Body")
        fresh = f"store.next_number({place})" if one.key_is_number else "str(uuid4())"
        given = python(self.given(one))
        lines = [
            f"document = {{**{given}, **as_json(body)}}",
            f"key = document.get({python(one.key)})",
            f"key = {fresh} if key is None else key",
            f"document[{python(one.key)}] = key",
            f"if not store.add({place}, str(key), document):",
            '    raise HTTPException(409, "There is one with this id already.")',
            *self._returned(operation, "document"),
        ]
        arguments = [f"body: {kind}", *addresses, *self._query(operation)[0], "store: Store"]
        return self._function(operation, status, arguments, lines, *self._model(operation))

    def list(self, one: Collection, operation: Operation) -> str:
        """Answers what is kept, by the filters and pages that the document names."""
        place, addresses = self._addresses(operation)
        status, _ = self.document.answer(operation)
        arguments, names = self._query(operation)
        properties = mapping(one.schema.get("properties"))
        filters = {
            w: n for w, n in names.items() if w in properties and self._is_scalar(properties[w])
        }
        limit = next((names[w] for w in _LIMITS if w in names), None)
        offset = next((names[w] for w in _OFFSETS if w in names), None)
        size = f"{limit} or 100" if limit else "100"
        start = f"{offset} or 0" if offset else "0"
        if "page" in names and offset is None:
            start = f"(max({names['page']} or 1, 1) - 1) * ({size})"
        for wire in names.keys() - filters.keys() - {*_LIMITS, *_OFFSETS, "page"}:
            self.notes[f"{operation.label}: the parameter `{text_of(wire, 60)}` does nothing."] = (
                None
            )
        wanted = ", ".join(f"{python(w)}: {n}" for w, n in filters.items())
        answer = "items"
        if one.wrapper is not None:
            counted = "".join(f", {python(name)}: total" for name in one.counts)
            answer = f"{{{python(one.wrapper)}: items{counted}}}"
        keep = "items, total" if "total" in answer else "items, _"
        lines = [
            f"{keep} = store.page({place}, {{{wanted}}}, {size}, {start})",
            f"return JSONResponse({answer}, {status})",
        ]
        return self._function(
            operation,
            status,
            [*addresses, *arguments, "store: Store"],
            lines,
            *self._model(operation),
        )

    def one(self, one: Collection, method: str, operation: Operation) -> str:
        """Reads, replaces, changes or removes one."""
        place, addresses = self._addresses(operation, below=True)
        status, _ = self.document.answer(operation)
        key = f"str({addresses[-1].partition(':')[0]})"
        arguments = [*addresses, *self._query(operation)[0], "store: Store"]
        found = f"store.get({place}, {key})"
        body = self.document.body(operation)
        if method in {"put", "patch"} and body is not None:
            kind = self.models.type_of(body, f"{self._title(operation)}Body")
            arguments.insert(0, f"body: {kind}")
            fresh = f"as_json(body), {python(one.key)}: found[{python(one.key)}]"
            base = "**found, **" if method == "patch" else f"**{python(self.given(one))}, **"
            lines = [
                f"found = {found}",
                f"document = {{{base}{fresh}}}",
                *self._returned(operation, f"store.change({place}, {key}, document)"),
            ]
        elif method == "delete":
            lines = [f"found = {found}", f"store.remove({place}, {key})"]
            lines += self._returned(operation, "found")
        else:
            lines = self._returned(operation, found)
        return self._function(operation, status, arguments, lines, *self._model(operation))

    def given(self, one: Collection) -> dict[str, Any]:
        """What an answer must have and nobody has to send: from the examples."""
        shown = mapping(sample(self.document, self.models, one.schema))
        body = self.document.resolved(self.document.body(one.create))
        body = self.models.merged(body) if "allOf" in body else body
        needed = set(map(str, sequence(one.schema.get("required")))) - {one.key}
        sent = {
            name
            for name in map(str, sequence(body.get("required")))
            if not self.document.resolved(mapping(body.get("properties")).get(name)).get("readOnly")
        }
        given = {name: shown[name] for name in sorted(needed - sent) if name in shown}
        for name in given:
            self.notes[f"{one.path}: `{text_of(name, 60)}` is always the example, unless sent."] = (
                None
            )
        return given

    # --- parts of a function -------------------------------------------------------------

    def _is_scalar(self, schema: Any) -> bool:
        return _SCALARS.match(self.models.type_of(schema, "Scalar")) is not None

    def _returned(self, operation: Operation, value: str) -> list[str]:
        """What the document says that it answers: the document, an example, or nothing."""
        status, response = self.document.answer(operation)
        effect = [value] if "(" in value else []
        if status == 204:
            return [*effect, "return Response(status_code=204)"]
        schema = self.document.resolved(self.document.schema(response))
        if "allOf" in schema:
            schema = self.models.merged(schema)
        if not mapping(schema.get("properties")):
            shown = python(self.shown(operation))
            return [*effect, f"return JSONResponse({shown}, {status})"]
        needed = sequence(schema.get("required"))
        missing = {
            name: member
            for name, member in mapping(sample(self.document, self.models, schema)).items()
            if name in needed
        }
        whole = f"{{**{python(missing)}, **{value}}}" if missing else value
        return [f"return JSONResponse({whole}, {status})"]

    def _model(self, operation: Operation) -> tuple[str, str]:
        """What is said of the answer; it is not enforced, as a document may promise too much."""
        status, response = self.document.answer(operation)
        schema = self.document.schema(response)
        if status == 204:
            return "", "Response"
        kind = "Any"
        if schema is not None:
            kind = self.models.type_of(schema, f"{self._title(operation)}Answer")
        said = f"responses={{{status}: {{'model': {kind}}}, 404: {{'model': Message}}}}"
        return (said if kind != "Any" else ""), "JSONResponse"

    def _addresses(self, operation: Operation, *, below: bool = False) -> tuple[str, list[str]]:
        """Where a collection is, as Python of a list; and the arguments of the path."""
        taken: set[str] = set(_NAMES)
        arguments: list[str] = []
        names: list[str] = []
        by_name = {one.get("name"): one for one in operation.parameters if one.get("in") == "path"}
        for wire in operation.names:
            name = identifier(wire, taken)
            taken.add(name)
            schema = mapping(by_name.get(wire, {})).get("schema", {"type": "string"})
            kind = self.models.type_of(schema, "Address")
            plain = kind if _SCALARS.match(kind) else "str"
            facts = self.models.limits(self.document.resolved(schema), wire)
            facts += ["max_length=200"] if plain == "str" and "max_length" not in str(facts) else []
            arguments.append(f"{name}: Annotated[{plain}, Field({', '.join(facts)})]")
            names.append(name)
        above = names[:-1] if below else names
        collection = operation.path.rpartition("/")[0] if below else operation.path.rstrip("/")
        shape = re.sub(r"\{[^}]*\}", "{}", collection)
        return f"[{', '.join([python(shape), *(f'str({name})' for name in above)])}]", arguments

    def _query(self, operation: Operation) -> tuple[list[str], dict[str, str]]:
        """Arguments of the query, and what each parameter is called here."""
        taken = {*_NAMES, *(identifier(name) for name in operation.names)}
        arguments: list[str] = []
        names: dict[str, str] = {}
        for one in operation.parameters:
            wire = str(one.get("name"))
            if one.get("in") in {"header", "cookie"}:
                self.notes[
                    f"{operation.label}: the {one['in']} `{text_of(wire, 60)}` is not read."
                ] = None
            if one.get("in") != "query":
                continue
            name = identifier(wire, taken)
            taken.add(name)
            schema = self.document.resolved(one.get("schema"))
            kind = self.models.type_of(schema, "Asked")
            element = re.fullmatch(r"list\[(.*)\]", kind)
            if not _SCALARS.match(element[1] if element else kind):
                kind = "str"
            facts = [f"alias={python(wire)}", *self.models.limits(schema, wire)]
            optional = "" if one.get("required") else " | None"
            default = "" if one.get("required") else " = None"
            kind = kind if "None" in kind else f"{kind}{optional}"
            arguments.append(f"{name}: Annotated[{kind}, Query({', '.join(facts)})]{default}")
            names[wire] = name
        arguments.sort(key=lambda one: " = None" in one)
        return arguments, names

    def _title(self, operation: Operation) -> str:
        words = re.sub(r"[^A-Za-z0-9]+", " ", f"{operation.method} {operation.path}").split()
        return "".join(word.capitalize() for word in words)[:50]

    def _function(
        self,
        operation: Operation,
        status: int,
        arguments: list[str],
        lines: list[str],
        more: str = "",
        answer: str = "Any",
    ) -> str:
        named = str(operation.facts.get("operationId") or self._title(operation))
        name = identifier(named, self.taken, fallback="operation")
        self.taken.add(name)
        path = re.sub(
            r"\{([^}]*)\}",
            lambda found: f"{{{self._address(operation, found[1])}}}",
            operation.path,
        )
        facts = [python(path), f"status_code={status}"]
        if tags := [text_of(tag, 40) for tag in sequence(operation.facts.get("tags"))][:3]:
            facts.append(f"tags={python(tags)}")  # type: ignore[arg-type]
        said = operation.facts.get("summary") or named
        facts += [f"summary={python(text_of(said, 120))}", *([more] if more else [])]
        # Those without a default first; `*` lets the rest come in any order.
        signature = ", ".join(["*", *arguments]) if arguments else ""
        body = "\n".join(f"    {line}" for line in lines)
        return (
            f"@app.{operation.method}({', '.join(facts)})\n"
            f"def {name}({signature}) -> {answer}:\n{body}\n"
        )

    def _address(self, operation: Operation, wire: str) -> str:
        taken: set[str] = set(_NAMES)
        for one in operation.names:
            name = identifier(one, taken)
            taken.add(name)
            if one == wire:
                return name
        return identifier(wire)
