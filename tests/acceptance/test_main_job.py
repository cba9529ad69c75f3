"""From a sentence to a live keyed endpoint, and everything its maker does with it afterwards."""

from __future__ import annotations

import pytest

from tests.acceptance.stack import Stack

PROMPT = "a todo list API with title, due date and done"


@pytest.fixture(scope="module")
def todos(stack: Stack) -> dict[str, object]:
    return stack.cli("create", PROMPT)


def assert_problem(answer, status: int, code: str) -> dict[str, object]:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["request_id"]
    return problem


def test_create_answers_the_contract(todos) -> None:
    assert {
        "api_id", "slug", "name", "status", "revision", "endpoint_url", "api_key", "checks",
    } <= set(todos)  # fmt: skip
    assert todos["status"] == "active"
    assert todos["revision"] == 1
    assert todos["api_key"].startswith("ak_live_")
    assert todos["checks"]
    assert all(check["passed"] for check in todos["checks"])


def test_create_read_update_delete(stack: Stack, todos) -> None:
    made = stack.call(todos, "POST", "/todos", {"title": "Ship", "due_date": "2030-01-02"})
    assert made.status == 201, made.body
    item = made.json()
    assert (item["title"], item["due_date"], item["done"]) == ("Ship", "2030-01-02", False)
    listed = stack.call(todos, "GET", "/todos")
    assert item["id"] in [one["id"] for one in listed.json()["items"]]
    patched = stack.call(todos, "PATCH", f"/todos/{item['id']}", {"done": True})
    assert patched.json()["done"] is True
    assert stack.call(todos, "DELETE", f"/todos/{item['id']}").status == 204
    assert stack.call(todos, "GET", f"/todos/{item['id']}").status == 404
    assert stack.call(todos, "POST", "/todos", {"due_date": "soon"}).status == 422


def test_docs_work_behind_the_gateway(stack: Stack, todos) -> None:
    page = stack.call(todos, "GET", "/docs")
    assert page.status == 200
    prefix = todos["endpoint_url"].rsplit("/", 1)[1]
    assert f"/{prefix}/openapi.json".encode() in page.body
    assert stack.call(todos, "GET", "/openapi.json").json()["paths"]["/todos"]


def test_rows_survive_reload_rollback_and_restart(stack: Stack, todos) -> None:
    row = stack.call(todos, "POST", "/todos", {"title": "Keep me"}).json()
    api = todos["api_id"]

    def still_there() -> None:
        answer = stack.call(todos, "GET", f"/todos/{row['id']}")
        assert answer.status == 200, answer.body
        assert answer.json()["title"] == "Keep me"

    assert stack.cli("reload", api)["status"] == "active"
    still_there()
    source = stack.data_dir / "other.py"
    source.write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    assert stack.cli("deploy", str(source), "--api", api)["revision"] == 2
    assert stack.call(todos, "GET", "/todos").status == 404
    assert stack.cli("rollback", api)["status"] == "active"
    still_there()
    before = stack.cli("usage", api)["calls"]
    stack.stop()
    stack.start()
    todos["endpoint_url"] = stack.cli("show", api)["endpoint_url"]
    still_there()
    assert stack.cli("usage", api)["calls"] == before + 1


def test_without_a_key_and_with_a_wrong_one(stack: Stack, todos) -> None:
    assert_problem(stack.call(todos, "GET", "/todos", key=""), 401, "missing_key")
    wrong = "ak_live_" + "x" * 38
    known = assert_problem(stack.call(todos, "GET", "/todos", key=wrong), 401, "invalid_key")
    unknown = dict(todos, endpoint_url=todos["endpoint_url"].rsplit("/", 1)[0] + "/nowhere")
    other = assert_problem(stack.call(unknown, "GET", "/todos", key=wrong), 401, "invalid_key")
    assert {k: v for k, v in known.items() if k != "request_id"} == {
        k: v for k, v in other.items() if k != "request_id"
    }


def test_over_the_limit(stack: Stack, todos) -> None:
    key = stack.cli("keys", "create", todos["api_id"], "--rate", "1", "--burst", "3")["api_key"]
    answers = [stack.call(todos, "GET", "/todos", key=key) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert "ratelimit-policy" in answers[0].headers
    refused = stack.call(todos, "GET", "/todos", key=key)
    problem = assert_problem(refused, 429, "rate_limited")
    assert {"limit", "allowed", "seen"} <= set(problem)
    assert {"ratelimit", "ratelimit-policy", "retry-after"} <= set(refused.headers)


def test_keys_rotate_and_revoke_at_once(stack: Stack, todos) -> None:
    made = stack.cli("keys", "create", todos["api_id"], "--name", "second")
    assert stack.call(todos, "GET", "/todos", key=made["api_key"]).status == 200
    rotated = stack.cli("keys", "rotate", made["key_id"])
    stack.wait(
        lambda: stack.call(todos, "GET", "/todos", key=made["api_key"]).status == 401,
        1.0,
        "the old key is refused",
    )
    assert stack.call(todos, "GET", "/todos", key=rotated["api_key"]).status == 200
    assert stack.cli("keys", "revoke", rotated["key_id"])["revoked_at"]
    stack.wait(
        lambda: stack.call(todos, "GET", "/todos", key=rotated["api_key"]).status == 401,
        1.0,
        "the revoked key is refused",
    )
    listed = stack.cli("keys", "list", todos["api_id"])["keys"]
    assert all("api_key" not in key and key["key_start"] for key in listed)


def test_pause_and_resume(stack: Stack, todos) -> None:
    api = todos["api_id"]
    assert stack.cli("pause", api)["status"] == "paused"
    stack.wait(
        lambda: stack.call(todos, "GET", "/todos").status == 503, 2.0, "the paused Api is refused"
    )
    assert_problem(stack.call(todos, "GET", "/todos"), 503, "api_paused")
    assert stack.cli("resume", api)["status"] == "active"
    stack.wait(
        lambda: stack.call(todos, "GET", "/todos").status == 200, 2.0, "the resumed Api answers"
    )


def test_what_recipes_do_not_understand_is_refused(stack: Stack) -> None:
    refused = stack.cli("create", "predict tomorrow's stock prices with an LSTM", code=1)
    assert refused["error"]["code"] == "needs_model"


def test_delete(stack: Stack) -> None:
    source = stack.data_dir / "gone.py"
    source.write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    api = stack.cli("deploy", str(source), "--name", "Short lived")
    assert stack.call(api, "GET", "/openapi.json").status == 200
    stack.cli("delete", api["api_id"])
    stack.wait(
        lambda: stack.call(api, "GET", "/openapi.json").status == 401, 2.0, "its key is dead"
    )
    stack.cli("show", api["api_id"], code=1)
    stack.wait(
        lambda: not (stack.data_dir / "apis" / api["api_id"]).exists(), 5.0, "its data is gone"
    )
