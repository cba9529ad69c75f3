"""Real workers that reach real servers through the real egress process, or do not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from apibuilder import errors
from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.domain import Instance
from tests.contracts.backends import fork_backend, get, spec

COMMAND = (sys.executable, str(Path(__file__).parent / "process.py"))

SOURCE = """
import socket
import httpx
from fastapi import FastAPI
app = FastAPI()

@app.get("/fetch")
async def fetch(url: str):
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(url)
            return [answer.status_code, answer.text]
    except Exception as error:
        return [type(error).__name__, str(error)]

@app.get("/raw")
def raw(ask: str):
    with socket.create_connection(("127.0.0.1", 3128), timeout=10) as proxy:
        proxy.sendall(ask.encode().decode("unicode_escape").encode())
        told = b""
        while piece := proxy.recv(65536):
            told += piece
        return told.decode("latin-1")

@app.get("/sockets")
def sockets():
    found = {}
    for name, make in {
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "raw": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "v6": lambda: socket.socket(socket.AF_INET6),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)),
        "host": lambda: socket.create_connection(("127.0.0.2", PORT), timeout=2),
        "elsewhere": lambda: socket.create_connection(("93.184.216.34", 80), timeout=2),
    }.items():
        try:
            make()
            found[name] = "open"
        except OSError as error:
            found[name] = type(error).__name__
    return found
"""


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    body = head.split(b"\r\n")[0] + b" | " + (b"proxied" if b"proxy-" in head.lower() else b"clean")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
    await writer.drain()
    writer.close()


@asynccontextmanager
async def world(*hosts: str) -> AsyncIterator[tuple[Supervisor, Instance, int]]:
    """A server on loopback, and an Api that declares these hosts (`PORT` is the server's)."""
    server = await asyncio.start_server(_serve, "127.0.0.2", 0)
    port: int = server.sockets[0].getsockname()[1]
    async with server, fork_backend(egress_command=COMMAND) as backend:
        declared = tuple(host.replace("PORT", str(port)) for host in hosts)
        wanted = spec(SOURCE.replace("PORT", str(port)), egress_hosts=declared)
        yield backend, (await backend.place(wanted)).instance, port


async def fetch(instance: Instance, url: str) -> Any:
    status, answer = await get(instance, "/fetch", f"url={url}")
    assert status == 200
    return answer


async def log(backend: Supervisor, instance: Instance) -> str:
    return "\n".join(
        [one.message async for one in backend.logs(instance.api_id, tail=50, follow=False)]
    )


async def test_a_declared_host_is_reached_and_metered() -> None:
    async with world("good.test:PORT") as (backend, instance, port):
        answer = await fetch(instance, f"http://good.test:{port}/x")
        assert answer == [200, "GET /x HTTP/1.1 | clean"]
        ask = f"CONNECT good.test:{port} HTTP/1.1\\r\\n\\r\\nGET /tunnel HTTP/1.1\\r\\n\\r\\n"
        _, told = await get(instance, "/raw", f"ask={ask}")
        assert told.startswith("HTTP/1.1 200 ")
        assert "GET /tunnel HTTP/1.1 | clean" in told
        async with asyncio.timeout(15):
            while not (traffic := (await backend.status())["egress"].get(str(instance.api_id))):
                await asyncio.sleep(0.05)
        assert traffic["up"] > 40 and traffic["down"] > 80


async def test_what_is_not_declared_is_refused_and_said_so() -> None:
    async with world("good.test:PORT", "metadata.test", "localhost.test:PORT") as made:
        backend, instance, port = made
        status, detail = await fetch(instance, f"http://other.test:{port}/")
        assert status == 403
        assert f"other.test:{port} is not among the hosts" in detail
        assert f"good.test:{port}" in detail
        status, detail = await fetch(instance, "http://metadata.test/latest/meta-data")
        assert status == 403 and "169.254.169.254" in detail
        status, detail = await fetch(instance, f"http://localhost.test:{port}/")
        assert status == 403 and "127.0.0.1" in detail
        name, detail = await fetch(instance, "https://other.test/")
        assert name == "ProxyError" and "403" in detail
        for target in ("127.0.0.1:22", "[::1]:22", "good.test:22", "2130706433:80", "0x7f.1:80"):
            _, told = await get(instance, "/raw", f"ask=CONNECT {target} HTTP/1.1\\r\\n\\r\\n")
            assert told.startswith("HTTP/1.1 403"), (target, told)
        for ask in ("HELLO\\r\\n\\r\\n", "GET /relative HTTP/1.1\\r\\n\\r\\n",
                    "CONNECT good.test HTTP/1.1\\r\\n\\r\\n",
                    "GET http://good.test@evil.test/ HTTP/1.1\\r\\n\\r\\n"):  # fmt: skip
            _, told = await get(instance, "/raw", f"ask={ask}")
            assert told.startswith("HTTP/1.1 400"), (ask, told)
        backend._logs.flush()
        assert f"egress_denied: other.test:{port} is not among" in await log(backend, instance)


async def test_the_door_is_all_there_is() -> None:
    async with world("good.test:PORT") as (_, instance, _):
        _, found = await get(instance, "/sockets")
        assert "open" not in found.values(), found
        assert found["listen"] == "PermissionError"


async def test_without_a_declaration_there_is_no_network() -> None:
    async with fork_backend(egress_command=("/nonexistent",)) as backend:
        started = await backend.place(spec(SOURCE.replace("PORT", "80")))
        name, _ = await fetch(started.instance, "http://good.test/")
        assert name == "ConnectError"
        _, found = await get(started.instance, "/sockets")
        assert set(found.values()) <= {"PermissionError"}, found


async def test_a_killed_egress_process_is_replaced() -> None:
    async with world("good.test:PORT") as (backend, instance, port):
        assert (await fetch(instance, f"http://good.test:{port}/"))[0] == 200
        process = backend._egress._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while (await fetch(instance, f"http://good.test:{port}/"))[0] != 200:
                await asyncio.sleep(0.1)


async def test_a_worker_that_ends_leaves_no_door() -> None:
    async with world("good.test:PORT") as (backend, _, _):
        ((running,),) = [p.running for p in backend._placements.values()]
        await backend.suspend(running.spec.deployment_id, 0)
        await running.handle.exited
        await asyncio.sleep(0)
        assert not backend._egress._doors


async def test_a_weaker_sandbox_has_no_door() -> None:
    async with fork_backend(("no-namespace",)) as backend:
        with pytest.raises(errors.EgressUnavailable):
            await backend.place(spec(egress_hosts=("good.test",)))
