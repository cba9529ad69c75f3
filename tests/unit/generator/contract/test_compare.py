"""What callers notice: the same difference means another thing going in than coming out."""

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model

from apibuilder.generator.contract.change import Impact, breaking
from apibuilder.generator.contract.compare import compare


def api(fields: dict[str, Any], *, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document of an API that takes and answers these fields."""
    sent = create_model("Sent", **fields)
    read = create_model("Read", **(answer if answer is not None else {"id": (int, ...)}))
    app = FastAPI()

    @app.post("/things")
    def add(body: sent) -> read:
        raise NotImplementedError

    return app.openapi()


def said(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(one.impact), one.detail) for one in compare(old, new)]


BASE: dict[str, Any] = {"title": (str, Field(max_length=100)), "size": (int | None, None)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (BASE, []),
        ({**BASE, "more": (str | None, None)}, [("added", "`more` is new and may be sent")]),
        ({**BASE, "more": (str, ...)}, [("breaking", "`more` is new and must be sent")]),
        ({"title": BASE["title"]}, [("breaking", "`size` is no longer taken")]),
        (
            {**BASE, "title": (str, Field(max_length=80))},
            [("breaking", "`title` must have at most 80 characters now")],
        ),
        (
            {**BASE, "title": (str, Field(max_length=120))},
            [("compatible", "`title` must have at most 120 characters now")],
        ),
        (
            {**BASE, "title": (str, ...)},
            [("compatible", "`title` need not have at most 100 characters any more")],
        ),
        ({**BASE, "size": (int, 3)}, [("breaking", "`size` may not be null now")]),
        (
            {**BASE, "size": (float | None, None)},
            [("compatible", "`size` was integer or null and is null or number now")],
        ),
        (
            {**BASE, "size": (str | None, None)},
            [("breaking", "`size` was integer or null and is null or string now")],
        ),
    ],
)
def test_what_goes_in_may_only_become_wider(
    fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert said(api(BASE), api(fields)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"id": (int, ...), "more": (str, ...)}, [("added", "`more` is in the answer too")]),
        ({}, [("breaking", "`id` is no longer in the answer")]),
        ({"id": (int | None, ...)}, [("breaking", "`id` may be null now")]),
        ({"id": (float, ...)}, [("breaking", "`id` was integer and is number now")]),
    ],
)
def test_what_comes_out_may_only_become_narrower(
    answer: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert said(api(BASE), api(BASE, answer=answer)) == expected


def test_operations_and_parameters() -> None:
    old, new = FastAPI(), FastAPI()

    @old.get("/a/{one}")
    def a(one: int, q: str = "", kept: int = 0) -> None: ...

    @old.get("/gone")
    def gone() -> None: ...

    @new.get("/a/{other}")
    def b(other: int, kept: int, fresh: str = "") -> None: ...

    @new.put("/new")
    def put() -> None: ...

    found = compare(old.openapi(), new.openapi())
    assert {(one.impact, one.detail, one.operations) for one in found} == {
        (Impact.BREAKING, "the operation is gone", ("GET /gone",)),
        (Impact.ADDED, "a new operation", ("PUT /new",)),
        (Impact.BREAKING, "the query parameter `q` is no longer understood", ("GET /a/{one}",)),
        (Impact.BREAKING, "the query parameter `kept` must be sent now", ("GET /a/{one}",)),
        (Impact.ADDED, "the query parameter `fresh` may be sent now", ("GET /a/{one}",)),
    }
    assert [one.impact for one in found[:3]] == [Impact.BREAKING] * 3, "what breaks comes first"
    assert len(breaking(found)) == 3


class Node(BaseModel):
    """Holds itself."""

    name: str
    below: list["Node"] = []


class Fuller(BaseModel):
    """Holds itself too, with one more member deep inside."""

    name: str
    below: list["Fuller"] = []
    depth: int


def test_models_that_hold_themselves_end() -> None:
    def document(model: type[BaseModel]) -> dict[str, Any]:
        app = FastAPI()
        app.post("/nodes", response_model=model)(lambda: None)
        return app.openapi()

    assert compare(document(Node), document(Node)) == []
    assert said(document(Node), document(Fuller)) == [("added", "`depth` is in the answer too")]
