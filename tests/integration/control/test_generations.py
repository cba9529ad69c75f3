"""From a sentence to an Api that serves, with the real Backend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import fork_backend, get
from tests.integration.control.conftest import Control
from tests.integration.control.generations import EVENTS, events_of, runs
from tests.integration.control.test_deployments import RESULT, assert_problem

TODOS = {"prompt": "a todo list with title and done"}


@pytest.fixture
async def backend() -> AsyncIterator[Supervisor]:
    """The real one, in place of the twin: what is generated is run."""
    async with fork_backend(("full", "no-namespace"), spares=2) as supervisor:
        yield supervisor


async def test_a_sentence_becomes_an_api_that_serves(control: Control) -> None:
    answer = await control.post("/generations", TODOS)
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert set(made) == RESULT
    assert (made["status"], made["revision"], made["error"]) == ("active", 1, None)
    assert (made["name"], made["slug"]) == ("Todos", "todos")
    assert made["api_key"].startswith("ak_live_")
    assert len(made["checks"]) > 3
    assert all(check["passed"] for check in made["checks"])

    revision = (await control.get(f"/apis/{made['slug']}/revisions/1")).json()
    assert "class TodoCreate(BaseModel)" in revision["source"]
    assert "/todos/{todo_id}" in revision["openapi"]["paths"]
    assert (await control.get(f"/apis/{made['slug']}")).json()["prompt"] == TODOS["prompt"]
    (placed,) = await control.backend.placed()  # and no trial of it is left
    assert str(placed.api_id) == made["api_id"]
    assert (await get(placed.instances[0], "/todos"))[1]["total"] == 0

    (run,) = await runs(control)
    assert (run["status"], run["model"], run["prompt"]) == (
        "succeeded", "recipes", TODOS["prompt"],
    )  # fmt: skip
    assert str(run["api_id"]) == made["api_id"]
    assert run["plan"]["title"] == "Todos"
    assert run["finished_at"] is not None


async def test_a_name_can_be_given(control: Control) -> None:
    made = (await control.post("/generations", {**TODOS, "name": "Things to do"})).json()
    assert (made["name"], made["slug"]) == ("Things to do", "things-to-do")


async def test_every_stage_is_told_in_order_and_the_result_last(control: Control) -> None:
    answer = await control.post("/generations", TODOS, headers=EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    *stages, (last, result) = events_of(answer.text)
    assert {name for name, _ in stages} == {"stage"}
    assert [f"{one['stage']} {one['status']}" for _, one in stages] == [
        f"{stage} {status}"
        for stage in ("plan", "tests", "code", "check", "run", "deploy")
        for status in ("started", "done")
    ]
    assert all(set(one) == {"stage", "status", "detail"} for _, one in stages)
    assert last == "result"
    assert set(result) == RESULT
    assert result["status"] == "active"
    assert stages[-1][1]["detail"] == result["endpoint_url"]


async def test_an_edit_makes_a_revision_of_the_same_api(control: Control) -> None:
    made = (await control.post("/generations", TODOS)).json()
    for number, (change, field) in enumerate(
        [("add a priority", "priority"), ("add a due date and tags", "tags")], 2
    ):
        ref = made["slug"] if number == 2 else made["api_id"]
        answer = await control.post("/generations", {"api": ref, "prompt": change})
        assert answer.status_code == 201, answer.text
        edited = answer.json()
        assert (edited["api_id"], edited["revision"]) == (made["api_id"], number)
        assert edited["api_key"] is None
        revision = (await control.get(f"/apis/{ref}/revisions/{number}")).json()
        assert f'"{field}"' in revision["source"]
    assert '"priority"' in revision["source"]
    assert len((await control.get("/apis")).json()["apis"]) == 1


async def test_an_edit_that_is_not_understood_leaves_all_as_it_is(control: Control) -> None:
    made = (await control.post("/generations", TODOS)).json()
    wanted = {"api": made["slug"], "prompt": "make it remind me of what is due"}
    assert_problem(await control.post("/generations", wanted), 422, "needs_model")
    api = (await control.get(f"/apis/{made['slug']}")).json()
    assert (api["status"], api["revision"]) == ("active", 1)
    assert [run["status"] for run in await runs(control)] == ["succeeded", "failed"]


async def test_an_edit_starts_from_the_revision_that_serves(control: Control) -> None:
    made = (await control.post("/generations", TODOS)).json()
    ref = made["slug"]
    await control.post("/generations", {"api": ref, "prompt": "add a priority"})
    await control.post(f"/apis/{ref}/rollback?wait=30")
    third = await control.post("/generations", {"api": ref, "prompt": "add a due date"})
    assert third.json()["revision"] == 3
    source = (await control.get(f"/apis/{ref}/revisions/3")).json()["source"]
    assert "due_date" in source
    assert "priority" not in source


async def test_a_repeated_request_makes_one_api_and_shows_no_second_key(control: Control) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = (await control.post("/generations", TODOS, headers=headers)).json()
    again = await control.post("/generations", TODOS, headers=headers)
    assert again.status_code == 201, again.text
    assert again.json()["api_id"] == first["api_id"]
    assert again.json()["deployment_id"] == first["deployment_id"]
    assert again.json()["api_key"] is None
    assert len((await control.get("/apis")).json()["apis"]) == 1
    other = {"prompt": "a list of books with author and title"}
    refused = await control.post("/generations", other, headers=headers)
    assert_problem(refused, 409, "conflict")
    assert len((await control.get("/apis")).json()["apis"]) == 1
