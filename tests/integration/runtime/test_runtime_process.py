"""The runtime as a process of its own: started, used over its socket, stopped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apibuilder import errors
from apibuilder.backends.remote import RemoteBackend
from apibuilder.settings import Settings
from tests.contracts.backends import ROOT, RUNTIME_PYTHON, get, short_folder, spec


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = short_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def runtime(folder: Path, *prefix: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    command = [*prefix, sys.executable, "-m", "apibuilder.backends.main"]
    environment = {
        "PATH": os.environ["PATH"],
        "APIBUILDER_DATA_DIR": str(folder),
        "APIBUILDER_RUNTIME_PYTHON": str(RUNTIME_PYTHON),
        **settings,
    }
    with subprocess.Popen(
        command, cwd=folder, env=environment, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


async def answering(folder: Path, process: subprocess.Popen[str]) -> RemoteBackend:
    client = RemoteBackend(Settings(data_dir=folder).runtime_socket)  # pyright: ignore[reportCallIssue]
    async with asyncio.timeout(30):
        while True:
            try:
                await client.status()
            except errors.Unavailable:
                assert process.poll() is None, process.stderr and process.stderr.read()
                await asyncio.sleep(0.02)
            else:
                return client


async def test_it_serves_and_stops_on_sigterm_leaving_nothing(folder: Path) -> None:
    with runtime(folder) as process:
        client = await answering(folder, process)
        started = await client.place(spec())
        assert await get(started.instance, "/hello") == (200, {"hello": "you"})
        following = client.logs(started.instance.api_id, tail=1, follow=True)
        await anext(following)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0
        await client.close()
    assert list((folder / "run").iterdir()) == []


async def test_a_killed_runtime_is_unavailable_and_its_successor_goes_on(folder: Path) -> None:
    wanted = spec()
    with runtime(folder) as first:
        client = await answering(folder, first)
        started = await client.place(wanted)
        first.kill()
        first.wait()
        with pytest.raises(errors.Unavailable):
            await client.acquire(wanted.deployment_id)
        await client.close()
    with runtime(folder) as second:
        client = await answering(folder, second)
        (instance,) = await client.acquire(wanted.deployment_id)
        assert instance.id != started.instance.id
        assert await get(instance, "/hello") == (200, {"hello": "you"})
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, 20) == 0
        await client.close()


async def test_a_machine_that_cannot_isolate_as_configured_refuses_to_boot(folder: Path) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    without = ("unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh")
    with runtime(folder, *without, APIBUILDER_SANDBOX="full") as process:
        _, told = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 1
    assert "user namespace" in told
    assert "APIBUILDER_SANDBOX=none" in told
    assert list((folder / "run").iterdir()) == []


async def test_rootless_gets_tier_full_through_user_namespaces(folder: Path) -> None:
    rootless = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    with runtime(folder, *rootless, APIBUILDER_SANDBOX="full") as process:
        client = await answering(folder, process)
        status = await client.status()
        assert status["tier"] == "full"
        assert "own uid" in status["missing"]
        started = await client.place(spec())
        assert await get(started.instance, "/hello") == (200, {"hello": "you"})
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0
        await client.close()


def test_the_checkout_holds_the_runtime_environment() -> None:
    assert (ROOT / "runtime" / "uv.lock").exists()
