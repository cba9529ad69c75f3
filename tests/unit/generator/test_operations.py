"""Operations of an OpenAPI document that FastAPI wrote, and the calls that are made of them."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote

from fastapi import FastAPI, Form, Header
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from apibuilder.generator.operations import Draft, Operation, as_text, operations, valid
from apibuilder.generator.schema import Schemas


class Item(BaseModel):
    name: str
    price: float = 1.5


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/items/{item_id}", responses={404: {}})
    def read(item_id: int, page: int, q: str = "", x_trace: Annotated[str, Header()] = "") -> Item:
        raise NotImplementedError

    @made.put("/items/{item_id}")
    def replace(item_id: int, item: Item) -> Item:
        raise NotImplementedError

    @made.post("/forms")
    def form(name: Annotated[str, Form()], age: Annotated[int, Form()]) -> None:
        raise NotImplementedError

    @made.get("/files/{path:path}")
    def file(path: str) -> str:
        raise NotImplementedError

    @made.get("/größe/{size}")
    def other(size: str) -> str:
        raise NotImplementedError

    @made.get("/events", response_class=StreamingResponse,
              responses={200: {"content": {"text/event-stream": {}}}})  # fmt: skip
    def events() -> None:
        raise NotImplementedError

    @made.head("/items")
    def head() -> None:
        raise NotImplementedError

    return made


def found() -> tuple[Schemas, dict[str, Operation]]:
    document = app().openapi()
    return Schemas(document), {f"{one.method} {one.path}": one for one in operations(document)}


def test_all_that_answer_at_once_are_found() -> None:
    _, ones = found()
    assert set(ones) == {
        "GET /items/{item_id}",
        "PUT /items/{item_id}",
        "POST /forms",
        "GET /files/{path}",
        "GET /größe/{size}",
    }
    read = ones["GET /items/{item_id}"]
    assert [(one.name, one.location, one.required) for one in read.parameters] == [
        ("item_id", "path", True),
        ("page", "query", True),
        ("q", "query", False),
        ("x-trace", "header", False),
    ]
    assert [one.name for one in read.path_parameters] == ["item_id"]
    assert read.responses == {"200", "404", "422"}
    assert read.body is None


def test_a_valid_call_has_what_is_required() -> None:
    schemas, ones = found()
    request = valid(schemas, ones["GET /items/{item_id}"]).request()
    assert (request.method, request.path, request.query) == ("GET", "/items/1", "page=1")
    assert (request.headers, request.body) == ({}, b"")


def test_a_body_is_json_or_a_form() -> None:
    schemas, ones = found()
    request = valid(schemas, ones["PUT /items/{item_id}"]).request()
    assert request.headers == {"content-type": "application/json"}
    assert json.loads(request.body) == {"name": "text", "price": 1.5}
    request = valid(schemas, ones["POST /forms"]).request()
    assert request.headers == {"content-type": "application/x-www-form-urlencoded"}
    assert parse_qs(request.body.decode()) == {"name": ["text"], "age": ["1"]}


def test_a_draft_takes_any_value_in_any_place() -> None:
    schemas, ones = found()
    read = ones["GET /items/{item_id}"]
    draft = valid(schemas, read)
    values: dict[str, str] = {}
    for parameter, value in zip(
        read.parameters, ("a/b {page}", "é&=", "\ud800", "中"), strict=True
    ):
        draft = draft.with_parameter(parameter, value)
        values[parameter.name] = value
    request = draft.request()
    assert request.path == "/items/a%2Fb%20%7Bpage%7D"
    assert parse_qs(request.query) == {"page": ["é&="], "q": ["?"]}
    assert request.headers == {"x-trace": "?"}
    assert valid(schemas, read).request().path == "/items/1"  # the other is as it was


def test_a_path_may_have_any_letters() -> None:
    schemas, ones = found()
    request = valid(schemas, ones["GET /größe/{size}"]).request()
    request.path.encode("ascii")
    assert unquote(request.path) == "/größe/text"


def test_values_in_an_address() -> None:
    assert [as_text(value) for value in ("x", 1, 1.5, True, None)] == [
        "x", "1", "1.5", "true", "null",
    ]  # fmt: skip


def test_a_document_without_paths_has_none() -> None:
    for document in ({}, {"paths": {}}, {"paths": {"/x": {"summary": "nothing"}}}):
        assert list(operations(document)) == []


def test_parameters_of_a_path_are_those_of_its_operations() -> None:
    item: dict[str, Any] = {
        "parameters": [{"name": "id", "in": "path", "required": True}],
        "get": {"parameters": [{"name": "q", "in": "query"}]},
    }
    (one,) = operations({"paths": {"/{id}": item}})
    assert [parameter.name for parameter in one.parameters] == ["id", "q"]
    assert Draft(one, path={"id": "7"}).request().path == "/7"
