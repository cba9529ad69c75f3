"""run_case: what a request is made of, and what an answer must be."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Form, UploadFile
from pydantic import JsonValue, ValidationError

from apibuilder.generator.base import CallFailed, HttpResponse
from apibuilder.generator.cases import Expectation, Step, StepRequest, TestCase, Upload
from apibuilder.generator.runner import describe_request, describe_response, encode, run_case
from tests.unit.generator.twins import SessionTwin, answering

GET = StepRequest(method="GET", path="/x")


async def outcome(session: SessionTwin, request: StepRequest = GET, **expected: Any) -> str:
    """The detail of a Check of one step, empty if it passed."""
    step = Step(request=request, expect=Expectation(**{"status": 200, **expected}))
    check = await run_case(session, TestCase(name="one", steps=[step]))
    assert (check.name, check.passed) == ("one", not check.detail)
    return check.detail


def answers(value: JsonValue) -> SessionTwin:
    return answering(json.dumps(value).encode(), content_type="application/json")


# --- requests ------------------------------------------------------------------


def test_captured_values_stand_in_path_query_headers_and_body() -> None:
    request = StepRequest(
        method="POST",
        path="/items/{id}/{name}",
        query={"of": "{id}", "text": "x{id}", "flag": True, "off": False, "many": [1, 2]},
        headers={"X-Of": "<{name}>"},
        body={"id": "{id}", "list": ["{list}", "{id}!"], "other": "{other}", "n": 1},
    )
    sent = encode(request, {"id": 7, "name": "a b/é", "list": [1, {"a": None}]})
    assert sent.path == "/items/7/a%20b/%C3%A9"
    assert sent.query == "of=7&text=x7&flag=true&off=false&many=1&many=2"
    assert sent.headers == {"x-of": "<a b/é>", "content-type": "application/json"}
    assert json.loads(sent.body) == {
        "id": 7,
        "list": [[1, {"a": None}], "7!"],
        "other": "{other}",
        "n": 1,
    }


def test_whatever_an_api_answered_can_be_sent_on() -> None:
    wild = "\ud800\u4e2d\n\x00"
    request = StepRequest(
        method="PUT",
        path="/{wild}",
        query={"q": "{wild}"},
        headers={"X-Wild": "{wild}"},
        body="{wild}",
    )
    sent = encode(request, {"wild": wild})
    sent.path.encode("ascii")
    sent.query.encode("ascii")
    sent.headers["x-wild"].encode("latin-1")
    assert json.loads(sent.body) == wild


@pytest.mark.parametrize(
    ("request_", "body", "content_type"),
    [
        ({}, b"", None),
        ({"body": {"a": 1}}, b'{"a": 1}', "application/json"),
        ({"body": False}, b"false", "application/json"),
        ({"body": 0}, b"0", "application/json"),
        ({"text": "null"}, b"null", "application/json"),
        ({"text": ""}, b"", "application/json"),
        ({"text": "a,b", "headers": {"Content-Type": "text/csv"}}, b"a,b", "text/csv"),
        ({"form": {"a": "x y"}}, b"a=x+y", "application/x-www-form-urlencoded"),
    ],
)
def test_bodies(request_: dict[str, Any], body: bytes, content_type: str | None) -> None:
    sent = encode(StepRequest(method="POST", path="/", **request_), {})
    assert sent.body == body
    assert sent.headers.get("content-type") == content_type


async def test_an_upload_is_read_by_a_real_app() -> None:
    app = FastAPI()

    @app.post("/")
    async def read(note: str = Form(), one: UploadFile = ..., two: UploadFile = ...) -> Any:  # type: ignore[assignment]
        parts = [(file.filename, file.content_type, list(await file.read())) for file in (one, two)]
        return {"note": note, "parts": parts}

    data = bytes(range(256)) + b"\r\n--"
    request = StepRequest(
        method="POST",
        path="/",
        form={"note": "é"},
        files={
            "one": Upload(filename="a.txt", content="über\r\n"),
            "two": Upload(
                filename="b.bin",
                content=base64.b64encode(data).decode(),
                content_type="image/png",
                base64=True,
            ),
        },
    )
    sent = encode(request, {})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://api.test"
    ) as client:
        answer = await client.post("/", content=sent.body, headers=sent.headers)
    assert answer.json() == {
        "note": "é",
        "parts": [
            ["a.txt", "text/plain", list("über\r\n".encode())],
            ["b.bin", "image/png", list(data)],
        ],
    }


def test_data_that_cannot_be_read_is_refused_when_the_test_is_written() -> None:
    with pytest.raises(ValidationError):
        Upload(filename="x", content="a", base64=True)
    for prefix in ("", "8", "xy", "89 50"):
        with pytest.raises(ValidationError):
            Expectation(status=200, prefix=prefix)


# --- answers -------------------------------------------------------------------

ANSWER: JsonValue = {"id": 1, "name": "x", "tags": [{"n": 1}, {"n": 2}], "none": None, "ok": True}


@pytest.mark.parametrize(
    "subset",
    [
        {},
        {"id": 1},
        {"id": 1.0},
        {"none": None, "ok": True},
        {"tags": [{}, {"n": 2}]},
        ANSWER,
    ],
)
async def test_a_subset(subset: JsonValue) -> None:
    assert await outcome(answers(ANSWER), subset=subset) == ""


@pytest.mark.parametrize(
    ("subset", "why"),
    [
        ({"id": 2}, "the answer.id should be 2"),
        ({"ok": 1}, "the answer.ok should be 1"),
        ({"id": True}, "the answer.id should be true"),
        ({"none": 0}, "the answer.none should be 0"),
        ({"missing": None}, "the answer should have 'missing'"),
        ({"tags": [{"n": 1}]}, "the answer.tags should be a list of 1"),
        ({"tags": [{"n": 1}, {"n": 3}]}, "the answer.tags.1.n should be 3"),
        ({"tags": {}}, "the answer.tags should be an object"),
        ([], "the answer should be a list of 0"),
    ],
)
async def test_no_subset(subset: JsonValue, why: str) -> None:
    assert (await outcome(answers(ANSWER), subset=subset)).endswith(f", but {why}")


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (0.1 + 0.2, 0.3),
        (3, 3.0),
        (3.0, 3),
        (1e-12, 0),
        (10**400, 10**400),
        ([{"a": 0.30000000000000004}], [{"a": 0.3}]),
        ("x", "x"),
        ({}, {}),
        (False, False),
    ],
)
async def test_numbers_are_compared_as_numbers(seen: JsonValue, wanted: JsonValue) -> None:
    assert await outcome(answers(seen), equals=wanted) == ""
    assert await outcome(answers({"v": seen}), subset={"v": wanted}) == ""


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (0.3001, 0.3),
        (1, True),
        (False, 0),
        ("1", 1),
        (10**400, 1.5),
        (10**400, 10**400 + 1),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        (None, False),
        ({"a": 1, "b": None}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": None}),
        ({"a": [True]}, {"a": [1]}),
    ],
)
async def test_what_is_not_equal(seen: JsonValue, wanted: JsonValue) -> None:
    assert "exactly" in await outcome(answers(seen), equals=wanted)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe\x00", b"[" * 100_000])
async def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    assert (await outcome(answering(body), subset={})).endswith("but JSON was expected")


async def test_status_headers_and_texts() -> None:
    session = answering("größe: 3\n".encode(), 201, content_type="text/plain; charset=utf-8")
    right = {
        "status": 201,
        "headers": {"Content-Type": "text/plain"},
        "contains": ["größe", "3"],
        "lacks": ["4"],
        "prefix": "6772C3b6",
    }
    assert await outcome(session, **right) == ""
    wrong = {
        "status": (200, "status 200 was expected"),
        "headers": ({"X-None": "1"}, "header X-None with '1' was expected"),
        "contains": (["größe", "4"], "a body with '4' was expected"),
        "lacks": (["größe"], "a body without 'größe' was expected"),
        "prefix": ("00", "a body that begins with the bytes 00 was expected"),
    }
    for name, (value, why) in wrong.items():
        assert (await outcome(session, **{**right, name: value})).endswith(f"but {why}")


# --- cases -----------------------------------------------------------------------


def steps(*expected: dict[str, Any], capture: dict[str, str]) -> TestCase:
    first, *others = [Step(request=GET, expect=Expectation(status=200, **one)) for one in expected]
    first.capture = capture
    return TestCase(name="steps", steps=[first, *others])


async def test_captures_are_there_for_later_steps() -> None:
    session = answers({"items": [{"id": "a"}, {"id": [1]}], "n": 3})
    captured = {"id": "items.1.id", "first": "items.0.id", "n": "n"}
    same = steps(
        {},
        {"subset": {"n": "{n}", "items": [{"id": "{first}"}, {"id": "{id}"}]}},
        {"contains": ['"n": {n}'], "lacks": ['"n": {n}{n}']},
        capture=captured,
    )
    assert (await run_case(session, same)).detail == ""
    other = steps({}, {"lacks": ['"n": {n}']}, capture=captured)
    assert "step 2: " in (await run_case(session, other)).detail


@pytest.mark.parametrize("place", ["id", "items.2", "items.-1", "items.x", "n.x", "items.0.none"])
async def test_what_cannot_be_captured_fails_its_step(place: str) -> None:
    session = answers({"items": [{}, {}], "n": 3})
    check = await run_case(session, steps({}, capture={"it": place}))
    assert check.detail.endswith(f"but it should have {place!r}")


async def test_a_case_ends_at_the_first_step_that_fails() -> None:
    session = answers(1)
    check = await run_case(session, steps({}, {"equals": 2}, {}, capture={}))
    assert not check.passed
    assert check.detail == "step 2: GET /x answered 200 1, but exactly 2 was expected"
    assert len(session.requests) == 2
    assert check.seconds >= 0


async def test_no_answer_is_a_failure_of_the_step() -> None:
    session = SessionTwin(lambda _: CallFailed("it crashed"))
    assert await outcome(session) == "step 1: GET /x got no answer: it crashed"


def test_descriptions_are_short() -> None:
    request = encode(StepRequest(method="PUT", path="/x", query={"a": 1}, body="y" * 1000), {})
    described = describe_request(request)
    assert described.startswith('PUT /x?a=1 with "yyyy')
    assert described.endswith("yyy... (1002 characters)")
    response = HttpResponse(status=500, headers={}, body=b"\xff" * 1000)
    assert len(describe_response(response)) < 450
    assert describe_response(HttpResponse(status=204, headers={}, body=b"")) == "204"
