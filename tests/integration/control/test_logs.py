"""Log lines: picked, followed as events, and stored once where the dashboard reads them."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.base import LogLine
from apibuilder.backends.fork.feed import Feed
from apibuilder.backends.memory import MemoryBackend
from apibuilder.control.logs.shipper import BURST
from apibuilder.errors import Conflict
from apibuilder.store.base import LogPosition
from apibuilder.store.postgres import Database, PostgresLogStore
from tests.integration.control.conftest import Control

STORED = "select message, level, request_id from api_logs where api_id = $1 order by id"


def line(message: str, level: str = "info", request_id: str | None = None) -> LogLine:
    return LogLine(
        at="2026-11-24T10:00:00.000Z", stream="log", message=message, level=level,
        request_id=request_id, revision=1,
    )  # fmt: skip


def test_a_feed_numbers_its_lines() -> None:
    feed, api = Feed(), uuid4()
    for n in range(3):
        feed.add(api, line(str(n)))
    first = feed.read("", 0)
    assert ([one.line.message for one in first.lines], first.last) == (["0", "1", "2"], 3)
    assert feed.read(first.epoch, 3).lines == []
    assert [one.line.message for one in feed.read(first.epoch, 2).lines] == ["2"]
    for n in range(20_001):
        feed.add(api, line(str(n)))
    late = feed.read(first.epoch, 3)
    assert late.lost == 1
    assert (late.lines[0].line.message, len(late.lines), late.last) == ("1", 2000, 2004)
    assert feed.read("another", 77).lost == 0


def test_a_feed_is_bounded_in_characters() -> None:
    feed, api = Feed(), uuid4()
    for _ in range(2000):
        feed.add(api, line("x" * 8192))
    assert sum(len(one.line.message) for one in feed.read("", 0).lines) <= 8 * 1024 * 1024


@pytest.fixture
async def api(control: Control) -> UUID:
    return UUID((await control.deployed())["api_id"])


@pytest.fixture
def printed(backend: MemoryBackend, api: UUID) -> Any:
    """Prints as user code does, at a level and in a request."""

    def say(message: str, level: str = "info", request_id: str | None = None) -> None:
        one = line(message, level, request_id)
        backend._lines.setdefault(api, []).append(one)
        backend._feed.add(api, one)

    return say


async def test_lines_are_stored_once(
    control: Control, backend: MemoryBackend, api: UUID, printed: Any
) -> None:
    logs = PostgresLogStore(control.database)
    printed("one", "error", "r1")
    backend._feed.add(uuid4(), line("of nobody"))
    for _ in range(2):
        await shipped(control.database, api, 1)
    printed("two")
    await shipped(control.database, api, 2)
    rows = await control.database.fetch(STORED, api)
    assert [tuple(row.values()) for row in rows] == [("one", "error", "r1"), ("two", "info", None)]
    now = await logs.position("runtime")
    with pytest.raises(Conflict):
        await logs.add("runtime", LogPosition(now.epoch, now.last - 1), now, [])


async def shipped(database: Database, api: UUID, count: int) -> None:
    """Control's own loop does it."""
    async with asyncio.timeout(10):
        while len(await database.fetch(STORED, api)) < count:
            await asyncio.sleep(0.02)


async def test_a_flood_is_counted(control: Control, backend: MemoryBackend, api: UUID) -> None:
    for n in range(int(BURST) + 200):
        backend._feed.add(api, line(str(n)))
    await shipped(control.database, api, int(BURST) + 1)
    rows = await control.database.fetch(
        "select message from api_logs where api_id = $1 and stream = 'platform'", api
    )
    told = sum(int(row["message"].split()[0]) for row in rows)
    kept = await control.database.fetchval(
        "select count(*) from api_logs where api_id = $1 and stream = 'log'", api
    )
    assert told + kept == BURST + 200


async def test_only_the_newest_are_kept(control: Control, api: UUID) -> None:
    await control.database.execute(
        "insert into api_logs (api_id, message)"
        " select $1, n::text from generate_series(1, 10050) n",
        api,
    )
    await PostgresLogStore(control.database).trim()
    low = "select min(message::int) || ' ' || count(*) from api_logs where api_id = $1"
    assert await control.database.fetchval(low, api) == "51 10000"


async def test_lines_are_picked(control: Control, api: UUID, printed: Any) -> None:
    printed("a", "info", "r1")
    printed("b", "error", "r1")
    printed("c", "warning", "r2")

    async def get(query: str) -> list[str]:
        answer = await control.get(f"/apis/{api}/logs?{query}")
        assert answer.status_code == 200, answer.text
        return [json.loads(one)["message"] for one in answer.text.splitlines()]

    assert await get("") == ["a", "b", "c"]
    assert await get("request_id=r1") == ["a", "b"]
    assert await get("level=warning") == ["b", "c"]
    assert await get("level=error&request_id=r2") == []
    assert await get("since=2026-11-24T10:00:00Z") == ["a", "b", "c"]
    assert await get("since=2026-11-24T10:00:01") == []
    assert (await control.get(f"/apis/{api}/logs?level=loud")).status_code == 422


async def test_as_events(control: Control, api: UUID, printed: Any) -> None:
    printed("a")
    answer = await control.get(f"/apis/{api}/logs", headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    event, data = answer.text.rstrip().splitlines()
    assert event == "event: log"
    assert json.loads(data.removeprefix("data: "))["message"] == "a"
