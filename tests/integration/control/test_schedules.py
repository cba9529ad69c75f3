"""Schedules and the other wishes of an Api over the control API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apibuilder.store.postgres import PostgresDeployerStore
from apibuilder.store.sealing import Sealer
from tests.integration.control.conftest import GOOD, Control
from tests.integration.control.test_deployments import assert_problem

CLEAN = {"cron": "*/5 * * * *", "path": "/jobs/clean?days=3"}


async def put(control: Control, ref: str, name: str, body: dict[str, Any]) -> Any:
    return await control.client.put(f"/api/v1/apis/{ref}/schedules/{name}", json=body)


async def test_set_change_list_and_delete(control: Control) -> None:
    ref = (await control.deployed())["slug"]
    made = await put(control, ref, "clean", CLEAN)
    assert made.status_code == 200, made.text
    assert made.json() | CLEAN | {"method": "POST", "runs": 0, "missed": 0} == made.json()
    await put(control, ref, "clean", CLEAN | {"cron": "0 6 * * *", "method": "GET"})
    (found,) = (await control.get(f"/apis/{ref}/schedules")).json()["schedules"]
    assert (found["cron"], found["method"]) == ("0 6 * * *", "GET")
    assert found["next_at"].endswith("T06:00:00Z")
    gone = await control.delete(f"/apis/{ref}/schedules/clean")
    assert gone.json() == {"name": "clean", "deleted": True}
    assert (await control.get(f"/apis/{ref}/schedules")).json() == {"schedules": []}
    assert_problem(await control.delete(f"/apis/{ref}/schedules/clean"), 404, "not_found")


async def test_what_is_refused(control: Control) -> None:
    ref = (await control.deployed())["slug"]
    for body in (
        CLEAN | {"cron": "every day"},
        CLEAN | {"cron": "* * * * * *"},
        CLEAN | {"path": "http://elsewhere"},
        CLEAN | {"path": "/a b"},
        CLEAN | {"method": "CONNECT"},
        {"cron": "* * * * *"},
    ):
        assert (await put(control, ref, "x", body)).status_code == 422, body
    assert (await put(control, ref, "No_Name", CLEAN)).status_code == 422
    assert_problem(await put(control, "nobodys", "x", CLEAN), 404, "not_found")


async def test_at_most_twenty(control: Control) -> None:
    ref = (await control.deployed())["slug"]
    for number in range(20):
        assert (await put(control, ref, f"s{number}", CLEAN)).status_code == 200
    assert_problem(await put(control, ref, "s20", CLEAN), 403, "too_many_schedules")
    assert (await put(control, ref, "s0", CLEAN)).status_code == 200  # a change is no new one


async def test_wishes_reach_the_deployment_and_stay_until_changed(control: Control) -> None:
    wanted = {"egress_hosts": ["api.example.com", "*.example.org:8443"], "min_instances": 1}
    body = {"source": GOOD, "name": "Wishes"} | wanted
    made = (await control.post("/apis?wait=30", body)).json()
    store = PostgresDeployerStore(control.database, Sealer([bytes(32)]))
    spec = await store.spec(UUID(made["deployment_id"]))
    assert spec.egress_hosts == tuple(wanted["egress_hosts"])
    assert spec.min_instances == 1
    ref = made["slug"]
    again = (await control.post(f"/apis/{ref}/revisions?wait=30", {"source": GOOD})).json()
    assert (await store.spec(UUID(again["deployment_id"]))).egress_hosts == spec.egress_hosts
    shown = (await control.get(f"/apis/{ref}")).json()
    assert {name: shown[name] for name in wanted} == wanted
    taken = {"source": GOOD, "egress_hosts": []}
    last = (await control.post(f"/apis/{ref}/revisions?wait=30", taken)).json()
    assert (await store.spec(UUID(last["deployment_id"]))).egress_hosts == ()


async def test_wishes_change_without_a_new_revision(control: Control) -> None:
    made = await control.deployed(name="Wishes of a reload")
    store = PostgresDeployerStore(control.database, Sealer([bytes(32)]))
    wanted = {"egress_hosts": ["api.example.com"], "min_instances": 1}
    path = f"/apis/{made['slug']}/reload?wait=30"
    again = (await control.post(path, wanted)).json()
    assert again["revision"] == made["revision"]
    spec = await store.spec(UUID(again["deployment_id"]))
    assert (spec.egress_hosts, spec.min_instances) == (("api.example.com",), 1)
    kept = (await control.post(path)).json()
    assert (await store.spec(UUID(kept["deployment_id"]))).min_instances == 1
    assert (await control.post(path, {"min_instances": -1})).status_code == 422
    assert (await control.post(path, {"egress_hosts": ["*"]})).status_code == 422


async def test_what_is_no_host_is_refused(control: Control) -> None:
    for host in ("*", "http://a.example", "a.example/x", "*.com"):
        answer = await control.post("/apis", {"source": GOOD, "egress_hosts": [host]})
        assert answer.status_code == 422, host
        assert host in answer.text
