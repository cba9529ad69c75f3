"""An Api's calls over time: whole, by key, route and revision, with the marks of deploys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from apibuilder.domain import Started, Usage
from apibuilder.store.postgres import PostgresGatewayStore, PostgresUsageStore
from tests.integration.control.conftest import GOOD, Control, Picky

OPENAPI = {"openapi": "3.1.0", "paths": {"/b/{id}": {"get": {}, "post": {}}, "/a": {"get": {}}}}
ROUTES = ["GET /a", "GET /b/{id}", "POST /b/{id}"]  # in the order of their numbers


class Documented(Picky):
    """Its apps have routes."""

    async def place(self, spec: Any) -> Started:
        found = await super().place(spec)
        return Started(instance=found.instance, openapi=OPENAPI, checks=found.checks)


async def ship(control: Control, *usages: Usage) -> None:
    await PostgresGatewayStore(control.database).ship(uuid4().hex, 0, len(usages), list(usages))
    usage = PostgresUsageStore(control.database)
    while await usage.roll_up(1000):
        pass


def call(api: UUID, key: UUID, revision: int = 1, route: int = 0, status: int = 200) -> Usage:
    return Usage(
        id=uuid4(), at=datetime.now(UTC), api_id=api, key_id=key, revision=revision,
        status=status, duration_us=4000, request_bytes=1, response_bytes=1, route=route,
    )  # fmt: skip


async def test_whole_and_apart(control: Control) -> None:
    control.backend.__class__ = Documented
    made = await control.deployed()
    await control.post(f"/apis/{made['api_id']}/revisions?wait=30", {"source": GOOD + "# 2\n"})
    api = UUID(made["api_id"])
    (key,) = (await control.get(f"/apis/{api}/keys")).json()["keys"]
    mine, other = UUID(key["key_id"]), uuid4()
    operations = await control.database.fetchval(
        "select operations from revisions where api_id = $1 and number = 1", api
    )
    assert operations == ROUTES
    first = call(api, mine, 1, 2)
    await ship(
        control,
        *(call(api, mine, 1, 1) for _ in range(6)),
        first,
        call(api, other, 2, 3, 500),
        call(api, other, 2, 0, 404),
    )
    await ship(control, first._replace(status=503))  # the end of a stream: counted anew, not twice

    async def get(range_: str, by: str) -> dict[str, Any]:
        answer = await control.get(f"/apis/{made['slug']}/metrics?range={range_}&by={by}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    for range_, steps, seconds in (("1h", 60, 60), ("24h", 24, 3600), ("7d", 168, 3600)):
        found = await get(range_, "none")
        assert (len(found["series"]), found["step_seconds"]) == (steps, seconds)
        total = found["total"]
        assert (total["calls"], total["errors"], total["client_errors"]) == (9, 2, 1)
        assert 3 <= total["p50_ms"] <= 5
        assert sum(point["calls"] for point in found["series"]) == 9
        assert found["groups"] == []
        assert [mark["revision"] for mark in found["deploys"]] == [2, 1]

    def calls(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
        for group in found["groups"]:
            assert sum(point["calls"] for point in group["series"]) == group["total"]["calls"]
        return {
            group["label"]: (group["total"]["calls"], group["total"]["errors"])
            for group in found["groups"]
        }

    for range_ in ("1h", "24h"):
        assert calls(await get(range_, "revision")) == {"1": (7, 1), "2": (2, 1)}
        assert calls(await get(range_, "key")) == {
            key["name"] or key["key_start"]: (7, 1),
            str(other): (2, 1),
        }
        assert calls(await get(range_, "route")) == {
            "GET /a": (6, 0),
            "GET /b/{id}": (1, 1),
            "POST /b/{id}": (1, 1),
            "other": (1, 0),
        }


async def test_none_and_not_mine(control: Control) -> None:
    made = await control.deployed()
    empty = (await control.get(f"/apis/{made['slug']}/metrics")).json()
    assert empty["total"]["calls"] == 0
    assert empty["total"]["p95_ms"] is None
    assert (await control.get(f"/apis/{uuid4()}/metrics")).status_code == 404
    assert (await control.get(f"/apis/{made['slug']}/metrics?range=2h")).status_code == 422
