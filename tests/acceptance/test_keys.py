"""Keys of a running platform: what they may do, how fast they are replaced and end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stack import Stack

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
def read():
    return "read"

@app.post("/")
def write():
    return "written"
"""
REVOKED_WITHIN_SECONDS = 5.0  # one is promised; this machine may be busy
LAST_USED_WITHIN_SECONDS = 60.0


@pytest.fixture
def api(stack: Stack, tmp_path: Path) -> dict[str, Any]:
    source = tmp_path / "keys.py"
    source.write_text(SOURCE)
    return stack.cli("deploy", str(source), "--name", "Keys")


def status(stack: Stack, api: dict[str, Any], key: dict[str, Any], method: str = "GET") -> int:
    return stack.call(api, method, "/", key=key["api_key"]).status


def known(stack: Stack, api: dict[str, Any], key: dict[str, Any]) -> None:
    stack.wait(lambda: status(stack, api, key) == 200, 10, "the gateway knows the key")


def listed(stack: Stack, api: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    keys = stack.cli("keys", "list", api["api_id"])["keys"]
    return {one["key_id"]: one for one in keys}[key["key_id"]]


def test_a_key_that_reads_cannot_write(stack: Stack, api: dict[str, Any]) -> None:
    reader = stack.cli("keys", "create", api["api_id"], "--read-only")
    known(stack, api, reader)
    refused = stack.call(api, "POST", "/", key=reader["api_key"])
    assert (refused.status, refused.json()["code"]) == (403, "insufficient_scope")
    assert status(stack, api, api, "POST") == 200


def test_with_grace_the_old_key_goes_on_and_then_ends(stack: Stack, api: dict[str, Any]) -> None:
    old = stack.cli("keys", "create", api["api_id"])
    known(stack, api, old)
    new = stack.cli("keys", "rotate", old["key_id"], "--grace", "5")
    known(stack, api, new)
    ends = datetime.fromisoformat(listed(stack, api, old)["expires_at"])
    if status(stack, api, old) != 200:
        assert datetime.now(UTC) >= ends  # this machine was too slow to see it alive
    stack.wait(lambda: status(stack, api, old) == 401, 30, "the grace is over")
    assert datetime.now(UTC) >= ends
    assert status(stack, api, new) == 200


def test_a_revoked_key_ends_at_once(stack: Stack, api: dict[str, Any]) -> None:
    key = stack.cli("keys", "create", api["api_id"])
    known(stack, api, key)
    stack.cli("keys", "revoke", key["key_id"])
    stack.wait(lambda: status(stack, api, key) == 401, REVOKED_WITHIN_SECONDS, "the key is refused")


def test_when_a_key_was_last_used_is_seen_within_a_minute(
    stack: Stack, api: dict[str, Any]
) -> None:
    key = stack.cli("keys", "create", api["api_id"])
    assert listed(stack, api, key)["last_used_at"] is None
    known(stack, api, key)
    stack.wait(
        lambda: listed(stack, api, key)["last_used_at"] is not None,
        LAST_USED_WITHIN_SECONDS,
        "last_used_at",
    )
