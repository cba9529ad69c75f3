"""From a file to a served Revision and back, as the contract says it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx

from tests.integration.control.conftest import GATEWAY_URL, GOOD, UNSTARTABLE, Control

RESULT = {
    "api_id", "slug", "name", "status", "revision", "endpoint_url", "api_key", "checks",
    "deployment_id", "error",
}  # fmt: skip


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"]
    return problem


async def test_create_answers_the_contract(control: Control) -> None:
    made = await control.deployed()
    assert set(made) == RESULT
    assert (made["status"], made["revision"], made["error"]) == ("active", 1, None)
    assert (made["name"], made["slug"]) == ("Hello there", "hello-there")
    assert made["endpoint_url"] == f"{GATEWAY_URL}/{made['api_id']}"
    assert made["api_key"].startswith("ak_live_")
    assert made["checks"] == [{"name": "import", "passed": True, "detail": "", "seconds": 0.0}]


async def test_without_waiting_it_is_202_and_can_be_followed(control: Control) -> None:
    answer = await control.post("/apis", {"source": GOOD})
    made = answer.json()
    assert (answer.status_code, made["status"]) == (202, "deploying")
    assert answer.headers["location"] == f"/api/v1/deployments/{made['deployment_id']}"
    async with asyncio.timeout(30):
        while (await control.client.get(answer.headers["location"])).json()["status"] != "active":
            pass
    assert (await control.get(f"/apis/{made['api_id']}")).json()["status"] == "active"


async def test_a_second_revision_rename_and_rollback(control: Control) -> None:
    made = await control.deployed()
    ref = made["slug"]
    second = await control.post(
        f"/apis/{ref}/revisions?wait=30", {"source": GOOD + "# 2\n", "name": "Renamed"}
    )
    assert second.status_code == 201, second.text
    assert second.json()["revision"] == 2
    assert second.json()["api_key"] is None
    assert (second.json()["name"], second.json()["slug"]) == ("Renamed", ref)
    back = await control.post(f"/apis/{ref}/rollback?wait=30")
    assert (back.status_code, back.json()["revision"]) == (201, 1)
    forward = await control.post(f"/apis/{ref}/rollback?wait=30", {"revision": 2})
    assert forward.json()["revision"] == 2
    again = await control.post(f"/apis/{ref}/reload?wait=30")
    assert again.json()["revision"] == 2
    assert again.json()["deployment_id"] != forward.json()["deployment_id"]
    revisions = (await control.get(f"/apis/{ref}/revisions")).json()["revisions"]
    assert [(one["revision"], one["current"]) for one in revisions] == [(2, True), (1, False)]
    one = (await control.get(f"/apis/{ref}/revisions/2")).json()
    assert one["source"] == GOOD + "# 2\n"
    assert one["openapi"] == {"openapi": "3.1.0"}
    deployments = (await control.get(f"/apis/{ref}/deployments")).json()["deployments"]
    assert [one["revision"] for one in deployments] == [2, 2, 1, 2, 1]
    unknown = await control.post(f"/apis/{ref}/rollback", {"revision": 99})
    assert_problem(unknown, 404, "not_found")


async def test_refused_before_anything_is_stored(control: Control) -> None:
    refused = await control.post("/apis?wait=30", {"source": "def ("})
    problem = assert_problem(refused, 422, "syntax_error")
    assert (problem["file"], problem["line"]) == ("main.py", 1)
    assert (await control.get("/apis")).json() == {"apis": []}
    made = await control.deployed()
    refused = await control.post(f"/apis/{made['slug']}/revisions?wait=30", {"source": "def ("})
    assert assert_problem(refused, 422, "syntax_error")["api_id"] == made["api_id"]
    assert len((await control.get(f"/apis/{made['slug']}/revisions")).json()["revisions"]) == 1


async def test_a_first_deployment_that_fails_stays_visible(control: Control) -> None:
    refused = await control.post("/apis?wait=30", {"source": UNSTARTABLE, "name": "Stillborn"})
    problem = assert_problem(refused, 422, "import_failed")
    assert (problem["file"], problem["line"]) == ("main.py", 3)
    api = (await control.get(f"/apis/{problem['api_id']}")).json()
    assert api["status"] == "failed"
    assert api["error"]["code"] == "import_failed"
    assert api["slug"] == "stillborn"


async def test_a_later_one_that_fails_leaves_the_old_one(control: Control) -> None:
    made = await control.deployed()
    refused = await control.post(f"/apis/{made['slug']}/revisions?wait=30", {"source": UNSTARTABLE})
    problem = assert_problem(refused, 422, "import_failed")
    assert problem["api_id"] == made["api_id"]
    api = (await control.get(f"/apis/{made['slug']}")).json()
    assert (api["status"], api["revision"]) == ("active", 1)


async def test_a_repeated_request_makes_one_api_and_shows_no_second_key(control: Control) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"source": GOOD, "name": "Once"}
    answers = await asyncio.gather(
        *(control.post("/apis?wait=30", body, headers=headers) for _ in range(4))
    )
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["api_id"] for one in answers}) == 1
    assert len([one for one in answers if one.json()["api_key"]]) == 1
    other = await control.post("/apis", {**body, "name": "Twice"}, headers=headers)
    assert_problem(other, 409, "conflict")
    assert len((await control.get("/apis")).json()["apis"]) == 1


async def test_the_same_name_twice_gets_two_addresses(control: Control) -> None:
    one, two = await control.deployed(), await control.deployed()
    assert two["slug"].startswith("hello-there-")
    assert one["slug"] != two["slug"]
    fetched = (await control.get(f"/apis/{two['slug']}")).json()
    assert fetched["api_id"] == two["api_id"]


async def test_a_canary_is_asked_for_seen_and_promoted(control: Control) -> None:
    made = await control.deployed()
    ref = made["slug"]
    assert_problem(await control.get(f"/apis/{ref}/canary"), 404, "not_found")
    body = {"source": GOOD + "# 2\n", "canary": {"share": 25, "bake_seconds": 60}}
    second = await control.post(f"/apis/{ref}/revisions?wait=30", body)
    assert (second.json()["status"], second.json()["revision"]) == ("active", 2)
    assert (await control.get(f"/apis/{ref}")).json()["revision"] == 1
    seen = (await control.get(f"/apis/{ref}/canary")).json()
    assert (seen["status"], seen["share"], seen["min_calls"]) == ("running", 25, 200)
    assert (seen["stable"]["revision"], seen["canary"]["revision"]) == (1, 2)
    again = await control.post(f"/apis/{ref}/revisions?wait=30", body)
    assert_problem(again, 409, "conflict")
    promoted = await control.post(f"/apis/{ref}/canary/promote")
    assert promoted.json()["status"] == "promoted"
    assert (await control.get(f"/apis/{ref}")).json()["revision"] == 2
    assert_problem(await control.post(f"/apis/{ref}/canary/abort"), 409, "conflict")
    wrong = await control.post(f"/apis/{ref}/revisions", {**body, "canary": {"share": 100}})
    assert_problem(wrong, 422, "invalid")
