"""The control API with its real wiring, on a real database and the Backend's twin in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from apibuilder import logs
from apibuilder.backends.memory import MemoryBackend
from apibuilder.control.app import create_app
from apibuilder.control.authentication import OPERATOR_HANDLE, OPERATOR_ID, OperatorToken
from apibuilder.control.main import Parts
from apibuilder.domain import DeploymentSpec, Started
from apibuilder.errors import ImportFailed
from apibuilder.settings import Settings
from apibuilder.store.postgres import Database

logs.configure("warning")  # a traceback with local variables takes seconds

TOKEN = "ab_operator_for_tests"
GATEWAY_URL = "http://gateway.test"
GOOD = 'from fastapi import FastAPI\napp = FastAPI(title="Hello there")\n'
UNSTARTABLE = GOOD + "1 / 0\n"  # passes the checks before storing; a Backend refuses it


class Picky(MemoryBackend):
    """Refuses UNSTARTABLE as a real one would, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[UUID, DeploymentSpec] = {}

    async def place(self, spec: DeploymentSpec) -> Started:
        self.given[spec.deployment_id] = spec
        if spec.source == UNSTARTABLE:
            raise ImportFailed("ZeroDivisionError: division by zero", file="main.py", line=3)
        return await super().place(spec)


@dataclass
class Control:
    """A client that is the operator, and what stands behind the API."""

    client: httpx.AsyncClient
    backend: Picky
    settings: Settings
    database: Database
    app: FastAPI

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1{path}", json=body, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", **kwargs)

    async def delete(self, path: str) -> httpx.Response:
        return await self.client.delete(f"/api/v1{path}")

    async def deployed(self, source: str = GOOD, name: str | None = None) -> dict[str, Any]:
        answer = await self.post("/apis?wait=30", {"source": source, "name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
def backend() -> Picky:
    return Picky()


@pytest.fixture
async def control(dsn: str, tmp_path: Path, backend: Picky) -> AsyncIterator[Control]:
    settings = Settings(
        data_dir=tmp_path, database_url=dsn, gateway_url=GATEWAY_URL, drain_seconds=0
    )
    async with Database(dsn) as database:
        await database.execute("delete from public.profiles")  # and all that belongs to them
        parts = Parts(settings, backend, database)
        await parts.accounts.ensure_operator(OPERATOR_ID, OPERATOR_HANDLE, "business")
        app = create_app(parts.services(), (OperatorToken(TOKEN),))
        background = [asyncio.create_task(one) for one in parts.background()]
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://platform.test",
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client:
            yield Control(client, backend, settings, database, app)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
