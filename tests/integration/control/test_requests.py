"""What holds for every request: who asks, what is wrong with it, and its id."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apibuilder.control.body_limit import MAX_BODY_BYTES
from tests.integration.control.conftest import Control
from tests.integration.control.test_deployments import assert_problem

SIGNED = "/api/v1/billing/webhooks/stripe"
OPEN = {SIGNED, "/healthz", "/readyz", "/config.json", "/api/v1/docs", "/api/v1/openapi.json"}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "ab_operator_for_tests"],
)
async def test_without_the_token_nothing(control: Control, authorization: str) -> None:
    answer = await control.get("/apis", headers={"Authorization": authorization})
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_every_operation_but_the_open_ones_asks_who_it_is(control: Control) -> None:
    document = (await control.get("/openapi.json")).json()
    asked = 0
    for path, operations in document["paths"].items():
        if path in OPEN:
            continue
        for method in operations:
            concrete = path.replace("{", "").replace("}", "")
            concrete = concrete.replace("deployment_id", str(uuid4())).replace(
                "key_id", str(uuid4())
            )
            concrete = concrete.replace("number", "1")
            answer = await control.client.request(
                method, concrete, headers={"Authorization": "Bearer no"}, json={}
            )
            assert answer.status_code == 401, (method, path, answer.text)
            asked += 1
    assert asked >= 18


async def test_without_a_provider_there_is_no_webhook(control: Control) -> None:
    answer = await control.client.post(SIGNED, json={}, headers={"Stripe-Signature": "t=1,v1=a"})
    assert_problem(answer, 404, "not_found")


async def test_open_ones(control: Control) -> None:
    client = control.client
    client.headers.pop("Authorization")
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code == 200
    config = (await client.get("/config.json")).json()
    assert set(config) == {
        "supabase_url", "supabase_publishable_key", "gateway_url", "version",
    }  # fmt: skip


async def test_status(control: Control) -> None:
    status = (await control.get("/status")).json()
    assert status["ok"] is True
    assert status["database"]["ok"] is True
    assert status["backend"]["backend"] == "memory"
    assert set(status["versions"]) == {"apibuilder", "python"}


async def test_wrong_values_are_named(control: Control) -> None:
    answer = await control.post("/apis?wait=61", {"name": ""})
    problem = assert_problem(answer, 422, "invalid")
    assert {one["where"] for one in problem["errors"]} == {
        "query.wait", "body.source", "body.name",
    }  # fmt: skip


async def test_a_misspelt_member_is_refused_not_ignored(control: Control) -> None:
    made = await control.deployed()
    answer = await control.post(f"/apis/{made['slug']}/keys", {"requests_per_secnd": 1})
    problem = assert_problem(answer, 422, "invalid")
    assert problem["errors"][0]["where"] == "body.requests_per_secnd"


async def test_malformed_json(control: Control) -> None:
    answer = await control.client.post(
        "/api/v1/apis", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 422, "invalid")


async def test_unknown_addresses_and_methods(control: Control) -> None:
    assert_problem(await control.get("/nothing"), 404, "not_found")
    assert_problem(await control.client.put("/api/v1/apis"), 405, "method_not_allowed")
    assert_problem(await control.get(f"/apis/{uuid4()}"), 404, "not_found")
    assert_problem(await control.get("/apis/no-such-slug"), 404, "not_found")
    assert_problem(await control.get(f"/deployments/{uuid4()}"), 404, "not_found")
    assert_problem(await control.delete(f"/keys/{uuid4()}"), 404, "not_found")


async def test_a_body_that_is_too_long(control: Control) -> None:
    answer = await control.post("/apis", {"source": "x" * MAX_BODY_BYTES})
    problem = assert_problem(answer, 413, "request_too_large")
    assert problem["allowed"] == MAX_BODY_BYTES


async def test_text_that_the_database_cannot_hold(control: Control) -> None:
    answer = await control.post("/apis", {"source": 'app = "\x00"', "name": "nul"})
    assert answer.status_code == 422, answer.text
    made = await control.deployed()
    answer = await control.post(f"/apis/{made['slug']}/keys", {"name": "nul \x00"})
    assert_problem(answer, 422, "invalid")


async def test_a_bug_is_a_problem_too(control: Control) -> None:
    async def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    control.backend.status = explode  # type: ignore[method-assign]
    problem = assert_problem(await control.get("/status"), 500, "internal_error")
    assert "secret" not in str(problem)
