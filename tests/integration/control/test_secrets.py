"""Secrets over the control API: they go in, reach the Backend, and never come out again."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from tests.integration.control.conftest import Control

VALUE = "s3cr3t-value-nobody-sees"


async def env(control: Control, deployment_id: str) -> dict[str, str]:
    """What the Backend was given with a Deployment."""
    async with asyncio.timeout(30):
        while (spec := control.backend.given.get(UUID(deployment_id))) is None:
            await asyncio.sleep(0.01)
        return spec.env


async def test_set_list_delete(control: Control, capsys: pytest.CaptureFixture[str]) -> None:
    made = await control.deployed()
    secrets = f"/apis/{made['slug']}/secrets"
    answer = await control.client.put(f"/api/v1{secrets}/TOKEN", json={"value": VALUE})
    assert answer.status_code == 200
    assert await env(control, answer.json()["deployment_id"]) == {"TOKEN": VALUE}
    listed = await control.get(secrets)
    assert [one["name"] for one in listed.json()["secrets"]] == ["TOKEN"]
    assert VALUE not in answer.text + listed.text
    gone = await control.delete(f"{secrets}/TOKEN")
    assert await env(control, gone.json()["deployment_id"]) == {}
    assert (await control.delete(f"{secrets}/TOKEN")).status_code == 404
    printed = capsys.readouterr()
    assert VALUE not in printed.out + printed.err


@pytest.mark.parametrize(
    "name", ["token", "1A", "A-B", "A" * 65, "PATH", "HOME", "LD_PRELOAD", "PYTHONPATH", "DATA_DIR"]
)
async def test_names_that_are_refused(control: Control, name: str) -> None:
    made = await control.deployed()
    answer = await control.client.put(
        f"/api/v1/apis/{made['slug']}/secrets/{name}", json={"value": VALUE}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert VALUE not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b'{"value": ""}',
        b'{"value": "a\\u0000s3cr3t"}',
        b'{"value": "\\ud800s3cr3t"}',
        b'{"value": ["s3cr3t"]}',
        b'{"value": "s3cr3t", "more": 1}',
        b'{"value": "s3cr3t"',
        b'{"value": "' + b"s3cr3t" * 6000 + b'"}',
    ],
)
async def test_values_that_are_refused_are_not_repeated(control: Control, body: bytes) -> None:
    made = await control.deployed()
    answer = await control.client.put(
        f"/api/v1/apis/{made['slug']}/secrets/TOKEN",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {400, 422}
    assert "s3cr3t" not in answer.text
