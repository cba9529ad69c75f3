"""CPU that a small request costs over link and worker, against uvicorn serving the same app.

    python bench/link.py [--seconds N] [--rounds N]

In microseconds of CPU (user + system) a request, median of rounds in which all take turns:

    uvicorn         the process of uvicorn (uvloop, httptools) serving the app
    uvicorn_empty   the same with an app that answers a constant: what HTTP alone costs
    worker          the worker's process serving the app
    link            the caller's process: Link, and one task per request in flight
    ratio           (uvicorn_empty + link + worker) / uvicorn: a gateway that did nothing itself
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import uvloop

from apibuilder.backends.fork import worker
from apibuilder.backends.fork.frames import (
    Boot,
    ControlReader,
    Drain,
    Ready,
    RequestHead,
    control,
)
from apibuilder.backends.fork.link import Link

PARALLEL = 32
PATH = "/items/7?q=abc"
APP = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/items/{number}")
async def item(number: int, q: str = "x"):
    return {"number": number, "q": q}

async def empty(scope, receive, send):
    await send({"type": "http.response.start", "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
"""
HEADERS = [
    (b"host", b"127.0.0.1:8080"),
    (b"user-agent", b"bench/1"),
    (b"accept", b"*/*"),
    (b"x-request-id", b"0123456789abcdef"),
]


def cpu(pid: int) -> float:
    """Seconds of CPU a process has used."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def start_worker(folder: Path) -> tuple[int, socket.socket, str]:
    """Fork a worker that serves APP; answers pid, control socket and path."""
    path = str(folder / "worker.sock")
    listen = socket.socket(socket.AF_UNIX)
    listen.bind(path)
    listen.listen()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        worker.warm()
        worker.run(listen, theirs)
    theirs.close()
    ours.sendall(control(Boot(APP, {}, str(folder), 1, 1000)))
    reader = ControlReader(from_worker=True)
    while True:
        for message in reader.feed(ours.recv(65536)):
            assert isinstance(message, Ready), message
            return pid, ours, path


async def drive_link(path: str, seconds: float) -> int:
    """Keep PARALLEL requests in flight; answers how many were made."""
    link = await Link.open(path)
    until, count = time.monotonic() + seconds, 0

    async def caller() -> None:
        nonlocal count
        route, _, query = PATH.partition("?")
        while time.monotonic() < until:
            head = RequestHead(
                "GET", route, route.encode(), query.encode(), "/api", "http", "1.1", HEADERS,
                ("127.0.0.1", 5000), ("127.0.0.1", 8080), "0123456789abcdef",
            )  # fmt: skip
            exchange = link.request(head, end=True)
            answer = await exchange.response()
            assert answer.status == 200 and exchange.ended
            count += 1

    await asyncio.gather(*(caller() for _ in range(PARALLEL)))
    link.close()
    return count


class HttpCaller(asyncio.Protocol):
    """One keep-alive connection that asks again as soon as it is answered."""

    REQUEST = (
        f"GET {PATH} HTTP/1.1\r\n".encode()
        + b"".join(name + b": " + value + b"\r\n" for name, value in HEADERS)
        + b"\r\n"
    )

    def __init__(self) -> None:
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.REQUEST)

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"}"):
            self.count += 1
            self.transport.write(self.REQUEST)


async def drive_http(path: str, seconds: float) -> int:
    """The same against uvicorn."""
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_unix_connection(HttpCaller, path) for _ in range(PARALLEL)]
    await asyncio.sleep(seconds)
    for transport, _ in pairs:
        transport.close()
    return sum(protocol.count for _, protocol in pairs)


def start_uvicorn(folder: Path, app: str) -> tuple[subprocess.Popen[bytes], str]:
    """Uvicorn on a Unix socket."""
    path = str(folder / f"{app}.sock")
    (folder / "bench_app.py").write_text(APP)
    command = [sys.executable, "-m", "uvicorn", f"bench_app:{app}", "--uds", path]
    options = [
        "--no-access-log",
        "--log-level",
        "warning",
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    ]
    process = subprocess.Popen([*command, *options], cwd=folder)
    while not Path(path).exists():
        time.sleep(0.05)
    return process, path


def measure(seconds: float, rounds: int) -> dict[str, float]:
    """Medians over rounds in which all candidates take turns."""
    with tempfile.TemporaryDirectory(prefix="ab-", dir="/tmp") as name:
        folder = Path(name)
        pid, channel, path = start_worker(folder)
        servers = {app: start_uvicorn(folder, app) for app in ("app", "empty")}
        seen: dict[str, list[float]] = {}
        for _ in range(rounds):
            before, own = cpu(pid), time.process_time()
            count = uvloop.run(drive_link(path, seconds))
            seen.setdefault("worker", []).append((cpu(pid) - before) / count)
            seen.setdefault("link", []).append((time.process_time() - own) / count)
            for app, (process, uds) in servers.items():
                before = cpu(process.pid)
                count = uvloop.run(drive_http(uds, seconds))
                key = "uvicorn" if app == "app" else "uvicorn_empty"
                seen.setdefault(key, []).append((cpu(process.pid) - before) / count)
        channel.sendall(control(Drain(1)))
        os.waitpid(pid, 0)
        for process, _ in servers.values():
            process.send_signal(signal.SIGTERM)
            process.wait()
    seen["ratio"] = [
        (http + link + served) / whole * 1e-6
        for http, link, served, whole in zip(
            seen["uvicorn_empty"], seen["link"], seen["worker"], seen["uvicorn"], strict=True
        )
    ]
    return {key: round(statistics.median(values) * 1e6, 2) for key, values in seen.items()}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=1.0)
    arguments.add_argument("--rounds", type=int, default=9)
    options = arguments.parse_args()
    machine = (
        f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"
    )
    result = {"machine": machine, "microseconds": measure(options.seconds, options.rounds)}
    (Path(__file__).parent / "results" / "link.json").write_text(
        json.dumps(result, indent=2) + "\n"
    )
    print(json.dumps(result))
