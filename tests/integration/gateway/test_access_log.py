"""A line of JSON for each call, without what nobody should read."""

from __future__ import annotations

import json

import aiohttp
import pytest

from apibuilder.gateway.access_log import redacted
from tests.integration.gateway.harness import World
from tests.integration.gateway.test_calls import SOURCE


async def test_a_line_a_call(world: World, client: aiohttp.ClientSession) -> None:
    api = world.publish(SOURCE)
    world.access_log = world.folder / "calls.jsonl"
    await world.start()
    url = f"{world.url}/demo/convert?amount=2&token=abc"
    async with client.get(url, headers=api.headers) as answer:
        request_id = answer.headers["X-Request-ID"]
    async with client.get(f"{world.url}/demo/{api.key}?x={api.key}") as answer:
        assert answer.status == 401
    await world.stop()
    text = world.access_log.read_text()
    assert api.key not in text
    first, second = map(json.loads, text.splitlines())
    assert first["request_id"] == request_id
    assert (first["method"], first["path"], first["query"]) == (
        "GET", "/demo/convert", "amount=2&token=***",
    )  # fmt: skip
    assert (first["status"], first["slug"], first["revision"]) == (200, "demo", 1)
    assert (first["api"], first["key"]) == (str(api.route.api_id), str(api.grant.key_id))
    assert (second["path"], second["query"], second["status"]) == ("/demo/***", "x=***", 401)
    assert "api" not in second or second["api"] is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ""),
        ("a=1&b=", "a=1&b="),
        ("API_KEY=x&apikey=y&access_token=z&X-Amz-Signature=q&sig=s", 5),
        ("password=a%26b=c", "password=***"),
        ("code=1&postcode=2&design=3", "code=***&postcode=2&design=3"),
        ("q=%FF%00", "q=%EF%BF%BD%00"),
        ("ak_live_abc=1&q=xak_live_abc", "***=1&q=x***"),
    ],
)
def test_redaction(query: str, shown: str | int) -> None:
    found = redacted(query.encode())
    assert found == shown if isinstance(shown, str) else found.count("=***") == shown
