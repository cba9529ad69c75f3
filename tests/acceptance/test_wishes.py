"""What an Api asks of the runtime beside its code: schedules, hosts, a warm minimum."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg

from apibuilder.settings import Settings
from tests.acceptance.stack import Stack

SOURCE = """
from fastapi import FastAPI, HTTPException, Request
app = FastAPI()
calls = []

@app.post("/jobs/clean")
async def clean(request: Request, days: int):
    calls.append([days, request.headers["user-agent"], "authorization" in request.headers])

@app.post("/jobs/fail")
async def fail():
    raise HTTPException(418, "not today")

@app.get("/calls")
async def show():
    return calls
"""


def make_due(stack: Stack, name: str) -> None:
    """As if its minute had come: nobody waits for a minute in a test."""

    async def change() -> None:
        connection = await asyncpg.connect(Settings(data_dir=stack.data_dir).database_dsn)
        await connection.execute(
            "update internal.schedules set next_at = date_trunc('minute', now()) where name = $1",
            name,
        )
        await connection.close()

    asyncio.run(change())


def test_a_schedule_is_run_metered_and_counted(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "jobs.py"
    file.write_text(SOURCE)
    api = stack.cli("deploy", str(file), "--name", "jobs with schedules")
    ref = api["api_id"]
    made = stack.cli("schedules", "set", ref, "clean", "* * * * *", "/jobs/clean?days=3")
    assert made["method"] == "POST" and made["next_at"]
    stack.cli("schedules", "set", ref, "fail", "* * * * *", "/jobs/fail")
    make_due(stack, "clean")
    make_due(stack, "fail")

    def found(name: str) -> dict[str, Any]:
        (one,) = [
            one for one in stack.cli("schedules", "list", ref)["schedules"] if one["name"] == name
        ]
        return one

    stack.wait(lambda: found("clean")["runs"] >= 1 and found("fail")["runs"] >= 1, 60, "both ran")
    assert (found("clean")["failures"], found("clean")["last_status"]) == (0, 200)
    failed = found("fail")
    assert (failed["failures"], failed["last_status"]) == (failed["runs"], 418)
    assert "not today" in failed["last_error"]
    calls = stack.call(api, "GET", "/calls").json()
    assert calls[0] == [3, "apibuilder-schedule/clean", False]
    names = {key["name"] for key in stack.cli("keys", "list", ref)["keys"]}
    assert "schedules" in names
    said = [line["message"] for line in stack.cli("logs", ref)["lines"]]
    assert "schedule 'clean': POST /jobs/clean?days=3 answered 200" in said
    assert any(line.startswith("schedule 'fail': POST /jobs/fail failed: ") for line in said)
    assert stack.cli("usage", ref)["calls"] >= 3
    stack.cli("schedules", "delete", ref, "clean")
    stack.cli("delete", ref)


REACHING = """
import httpx
from fastapi import FastAPI
app = FastAPI()

@app.get("/fetch")
async def fetch(url: str):
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
        return [answer.status_code, answer.text]
"""


def test_declared_hosts_and_a_warm_minimum(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "reaching.py"
    file.write_text(REACHING)
    wishes = (
        "--allow-host",
        "declared.invalid",
        "--allow-host",
        "127.0.0.1",
        "--min-instances",
        "1",
    )
    api = stack.cli("deploy", str(file), *wishes)
    shown = stack.cli("show", api["api_id"])
    assert shown["egress_hosts"] == ["declared.invalid", "127.0.0.1"]
    assert shown["min_instances"] == 1

    def fetch(url: str) -> Any:
        return stack.call(api, "GET", f"/fetch?url={url}").json()

    status, detail = fetch("http://other.invalid/")
    assert status == 403
    assert "other.invalid:80 is not among the hosts that this API may reach" in detail
    status, detail = fetch("http://127.0.0.1/")  # declared or not, nobody reaches the machine
    assert status == 403
    assert "never reached" in detail
    assert fetch("http://declared.invalid/")[0] == 502  # allowed, and does not exist
    lines = stack.cli("logs", api["api_id"])["lines"]
    assert any("egress_denied: other.invalid:80" in line["message"] for line in lines)
    refused = stack.cli("deploy", str(file), "--allow-host", "http://x", code=1)
    assert "no valid port" in refused["error"]["detail"]
