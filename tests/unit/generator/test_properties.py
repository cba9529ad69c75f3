"""check_properties on real apps: whoever breaks a property is caught, whoever is right passes."""

from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI, Header, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from apibuilder.domain import Check
from apibuilder.generator.base import CallFailed
from apibuilder.generator.properties import check_properties
from tests.unit.generator.twins import AppSession, SessionTwin, answering

TYPES, IDS, ERRORS = "wrong types are refused", "unknown ids are not found", "no server errors"


async def failed(app: FastAPI) -> dict[str, str]:
    """Names and details of the properties that do not hold."""
    checks = await check_properties(AppSession(app))
    assert [check.name for check in checks] == [TYPES, IDS, ERRORS]
    return {check.name: check.detail for check in checks if not check.passed}


class Item(BaseModel):
    name: str = Field(max_length=100)
    price: float = Field(ge=0, allow_inf_nan=False)
    size: Literal["s", "m"] = "s"
    tags: list[str] = []
    parent: int | None = None


class Node(BaseModel):
    size: int = Field(alias="größe")
    left: "Node | None"
    children: list["Node"] = []


def shop() -> FastAPI:
    """All as it should be."""
    app, kept = FastAPI(), dict[int, Item]()

    @app.post("/items", status_code=201)
    def add(item: Item) -> int:
        kept[len(kept) + 1] = item
        return len(kept)

    @app.get("/items")
    def search(q: str = "", page: Annotated[int, Query(ge=1, le=10**6)] = 1) -> list[Item]:
        return [one for one in kept.values() if q in one.name][(page - 1) * 10 :]

    @app.get("/items/{item_id}")
    def read(item_id: int) -> Item:
        if item_id not in kept:
            raise HTTPException(404)
        return kept[item_id]

    @app.put("/items/{item_id}", responses={404: {}})
    def replace(item_id: int, item: Item) -> Item:
        if item_id not in kept:
            raise HTTPException(404)
        kept[item_id] = item
        return item

    @app.delete("/items/{item_id}", status_code=204)
    def remove(item_id: int) -> None:
        kept.pop(item_id, None)

    return app


async def test_a_right_app_passes() -> None:
    assert await failed(shop()) == {}


async def test_the_same_app_gets_the_same_requests() -> None:
    sessions = [AppSession(shop()), AppSession(shop())]
    for session in sessions:
        await check_properties(session)
    assert sessions[0].requests == sessions[1].requests
    assert 100 < len(sessions[0].requests) < 1200


async def test_a_body_that_is_not_checked_is_caught() -> None:
    app = FastAPI()

    @app.post("/items", openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}}}
    })  # fmt: skip
    async def add(request: Request) -> str:
        return str(await request.body())

    found = await failed(app)
    assert set(found) == {TYPES}
    assert 'POST /items with "not an object" answered 200' in found[TYPES]
    assert "but status 422 was expected" in found[TYPES]
    assert found[TYPES].count("; ") == 2  # three of them are shown


async def test_a_wrong_type_that_crashes_is_caught() -> None:
    app = FastAPI()

    @app.get("/double")
    def double(request: Request, n: Annotated[Any, Query(json_schema_extra={"type": "integer"})]
    ) -> int:  # fmt: skip
        return int(n) * 2

    assert set(await failed(app)) == {TYPES, ERRORS}


@pytest.mark.parametrize("kind", [int, str, UUID, Annotated[int, Path(lt=100)]])
async def test_an_unknown_id_that_is_found_is_caught(kind: Any) -> None:
    app = FastAPI()

    @app.get("/items/{item_id}")
    def read(item_id: kind) -> str:
        return "here it is"

    found = await failed(app)
    assert set(found) == {IDS}
    assert "but status 404 was expected" in found[IDS]


async def test_a_documented_404_is_held_to() -> None:
    app = FastAPI()

    @app.get("/words/{word}", responses={404: {}})
    def read(word: str) -> str:
        return word

    assert set(await failed(app)) == {IDS}


async def test_a_server_error_is_caught_with_its_request() -> None:
    app = FastAPI()

    @app.get("/divide")
    def divide(a: float, b: float) -> float:
        return a // b

    @app.post("/first")
    def first(names: list[str]) -> str:
        return names[0]

    found = await failed(app)
    assert set(found) == {ERRORS}
    assert "b=0 answered 500" in found[ERRORS]
    assert "POST /first with [] answered 500" in found[ERRORS]


async def test_a_text_that_is_hard_to_take_is_caught() -> None:
    app = FastAPI()

    class Note(BaseModel):
        text: str

    @app.post("/notes")
    def add(note: Note) -> str:
        return note.text[0]

    assert set(await failed(app)) == {ERRORS}


async def test_no_answer_is_caught() -> None:
    document = shop().openapi()
    session = SessionTwin(lambda _: CallFailed("it crashed"), document)
    checks = await check_properties(session)
    assert not any(check.passed for check in checks)
    assert "got no answer: it crashed" in checks[0].detail


# --- what is right, if unusual -------------------------------------------------------


async def test_who_asks_may_come_first() -> None:
    app = FastAPI()

    @app.get("/items/{item_id}")
    def read(item_id: int, authorization: Annotated[str, Header()] = "") -> str:
        raise HTTPException(401)

    assert await failed(app) == {}


async def test_what_one_alternative_refuses_another_may_take() -> None:
    app = FastAPI()

    class Number(BaseModel):
        value: int

    class Text(BaseModel):
        value: str

    @app.post("/either")
    def either(it: Number | Text) -> str:
        return str(it.value)

    assert await failed(app) == {}


async def test_ids_that_are_all_known_are_not_asked_for() -> None:
    app = FastAPI()

    @app.get("/sizes/{size_id}", responses={404: {}})
    def read(size_id: Literal["s", "m"]) -> str:
        return size_id

    assert await failed(app) == {}


async def test_patterns_and_other_rules_may_refuse_first() -> None:
    app = FastAPI()

    @app.get("/codes/{code_id}")
    def code(code_id: Annotated[str, Path(pattern="^[A-Z]{3}[0-9]$")]) -> str:
        raise HTTPException(404)

    @app.get("/rates/{rate_id}")
    def rate(rate_id: int, currency: Annotated[str, Query(pattern="^[A-Z]{3}$")]) -> str:
        raise HTTPException(404)

    @app.get("/long/{long_id}")
    def long(long_id: Annotated[str, Path(min_length=30)]) -> str:
        raise HTTPException(404)

    @app.get("/short/{short_id}")
    def short(short_id: Annotated[str, Path(max_length=4)]) -> str:
        raise HTTPException(404)

    @app.get("/levels/{level}", responses={404: {}})
    def level(level: Annotated[float, Path(lt=10)]) -> str:
        raise HTTPException(404)

    assert await failed(app) == {}


async def test_a_path_and_a_model_of_any_shape() -> None:
    app = FastAPI()

    @app.post("/größe/{name}")
    def add(name: str, node: Node) -> int:
        return node.size

    assert await failed(app) == {}


# --- documents that are none -----------------------------------------------------------


@pytest.mark.parametrize("document", [{}, {"openapi": "3.1.0"}, {"paths": {}}])
async def test_without_operations_there_are_no_properties(document: dict[str, Any]) -> None:
    session = answering(b"")
    session.openapi = document
    assert await check_properties(session) == []


MALFORMED: dict[str, Any] = {
    "paths": ["/x"],
    "path": {"/x": 7},
    "operation": {"/x": {"get": 7}},
    "parameter": {"/x": {"get": {"parameters": [{}]}}},
    "schema": {"/x": {"get": {"parameters": [{"name": "a", "in": "query", "schema": 7}]}}},
    "reference": {"/x": {"post": {"requestBody": {"$ref": "#/nowhere"}}}},
    "bound": {"/x/{a}": {"get": {"parameters": [
        {"name": "a", "in": "path", "schema": {"type": "integer", "minimum": "x"}}]}}},
}  # fmt: skip


@pytest.mark.parametrize("paths", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_document_fails_the_checks_and_nothing_else(paths: Any) -> None:
    session = answering(b"")
    session.openapi = {"paths": paths}
    checks = await check_properties(session)
    assert checks
    assert all(isinstance(check, Check) for check in checks)
    broken = [check.detail for check in checks if not check.passed]
    assert any("its OpenAPI document cannot be read: " in detail for detail in broken)


async def test_a_huge_document_is_no_endless_run() -> None:
    session = answering(b"", 404)
    session.openapi = {
        "paths": {f"/{n}/{{id}}": {"get": {"parameters": [
            {"name": "id", "in": "path", "schema": {"type": "string"}}]}} for n in range(2000)}
    }  # fmt: skip
    checks = await check_properties(session)
    assert all(check.passed for check in checks)
    assert len(session.requests) <= 3 * 400
