"""Generations that are refused, fail or are left; nothing of them needs a real Backend."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from apibuilder.control.authentication import OPERATOR_ID
from apibuilder.domain import DeploymentSpec, Started
from tests.integration.control.conftest import TOKEN, Control, Picky
from tests.integration.control.generations import EVENTS, events_of, runs
from tests.integration.control.test_deployments import assert_problem

TODOS = {"prompt": "a todo list with title and done"}
TOO_MUCH = {"prompt": "predict the weather of tomorrow"}


class Stuck(Picky):
    """Never starts what is only tried."""

    def __init__(self) -> None:
        super().__init__()
        self.trying = asyncio.Event()

    async def place(self, spec: DeploymentSpec) -> Started:
        if spec.ephemeral:
            self.trying.set()
            await asyncio.Event().wait()
        return await super().place(spec)


@pytest.fixture
def backend() -> Stuck:
    return Stuck()


@asynccontextmanager
async def served(control: Control) -> AsyncIterator[str]:
    """The control API on a socket, so that a caller can hang up."""
    config = uvicorn.Config(control.app, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/api/v1"
        finally:
            server.should_exit = True
            await task


async def ended(control: Control) -> str:
    """The status of the only run, once it is over."""
    async with asyncio.timeout(30):
        while (await runs(control))[0]["status"] == "running":
            await asyncio.sleep(0.02)
    (run,) = await runs(control)
    assert run["finished_at"] is not None
    return run["status"]


async def test_what_no_recipe_does_needs_a_model(control: Control) -> None:
    problem = assert_problem(await control.post("/generations", TOO_MUCH), 422, "needs_model")
    assert "No recipe fits this prompt" in str(problem["detail"])
    (run,) = await runs(control)
    assert (run["status"], run["error"]["code"]) == ("failed", "needs_model")
    assert (await control.get("/apis")).json() == {"apis": []}


async def test_an_error_is_the_last_event_and_a_problem(control: Control) -> None:
    answer = await control.post("/generations", TOO_MUCH, headers=EVENTS)
    assert answer.status_code == 200
    started, failed, (last, problem) = events_of(answer.text)
    assert started == ("stage", {"stage": "plan", "status": "started", "detail": ""})
    assert (failed[0], failed[1]["stage"], failed[1]["status"]) == ("stage", "plan", "failed")
    assert last == "error"
    assert (problem["code"], problem["status"]) == ("needs_model", 422)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"] == failed[1]["detail"]


async def test_a_revision_written_by_hand_has_no_plan_to_change(control: Control) -> None:
    made = await control.deployed()
    answer = await control.post("/generations", {"api": made["slug"], "prompt": "add a priority"})
    problem = assert_problem(answer, 422, "needs_model")
    assert "written by hand" in str(problem["detail"])
    assert [run["status"] for run in await runs(control)] == ["failed"]


@pytest.mark.parametrize("headers", [{}, EVENTS])
async def test_an_unknown_api_is_not_found(control: Control, headers: dict[str, str]) -> None:
    for ref in ("no-such-slug", "00000000-0000-4000-8000-000000000000"):
        wanted = {"api": ref, "prompt": "add a priority"}
        answer = await control.post("/generations", wanted, headers=headers)
        assert_problem(answer, 404, "not_found")
    assert await runs(control) == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"prompt": "x" * 4001}, "body.prompt"),
        ({"prompt": ""}, "body.prompt"),
        ({"prompt": "  \n "}, "body.prompt"),
        ({"prompt": 7}, "body.prompt"),
        ({}, "body.prompt"),
        ({"prompt": "x", "promt": "y"}, "body.promt"),
        ({"prompt": "x", "name": ""}, "body.name"),
        ({"prompt": "x", "api": ""}, "body.api"),
        ({"prompt": "nul \x00"}, None),
    ],
)
async def test_what_is_wrong_is_named(
    control: Control, body: dict[str, object], where: str | None
) -> None:
    problem = assert_problem(await control.post("/generations", body), 422, "invalid")
    if where is not None:
        assert [one["where"] for one in problem["errors"]] == [where]  # type: ignore[attr-defined]
    assert await runs(control) == []


async def test_4000_characters_are_allowed(control: Control) -> None:
    answer = await control.post("/generations", {"prompt": f"  {'x ' * 2000}"})
    assert_problem(answer, 422, "needs_model")


async def test_the_plan_bounds_runs_a_day(control: Control) -> None:
    await control.database.execute(
        "update profiles set plan_id = 'free' where id = $1", OPERATOR_ID
    )
    for _ in range(10):
        await control.post("/generations", TOO_MUCH)
    for headers in ({}, EVENTS):
        answer = await control.post("/generations", TOO_MUCH, headers=headers)
        problem = assert_problem(answer, 429, "too_many_generations")
        assert (problem["allowed"], problem["seen"]) == (10, 11)
    assert len(await runs(control)) == 10


async def test_whoever_leaves_cancels_the_run(control: Control, backend: Stuck) -> None:
    async with served(control) as url, httpx.AsyncClient(timeout=30) as client:
        async with client.stream(
            "POST",
            f"{url}/generations",
            json=TODOS,
            headers={"Authorization": f"Bearer {TOKEN}", **EVENTS},
        ) as answer:
            assert answer.status_code == 200
            async with asyncio.timeout(30):
                await backend.trying.wait()
            assert [run["status"] for run in await runs(control)] == ["running"]
        assert await ended(control) == "cancelled"
    assert (await control.get("/apis")).json() == {"apis": []}


async def test_a_bug_is_noted_without_its_text(control: Control, backend: Stuck) -> None:
    async def explode(_spec: DeploymentSpec) -> Started:
        raise RuntimeError("a secret detail")

    backend.place = explode  # type: ignore[method-assign]
    answer = await control.post("/generations", TODOS, headers=EVENTS)
    last, problem = events_of(answer.text)[-1]
    assert (last, problem["code"]) == ("error", "internal_error")
    assert await ended(control) == "failed"
    assert "secret" not in answer.text
    assert "secret" not in str(await runs(control))
