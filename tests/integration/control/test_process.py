"""The control process as it is run: an inherited socket, a runtime, a clean stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import uvicorn

from apibuilder.backends import service
from apibuilder.backends.memory import MemoryBackend
from tests.integration.control.conftest import GOOD

RUN = (
    "import sys; from apibuilder.control.main import run; from apibuilder.settings import Settings;"
    "run(Settings(), listen_fd=int(sys.argv[1]))"
)


@dataclass
class Machine:
    """A data folder with a listening socket, and what runs on it."""

    data_dir: Path
    dsn: str
    listening: socket.socket

    @property
    def url(self) -> str:
        host, port = self.listening.getsockname()
        return f"http://{host}:{port}"

    def start(self) -> subprocess.Popen[bytes]:
        fd = self.listening.fileno()
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(fd)],
            pass_fds=[fd],
            stderr=subprocess.PIPE,
            env={**os.environ, "APIBUILDER_DATA_DIR": str(self.data_dir), "DATABASE_URL": self.dsn},
        )

    def client(self) -> httpx.AsyncClient:
        """Waits in the socket's backlog until the process accepts."""
        return httpx.AsyncClient(base_url=self.url, timeout=60)

    def authorize(self, client: httpx.AsyncClient) -> None:
        token = (self.data_dir / "operator.token").read_text().strip()
        client.headers["Authorization"] = f"Bearer {token}"

    @asynccontextmanager
    async def runtime(self) -> AsyncIterator[MemoryBackend]:
        """The runtime service over the twin in memory, where the process looks for it."""
        backend = MemoryBackend()
        path = self.data_dir / "run" / "runtime.sock"
        path.parent.mkdir()
        server = uvicorn.Server(
            uvicorn.Config(service.create_app(backend), log_config=None, lifespan="off")
        )
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            task = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield backend
            finally:
                server.should_exit = True
                server.force_exit = True
                await task


@pytest.fixture
def machine(dsn: str) -> AsyncIterator[Machine]:
    with (
        tempfile.TemporaryDirectory(prefix="ab-", dir="/tmp") as folder,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        yield Machine(Path(folder), dsn, listening)


async def test_start_deploy_follow_stop(machine: Machine) -> None:
    async with machine.runtime() as backend, machine.client() as client:
        process = machine.start()
        try:
            assert (await client.get("/readyz")).status_code == 200
            machine.authorize(client)
            made = await client.post("/api/v1/apis?wait=30", json={"source": GOOD})
            assert made.status_code == 201, made.text
            api_id = made.json()["api_id"]
            logs = f"/api/v1/apis/{api_id}/logs?follow=true&tail=1"
            async with client.stream("GET", logs) as following:
                lines = following.aiter_lines()
                await backend.say(UUID(api_id), "first")
                assert json.loads(await anext(lines))["message"] == "first"
                await backend.say(UUID(api_id), "second")
                assert json.loads(await anext(lines))["message"] == "second"
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err


async def test_without_a_runtime_it_serves_and_catches_up(machine: Machine) -> None:
    async with machine.client() as client:
        process = machine.start()
        try:
            assert (await client.get("/readyz")).status_code == 200
            machine.authorize(client)
            status = (await client.get("/api/v1/status")).json()
            assert (status["ok"], status["backend"]["ok"]) == (False, False)
            made = (await client.post("/api/v1/apis", json={"source": GOOD})).json()
            assert made["status"] == "deploying"
            async with machine.runtime():
                async with asyncio.timeout(60):
                    while await status_of(client, made["deployment_id"]) != "active":
                        await asyncio.sleep(0.05)
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0, err.decode()


async def test_killed_and_started_again_on_the_same_socket(machine: Machine) -> None:
    async with machine.runtime(), machine.client() as client:
        first = machine.start()
        assert (await client.get("/readyz")).status_code == 200
        machine.authorize(client)
        made = (await client.post("/api/v1/apis?wait=30", json={"source": GOOD})).json()
        first.kill()
        await asyncio.to_thread(first.communicate)
    async with machine.client() as client:
        second = machine.start()
        try:
            machine.authorize(client)
            api = (await client.get(f"/api/v1/apis/{made['api_id']}")).json()
            assert api["status"] == "active"
        finally:
            second.send_signal(signal.SIGINT)
            await asyncio.to_thread(second.communicate)
    assert second.returncode == 0


async def status_of(client: httpx.AsyncClient, deployment_id: str) -> str:
    return (await client.get(f"/api/v1/deployments/{deployment_id}")).json()["status"]
