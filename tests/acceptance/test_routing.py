"""What the gateway decides of a call, on the real platform: canary, CORS, log, own domain."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.acceptance.stack import Stack
from tests.acceptance.test_under_load import Load

SOURCE = """
from fastapi import FastAPI
from fastapi.responses import JSONResponse
app = FastAPI()

@app.get("/version")
async def version():
    return JSONResponse({number}, {status})
"""


@pytest.fixture(scope="module")
def api(stack: Stack) -> dict[str, Any]:
    return deploy(stack, 1, 200, "--name", "Careful")


def deploy(stack: Stack, number: int, status: int, *words: str) -> dict[str, Any]:
    source = stack.data_dir / f"v{number}.py"
    source.write_text(SOURCE.format(number=number, status=status))
    return stack.cli("deploy", str(source), *words)


def state(stack: Stack, api: dict[str, Any]) -> str:
    return stack.cli("canary", api["api_id"])["status"]


def errors(stack: Stack, api: dict[str, Any]) -> tuple[int, int]:
    found = stack.cli("canary", api["api_id"])
    return found["stable"]["errors"], found["canary"]["errors"]


def test_a_bad_one_is_rolled_back_under_load(stack: Stack, api: dict[str, Any]) -> None:
    running = Load(api, 10)
    made = deploy(stack, 2, 500, "--api", api["api_id"], "--canary", "10")
    assert (made["status"], made["revision"]) == ("active", 2)
    os.kill(int(stack.facts()["children"]["control"]), signal.SIGKILL)  # it goes on where it was
    result = running.result()
    stack.wait(lambda: state(stack, api) == "rolled_back", 20, "the canary is rolled back")
    assert result["dropped"] == {}
    statuses, bodies = result["statuses"], result["bodies"]
    assert set(statuses) == {"200", "500"}, result
    assert bodies == {"1": statuses["200"], "2": statuses["500"]}, "the old one failed no call"
    stack.wait(lambda: errors(stack, api) == (0, statuses["500"]), 20, "all calls are counted")
    assert stack.cli("show", api["api_id"])["revision"] == 1


def test_a_good_one_takes_over_by_itself(stack: Stack, api: dict[str, Any]) -> None:
    rule = ("--canary", "50", "--bake", "2", "--min-calls", "100")
    deploy(stack, 3, 200, "--api", api["api_id"], *rule)
    os.kill(int(stack.facts()["children"]["gateway-1"]), signal.SIGKILL)
    stack.wait(lambda: stack.call(api, "GET", "/version").body == b"3", 10, "it still has a share")
    running = Load(api, 4)
    result = running.result()
    assert (set(result["statuses"]), result["dropped"]) == ({"200"}, {}), result
    stack.wait(lambda: state(stack, api) == "promoted", 20, "the canary is promoted")
    assert {stack.call(api, "GET", "/version").body for _ in range(20)} == {b"3"}


def test_a_maker_decides(stack: Stack, api: dict[str, Any]) -> None:
    deploy(stack, 4, 200, "--api", api["api_id"], "--canary", "99")
    assert stack.cli("canary", api["api_id"], "abort")["status"] == "aborted"
    refused = stack.cli("canary", api["api_id"], "promote", code=1)
    assert refused["error"]["code"] == "conflict"
    assert stack.cli("show", api["api_id"])["revision"] == 3


CORS = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://page.example"])
"""


def test_a_preflight_is_answered_where_the_app_says_so(stack: Stack, api: dict[str, Any]) -> None:
    source = stack.data_dir / "cors.py"
    source.write_text(CORS)
    made = stack.cli("deploy", str(source), "--name", "Open")
    assert "cors" in [check["name"] for check in made["checks"]]
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    answer = stack.call(made, "OPTIONS", "/x", key="", headers=asked)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    assert stack.call(api, "OPTIONS", "/version", key="", headers=asked).status == 403


TALKATIVE = """
import logging
from fastapi import FastAPI
app = FastAPI()

@app.get("/say/{word}")
async def say(word: str):
    print(word)
    logging.error("not %s", word)
    return word
"""


def test_the_lines_of_one_call_are_found(stack: Stack) -> None:
    source = stack.data_dir / "talkative.py"
    source.write_text(TALKATIVE)
    made = stack.cli("deploy", str(source))
    stack.call(made, "GET", "/say/one")
    request_id = stack.call(made, "GET", "/say/two").headers["x-request-id"]

    def lines(*words: str) -> list[str]:
        return [line["message"] for line in stack.cli("logs", made["api_id"], *words)["lines"]]

    stack.wait(lambda: "not two" in lines(), 10, "the lines are there")
    assert lines("--request", request_id) == ["two", "not two"]
    assert lines("--level", "error") == ["not one", "not two"]
