"""The operations of an OpenAPI document, as far as calling them needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from apibuilder.generator.base import HttpRequest
from apibuilder.generator.runner import as_header
from apibuilder.generator.schema import Schema, Schemas

_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the address, the query or a header."""

    name: str
    location: str
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path. `body` is the schema of its JSON body, if it takes one."""

    method: str
    path: str
    parameters: list[Parameter]
    body: Schema | None
    form: Schema | None
    responses: frozenset[str]

    @property
    def path_parameters(self) -> list[Parameter]:
        """Those that are part of the path."""
        return [one for one in self.parameters if one.location == "path"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A call of an operation, before it is bytes."""

    operation: Operation
    path: dict[str, str] = field(default_factory=dict[str, str])
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: JsonValue = None

    def with_parameter(self, parameter: Parameter, value: str) -> Draft:
        """The same with another value in one place."""
        match parameter.location:
            case "path":
                return replace(self, path={**self.path, parameter.name: value})
            case "query":
                return replace(self, query={**self.query, parameter.name: value})
            case _:
                return replace(self, headers={**self.headers, parameter.name: value})

    def request(self) -> HttpRequest:
        """As bytes."""
        # FastAPI takes any text as a path, and as the name of a header.
        path = quote(self.operation.path, safe="/{}%:@!$&'()*+,;=~-._", errors="replace")
        for name, value in self.path.items():
            # A parameter may be declared as {name:path}; its document says {name}.
            place = "{" + quote(name, errors="replace") + "}"
            path = path.replace(place, quote(value, safe="", errors="replace"))
        headers = {as_header(name): as_header(value) for name, value in self.headers.items()}
        body = b""
        if self.operation.body is not None and self.body is not None:
            headers["content-type"], body = _JSON, json.dumps(self.body).encode()
        elif self.operation.form is not None and isinstance(self.body, dict):
            headers["content-type"] = _FORM
            body = urlencode(self.body, doseq=True, errors="replace").encode()
        return HttpRequest(
            method=self.operation.method,
            path=path,
            query=urlencode(self.query, errors="replace"),
            headers=headers,
            body=body,
        )


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """All that answer at once: one that streams events would never end."""
    schemas = Schemas(document)
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item and "text/event-stream" not in json.dumps(item[method]):
                yield _operation(schemas, method.upper(), path, item, item[method])


def _operation(
    schemas: Schemas, method: str, path: str, item: Schema, declared: Schema
) -> Operation:
    parameters = [
        Parameter(one["name"], one["in"], one.get("required", False), one.get("schema", {}))
        for one in (*item.get("parameters", []), *declared.get("parameters", []))
    ]
    content = schemas.resolve(declared.get("requestBody", {})).get("content", {})
    return Operation(
        method=method,
        path=path,
        parameters=parameters,
        body=content.get(_JSON, {}).get("schema"),
        form=content.get(_FORM, {}).get("schema"),
        responses=frozenset(declared.get("responses", {})),
    )


def valid(schemas: Schemas, operation: Operation) -> Draft:
    """A call with all that is required, of the right types."""
    draft = Draft(operation)
    for parameter in operation.parameters:
        if parameter.required or parameter.location == "path":
            draft = draft.with_parameter(parameter, as_text(schemas.sample(parameter.schema)))
    schema = operation.body or operation.form
    return draft if schema is None else replace(draft, body=schemas.sample(schema))


def as_text(value: JsonValue) -> str:
    """A value as it stands in an address."""
    return value if isinstance(value, str) else json.dumps(value)
