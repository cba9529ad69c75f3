"""The contract of base.Backend, on every implementation: memory, fork, and remote over fork."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import uvicorn

from apibuilder import errors
from apibuilder.backends import service
from apibuilder.backends.base import Backend
from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.backends.memory import MemoryBackend
from apibuilder.backends.remote import RemoteBackend
from tests.contracts.backends import fork_backend, short_folder, spec

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fork() -> AsyncIterator[Supervisor]:
    async with fork_backend(("full", "no-namespace")) as backend:
        yield backend


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def remote(fork: Supervisor) -> AsyncIterator[RemoteBackend]:
    folder = short_folder()
    listen = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listen.bind(str(folder / "runtime.sock"))
    config = uvicorn.Config(service.create_app(fork), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listen]))
    client = RemoteBackend(folder / "runtime.sock")
    yield client
    await client.close()
    server.should_exit = True
    await serving
    listen.close()
    shutil.rmtree(folder)


@pytest_asyncio.fixture(params=["memory", "fork", "remote"], loop_scope="module")
async def backend(
    request: pytest.FixtureRequest, fork: Supervisor, remote: RemoteBackend
) -> Backend:
    made: dict[str, Any] = {"memory": MemoryBackend(), "fork": fork, "remote": remote}
    return made[request.param]


async def test_place_answers_an_instance_that_acquire_names_too(backend: Backend) -> None:
    wanted = spec()
    started = await backend.place(wanted)
    assert started.instance.api_id == wanted.api_id
    assert started.openapi["openapi"]
    assert all(check.passed for check in started.checks)
    assert started.checks
    assert await backend.acquire(wanted.deployment_id) == [started.instance]


async def test_place_twice_answers_the_present_instance(backend: Backend) -> None:
    wanted = spec()
    first = await backend.place(wanted)
    again = await backend.place(wanted)
    assert again.instance == first.instance
    assert again.openapi == first.openapi


async def test_two_deployments_of_one_api_run_side_by_side(backend: Backend) -> None:
    api_id = uuid4()
    one, two = spec(api_id=api_id), spec(api_id=api_id)
    first, second = await backend.place(one), await backend.place(two)
    assert first.instance.id != second.instance.id
    held = {p.deployment_id for p in await backend.placed() if p.api_id == api_id}
    assert held == {one.deployment_id, two.deployment_id}


async def test_acquire_of_what_is_not_placed(backend: Backend) -> None:
    with pytest.raises(errors.NotFound):
        await backend.acquire(uuid4())


async def test_suspend_keeps_the_deployment_for_acquire(backend: Backend) -> None:
    wanted = spec()
    started = await backend.place(wanted)
    await backend.suspend(wanted.deployment_id, 0)
    (placed,) = [p for p in await backend.placed() if p.deployment_id == wanted.deployment_id]
    assert placed.instances == []
    (woken,) = await backend.acquire(wanted.deployment_id)
    assert woken.id != started.instance.id


async def test_parallel_acquires_share_one_start(backend: Backend) -> None:
    wanted = spec()
    await backend.place(wanted)
    await backend.suspend(wanted.deployment_id, 0)
    answers = await asyncio.gather(*(backend.acquire(wanted.deployment_id) for _ in range(8)))
    assert len({instance.id for instances in answers for instance in instances}) == 1


async def test_a_crowd_gets_as_many_as_the_limits_allow(backend: Backend) -> None:
    wanted = spec(max_instances=3)
    started = await backend.place(wanted)
    two = await backend.acquire(wanted.deployment_id, 2)
    assert len(two) == 2 and started.instance in two
    assert len(await backend.acquire(wanted.deployment_id, 9)) == 3
    assert len(await backend.acquire(wanted.deployment_id)) == 3
    await backend.retire(wanted.deployment_id, 0)


async def test_retire_forgets_and_is_safe_to_repeat(backend: Backend) -> None:
    wanted = spec()
    await backend.place(wanted)
    await backend.retire(wanted.deployment_id, 0)
    await backend.retire(wanted.deployment_id, 0)
    await backend.suspend(wanted.deployment_id, 0)
    assert wanted.deployment_id not in {p.deployment_id for p in await backend.placed()}
    with pytest.raises(errors.NotFound):
        await backend.acquire(wanted.deployment_id)


async def test_forget_api_retires_all_of_it(backend: Backend) -> None:
    api_id = uuid4()
    for _ in range(2):
        await backend.place(spec(api_id=api_id))
    other = spec()
    await backend.place(other)
    await backend.forget_api(api_id)
    await backend.forget_api(api_id)
    held = await backend.placed()
    assert api_id not in {p.api_id for p in held}
    assert other.deployment_id in {p.deployment_id for p in held}


async def test_a_source_that_does_not_compile_is_refused_with_its_line(backend: Backend) -> None:
    wanted = spec("app = 1\ndef broken(:\n    pass\n")
    with pytest.raises(errors.SourceSyntaxError) as caught:
        await backend.place(wanted)
    assert (caught.value.file, caught.value.line) == ("main.py", 2)
    assert wanted.deployment_id not in {p.deployment_id for p in await backend.placed()}


async def test_a_source_without_an_app_is_refused(backend: Backend) -> None:
    with pytest.raises(errors.AppMissing):
        await backend.place(spec("x = 1\n"))


async def test_a_refused_deployment_can_be_placed_again(backend: Backend) -> None:
    wanted = spec("x = 1\n")
    for _ in range(2):
        with pytest.raises(errors.AppMissing):
            await backend.place(wanted)


async def test_logs_of_an_api_that_said_nothing_end(backend: Backend) -> None:
    assert [line async for line in backend.logs(uuid4(), tail=5, follow=False)] == []


async def test_status_names_the_backend_and_the_tier(backend: Backend) -> None:
    status = await backend.status()
    assert {"backend", "tier", "workers"} <= status.keys()


async def test_the_runtime_being_away_is_unavailable(tmp_path: Path) -> None:
    client = RemoteBackend(tmp_path / "nobody.sock")
    with pytest.raises(errors.Unavailable):
        await client.acquire(uuid4())
    with pytest.raises(errors.Unavailable):
        _ = [line async for line in client.logs(uuid4(), tail=1, follow=False)]
    await client.close()


async def test_remote_logs_follow_what_user_code_prints(
    fork: Supervisor, remote: RemoteBackend
) -> None:
    source = 'print("one")\nprint("two")\nasync def app(scope, receive, send):\n'
    source += "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
    source += "    await send({'type': 'http.response.body', 'body': b''})\n"
    wanted = spec(source)
    await fork.place(wanted)
    lines = remote.logs(wanted.api_id, tail=10, follow=True)
    assert [(await anext(lines)).message for _ in range(2)] == ["one", "two"]
    await lines.aclose()  # pyright: ignore[reportAttributeAccessIssue] - it is a generator


async def test_a_note_is_in_the_log(backend: Backend) -> None:
    wanted = spec()
    await backend.place(wanted)
    await backend.note(wanted.api_id, "a limit was met")
    said = [line.message async for line in backend.logs(wanted.api_id, tail=9, follow=False)]
    assert "a limit was met" in said


async def test_nobody_knows_the_ending_of_what_lives_or_never_was(backend: Backend) -> None:
    started = await backend.place(spec())
    assert await backend.ending(started.instance.id) is None
    assert await backend.ending("nobody") is None
