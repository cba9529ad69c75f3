"""Apis that are there: seen, paused, deleted; their keys, logs and usage."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from apibuilder.domain import Usage
from apibuilder.store import ledger
from apibuilder.store.postgres import PostgresGatewayStore
from tests.integration.control.conftest import Control
from tests.integration.control.test_deployments import assert_problem


async def test_show_has_everything(control: Control) -> None:
    made = await control.deployed()
    api = (await control.get(f"/apis/{made['slug']}")).json()
    assert set(api) == {
        "api_id", "slug", "name", "description", "prompt", "status", "revision", "deployment_id",
        "endpoint_url", "limits", "egress_hosts", "min_instances", "error", "created_at",
        "updated_at",
    }  # fmt: skip
    assert api["limits"]["requests_per_second"] == 1000
    assert api["limits"]["memory_mb"] == 256
    assert [one["api_id"] for one in (await control.get("/apis")).json()["apis"]] == [api["api_id"]]


async def test_pause_and_resume(control: Control) -> None:
    made = await control.deployed()
    assert (await control.post(f"/apis/{made['slug']}/pause")).json()["status"] == "paused"
    assert (await control.post(f"/apis/{made['slug']}/resume")).json()["status"] == "active"


async def test_delete(control: Control) -> None:
    made = await control.deployed()
    answer = (await control.delete(f"/apis/{made['slug']}")).json()
    assert answer["api_id"] == made["api_id"]
    assert answer["deleted_at"]
    for path in ("", "/revisions", "/deployments", "/keys", "/usage", "/logs"):
        assert_problem(await control.get(f"/apis/{made['api_id']}{path}"), 404, "not_found")
    assert_problem(await control.get(f"/deployments/{made['deployment_id']}"), 404, "not_found")


async def test_a_key_that_reads_and_is_replaced_with_grace(control: Control) -> None:
    made = await control.deployed()
    keys = f"/apis/{made['slug']}/keys"
    old = (await control.post(keys, {"name": "reader", "scopes": ["read"]})).json()
    assert old["scopes"] == ["read"]
    new = (await control.post(f"/keys/{old['key_id']}/rotate", {"grace_seconds": 60})).json()
    assert (new["scopes"], new["name"]) == (["read"], "reader")
    listed = {key["key_id"]: key for key in (await control.get(keys)).json()["keys"]}
    seen = listed[old["key_id"]]
    assert (seen["revoked_at"], seen["replaced_by"]) == (None, new["key_id"])
    assert seen["expires_at"] is not None
    for wrong in ({"grace_seconds": -1}, {"grace_seconds": 1e9}, {"grace": 1}):
        answer = await control.post(f"/keys/{new['key_id']}/rotate", wrong)
        assert answer.status_code == 422
    for scopes in ([], ["admin"]):
        assert (await control.post(keys, {"scopes": scopes})).status_code == 422


async def test_keys(control: Control) -> None:
    made = await control.deployed()
    keys = f"/apis/{made['slug']}/keys"
    new = await control.post(keys, {"name": "second", "requests_per_second": 1, "burst": 3})
    assert new.status_code == 201
    assert new.headers["cache-control"] == "no-store"
    key = new.json()
    assert key["api_key"].startswith(key["key_start"])
    assert (await control.post(keys)).status_code == 201

    rotated = (await control.post(f"/keys/{key['key_id']}/rotate")).json()
    assert rotated["api_key"] != key["api_key"]
    assert (rotated["name"], rotated["requests_per_second"], rotated["burst"]) == ("second", 1, 3)
    again = await control.post(f"/keys/{key['key_id']}/rotate")
    assert_problem(again, 409, "conflict")

    revoked = (await control.delete(f"/keys/{rotated['key_id']}")).json()
    assert revoked == (await control.delete(f"/keys/{rotated['key_id']}")).json()
    assert set(revoked) == {"key_id", "revoked_at"}

    listed = (await control.get(keys)).json()["keys"]
    assert [one["name"] for one in listed] == ["default", "second", "", "second"]
    assert [one["revoked_at"] is None for one in listed] == [True, False, True, False]
    assert made["api_key"] not in json.dumps(listed)
    assert "api_key" not in listed[0]


async def test_a_key_cannot_expire_in_the_past(control: Control) -> None:
    made = await control.deployed()
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    answer = await control.post(f"/apis/{made['slug']}/keys", {"expires_at": past})
    assert_problem(answer, 422, "invalid")


async def test_logs(control: Control) -> None:
    made = await control.deployed()
    for number in range(3):
        await control.backend.say(UUID(made["api_id"]), f"line {number}")
    answer = await control.get(f"/apis/{made['slug']}/logs?tail=2")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["message"] for line in lines] == ["line 1", "line 2"]
    assert set(lines[0]) == {"at", "stream", "level", "message", "request_id", "revision"}


async def test_usage_counts_rows_and_what_is_not_shipped_once_each(control: Control) -> None:
    made = await control.deployed()
    api_id = UUID(made["api_id"])
    folder = control.settings.usage_dir
    folder.mkdir()
    writer = ledger.SegmentWriter(folder)
    statuses = [200, 200, 404, 500, 200]
    usages = [call(api_id, status) for status in statuses]
    for usage in usages:
        writer.append(record(usage))
    writer.append(record(call(uuid4(), 200)))

    path = f"/apis/{made['slug']}/usage"
    expected = {
        "api_id": made["api_id"],
        "calls": 5,
        "errors": 1,
        "client_errors": 1,
        "by_status": {"200": 3, "404": 1, "500": 1},
        "egress_sent_bytes": 0,
        "egress_received_bytes": 0,
    }
    assert (await control.get(path)).json() == expected

    store = PostgresGatewayStore(control.database)
    await store.ship(writer.name, 0, 3, usages[:3])
    assert (await control.get(path)).json() == expected
    await store.ship(writer.name, 3, 6, usages[3:])
    assert (await control.get(path)).json() == expected
    writer.seal()
    os.unlink(writer.path)
    assert (await control.get(path)).json() == expected


async def test_a_stream_counts_once_whatever_part_of_it_is_shipped(control: Control) -> None:
    made = await control.deployed()
    folder = control.settings.usage_dir
    folder.mkdir()
    writer = ledger.SegmentWriter(folder)
    usage = call(UUID(made["api_id"]), 200)
    path = f"/apis/{made['slug']}/usage"
    writer.append(record(usage, ledger.Kind.START))
    assert (await control.get(path)).json()["calls"] == 1
    await PostgresGatewayStore(control.database).ship(writer.name, 0, 1, [usage])
    assert (await control.get(path)).json()["calls"] == 1
    writer.append(record(usage, ledger.Kind.END))
    assert (await control.get(path)).json()["calls"] == 1
    await PostgresGatewayStore(control.database).ship(writer.name, 1, 2, [usage])
    assert (await control.get(path)).json()["calls"] == 1
    writer.seal()


def call(api_id: UUID, status: int) -> Usage:
    return Usage(
        id=uuid4(),
        at=datetime.now(UTC),
        api_id=api_id,
        key_id=uuid4(),
        revision=1,
        status=status,
        duration_us=1000,
        request_bytes=10,
        response_bytes=20,
    )


def record(usage: Usage, kind: ledger.Kind = ledger.Kind.CALL) -> ledger.Record:
    return ledger.Record(
        identity=usage.id.bytes,
        api=usage.api_id.bytes,
        key=usage.key_id.bytes,
        at_us=int(usage.at.timestamp() * 1_000_000),
        revision=usage.revision,
        status=usage.status,
        kind=kind,
        route=usage.route,
        duration_us=usage.duration_us,
        request_bytes=usage.request_bytes,
        response_bytes=usage.response_bytes,
    )
