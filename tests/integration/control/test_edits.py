"""Editing by talking, with the real Backend: the data stays, hand-written code stays, callers are
warned."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.fork.link import Link
from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.control.generations.sandbox import LinkSession
from apibuilder.generator.base import HttpRequest
from tests.contracts.backends import LIMITS, fork_backend
from tests.integration.control.conftest import Control
from tests.integration.control.generations import EVENTS, events_of
from tests.integration.control.test_deployments import assert_problem
from tests.integration.store.conftest import Stores


@pytest.fixture
async def backend() -> AsyncIterator[Supervisor]:
    """The real one, in place of the twin: what is changed is run."""
    async with fork_backend(("full", "no-namespace"), spares=2) as supervisor:
        yield supervisor


async def asked(
    control: Control, api: dict[str, Any], method: str, path: str, body: Any = None
) -> Any:
    """The JSON of what the live Api answers."""
    current = await control.database.fetchval(
        "select current_deployment_id from apis where id = $1", UUID(api["api_id"])
    )
    (instance,) = await control.backend.acquire(current)
    link = await Link.open(instance.address)
    sent = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    try:
        answer = await LinkSession({}, link, LIMITS).call(
            HttpRequest(method=method, path=path, headers=headers, body=sent)
        )
    finally:
        link.close()
    assert answer.status < 300, answer
    return json.loads(answer.body)


async def made(control: Control, prompt: str) -> dict[str, Any]:
    answer = await control.post("/generations", {"prompt": prompt})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_change_keeps_data_and_code_and_says_what_callers_notice(control: Control) -> None:
    api = await made(control, "a todo list with title, notes and done")
    first = await asked(control, api, "POST", "/todos", {"title": "Ship it", "done": True})

    # By hand, before the edit: it must survive it.
    source = (await control.get(f"/apis/{api['slug']}/revisions/1")).json()["source"]
    by_hand = source + '\n\n@app.get("/motto")\ndef motto() -> str:\n    return "by hand"\n'
    answer = await control.post(f"/apis/{api['slug']}/revisions?wait=30", {"source": by_hand})
    assert answer.status_code == 201, answer.text

    change = "rename title to headline, remove done and add a priority field, integer 1 to 5"
    answer = await control.post(f"/apis/{api['slug']}/edits", {"change": change}, headers=EVENTS)
    events = events_of(answer.text)
    assert events[-1][0] == "result", events[-1]
    edited = events[-1][1]
    assert edited["revision"] == 3
    assert "by hand" in edited["notes"][0]
    assert {one["impact"] for one in edited["changes"]} == {"breaking", "compatible", "added"}
    said = {one["detail"] for one in edited["changes"]}
    assert {"`title` is no longer taken", "`priority` is new and may be sent"} <= said
    assert "-    title: TodoTitle" in edited["diff"]
    assert "motto" not in edited["diff"], "what was written by hand is not touched"
    names = [check["name"] for check in edited["checks"]]
    assert "stored data survives" in names

    found = await asked(control, api, "GET", f"/todos/{first['id']}")
    assert found["headline"] == "Ship it"
    assert found["priority"] is None
    assert "done" not in found
    assert await asked(control, api, "GET", "/motto") == "by hand"
    await asked(control, api, "POST", "/todos", {"headline": "Another", "priority": 5})

    # And back: the first revision finds all it knows, of what was added meanwhile too.
    answer = await control.post(f"/apis/{api['slug']}/rollback?wait=30", {"revision": 1})
    assert answer.status_code == 201, answer.text
    listed = await asked(control, api, "GET", "/todos")
    assert [(one["title"], one["done"]) for one in listed["items"]] == [
        ("Ship it", True),
        ("Another", False),
    ]


async def test_a_rule_that_stored_data_breaks_is_not_published(control: Control) -> None:
    api = await made(control, "a todo list with title and notes")
    await asked(control, api, "POST", "/todos", {"title": "No notes here, and a long title"})
    for change in ("make notes required", "limit title to 10 characters"):
        answer = await control.post(f"/apis/{api['slug']}/edits", {"change": change})
        problem = assert_problem(answer, 422, "data_changed")
        assert "On a copy of the data" in str(problem["detail"])
    live = (await control.get(f"/apis/{api['slug']}")).json()
    assert (live["status"], live["revision"]) == ("active", 1)

    answer = await control.post(
        f"/apis/{api['slug']}/edits", {"change": "make notes required, default nothing"}
    )
    assert answer.status_code == 201, answer.text
    listed = await asked(control, api, "GET", "/todos")
    assert listed["items"][0]["notes"] == "nothing"


async def test_a_change_that_breaks_live_subscribers_is_confirmed_first(control: Control) -> None:
    api = await made(control, "a todo list with title and done")
    ref = api["slug"]
    removal = {"change": "remove done"}
    await subscribed(control, UUID(api["api_id"]))
    problem = assert_problem(
        await control.post(f"/apis/{ref}/edits", removal), 409, "breaking_change"
    )
    assert problem["subscribers"] == 1
    changes: Any = problem["changes"]
    assert "`done` is no longer in the answer" in [one["detail"] for one in changes]
    assert (await control.get(f"/apis/{ref}")).json()["revision"] == 1
    compatible = await control.post(f"/apis/{ref}/edits", {"change": "add a priority"})
    assert compatible.status_code == 201, compatible.text
    confirmed = await control.post(f"/apis/{ref}/edits", {**removal, "confirm_breaking": True})
    assert confirmed.status_code == 201, confirmed.text

    found = (await control.get(f"/apis/{ref}/diff")).json()
    assert (found["before"], found["after"]) == (2, 3)
    assert found["changes"][0]["impact"] == "breaking"
    assert found["diff"].startswith("--- revision 2\n+++ revision 3\n")
    same = (await control.get(f"/apis/{ref}/diff?before=3&after=3")).json()
    assert (same["diff"], same["changes"]) == ("", [])
    assert_problem(await control.get(f"/apis/{ref}/diff?before=1&after=99"), 404, "not_found")


async def test_any_module_gets_tighter_limits_and_an_honest_no_for_the_rest(
    control: Control,
) -> None:
    source = """
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()

class Note(BaseModel):
    text: str = Field(max_length=100)

@app.post("/notes")
def add(note: Note) -> Note:
    return note
"""
    api = await control.deployed(source)
    ref = api["slug"]
    answer = await control.post(f"/apis/{ref}/edits", {"change": "limit text to 20 characters"})
    assert answer.status_code == 201, answer.text
    changed = (await control.get(f"/apis/{ref}/revisions/2")).json()["source"]
    assert changed == source.replace("100", "20")
    answer = await control.post(f"/apis/{ref}/edits", {"change": "translate the notes"})
    assert_problem(answer, 422, "needs_model")


async def subscribed(control: Control, api_id: UUID) -> None:
    """Somebody else who may call it."""
    database, person = control.database, uuid4()
    await Stores(database).accounts.ensure_operator(person, "somebody", "free")
    listing = await database.fetchval(
        "insert into listings (api_id, title) values ($1, 'Listed') returning id", api_id
    )
    plan = await database.fetchval(
        "insert into listing_plans (listing_id, name, requests_per_second, burst, monthly_quota)"
        " values ($1, 'Free', 1, 1, 100) returning id",
        listing,
    )
    await database.execute("update listings set status = 'published' where id = $1", listing)
    await database.execute(
        "insert into subscriptions (listing_id, listing_plan_id, user_id) values ($1, $2, $3)",
        *(listing, plan, person),
    )
