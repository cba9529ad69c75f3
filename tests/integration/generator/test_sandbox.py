"""BackendSandbox: what a test run sees of an API, and that nothing of it stays."""

from __future__ import annotations

import asyncio

import pytest

from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.errors import ImportFailed
from apibuilder.generator.base import CallFailed, HttpRequest

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOURCE = """
import os, pathlib
from fastapi import FastAPI, Request
app = FastAPI()
DATA = pathlib.Path(os.environ["DATA_DIR"])

@app.post("/echo/{name}")
async def echo(name: str, request: Request, q: str = ""):
    body = await request.body()
    return {"name": name, "q": q, "bytes": len(body), "kind": request.headers.get("content-type")}

@app.get("/count")
def count():
    file = DATA / "count"
    seen = int(file.read_text()) + 1 if file.exists() else 1
    file.write_text(str(seen))
    return seen

@app.get("/die")
def die():
    os._exit(1)

@app.get("/long")
def long():
    return "x" * (9 << 20)
"""


async def test_a_call_goes_through_whole(sandbox: BackendSandbox) -> None:
    request = HttpRequest(
        method="POST",
        path="/echo/a%20b",
        query="q=%C3%A9",
        headers={"Content-Type": "text/plain"},
        body=b"x" * 300_000,  # more than a window of the link
    )
    async with sandbox.open(SOURCE) as session:
        answer = await session.call(request)
        assert "/count" in session.openapi["paths"]
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert b'"name":"a b"' in answer.body
    assert '"q":"é"'.encode() in answer.body
    assert b'"bytes":300000' in answer.body
    assert b'"kind":"text/plain"' in answer.body


async def test_every_instance_begins_empty_and_leaves_nothing(
    sandbox: BackendSandbox, backend: Supervisor
) -> None:
    for _ in range(2):
        async with sandbox.open(SOURCE) as session:
            assert (await session.call(HttpRequest(method="GET", path="/count"))).body == b"1"
    assert await backend.placed() == []


async def test_a_crash_and_too_long_an_answer_are_failed_calls(sandbox: BackendSandbox) -> None:
    async with sandbox.open(SOURCE) as session:
        with pytest.raises(CallFailed, match="more than"):
            await session.call(HttpRequest(method="GET", path="/long"))
        with pytest.raises(CallFailed):
            await session.call(HttpRequest(method="GET", path="/die"))


async def test_what_does_not_start_is_refused(sandbox: BackendSandbox, backend: Supervisor) -> None:
    with pytest.raises(ImportFailed) as refused:
        async with sandbox.open(f"{SOURCE}\nraise RuntimeError('no')\n"):
            pass
    assert refused.value.line is not None
    assert await backend.placed() == []


async def test_a_cancelled_run_leaves_nothing(sandbox: BackendSandbox, backend: Supervisor) -> None:
    opened = asyncio.Event()

    async def hold() -> None:
        async with sandbox.open(SOURCE):
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await opened.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert await backend.placed() == []
