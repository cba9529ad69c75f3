"""CPU a request, requests a second, latency: uvicorn alone and the gateway with everything on.

`.venv/bin/python -m bench.gateway` (needs wrk: `apt-get install wrk`). Both serve the same FastAPI
app; the gateway authenticates, limits, meters and forwards to a worker in a process of its own.
CPU is user + system time of all server processes (/proc), so a busy neighbour hardly moves it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from apibuilder.store.keys import new_key
from tests.integration.gateway.harness import Worker, short_dir

SOURCE = """
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class Out(BaseModel):
    amount: float
    currency: str

@app.get("/convert")
async def convert(amount: float, to: str = "EUR") -> Out:
    return Out(amount=amount * 0.9, currency=to)
"""
_UVICORN = """
import socket, sys, uvicorn
from app import app
config = uvicorn.Config(
    app, loop="uvloop", http="httptools", access_log=False, log_config=None, lifespan="off"
)
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""
PATH = "/convert?amount=12.5&to=USD"
_TICK = os.sysconf("SC_CLK_TCK")
_SCALE = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass
class Figure:
    """One run of wrk."""

    cpu_us: float  # of all server processes, a request
    requests_per_second: float
    p50_ms: float
    p99_ms: float


@dataclass
class Server:
    """Processes that serve together, and how they are called."""

    pids: list[int]
    url: str
    headers: list[str]

    def cpu_seconds(self) -> float:
        ticks = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICK

    def measure(self, seconds: int, connections: int) -> Figure:
        before = self.cpu_seconds()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
        for header in self.headers:
            command += ["-H", header]
        out = subprocess.run(
            [*command, self.url], capture_output=True, text=True, check=True
        ).stdout
        cpu = self.cpu_seconds() - before
        if "Non-2xx" in out or "Socket errors" in out:
            raise RuntimeError(f"calls failed:\n{out}")
        total = int(_find(r"(\d+) requests in", out))
        return Figure(
            cpu_us=cpu / total * 1e6,
            requests_per_second=float(_find(r"Requests/sec:\s+([\d.]+)", out)),
            p50_ms=_milliseconds(_find(r"(?m)^\s+50%\s+(\S+)", out)),
            p99_ms=_milliseconds(_find(r"(?m)^\s+99%\s+(\S+)", out)),
        )


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"no {pattern!r} in what wrk says:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    unit = text.lstrip("0123456789.")
    return float(text.removesuffix(unit)) * _SCALE[unit]


class Bench:
    """Both servers, started once."""

    def __init__(self) -> None:
        self._folder = short_dir()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._worker = Worker(self._folder, SOURCE)
        self._worker.wait_ready()

    def uvicorn(self) -> Server:
        (self._folder / "app.py").write_text(SOURCE)
        listen = _socket()
        # Not `uvicorn --fd`: that takes the socket for a Unix one and leaves Nagle's algorithm on.
        command = [sys.executable, "-c", _UVICORN, str(listen.fileno())]
        process = subprocess.Popen(command, pass_fds=[listen.fileno()], cwd=self._folder)
        return self._started(process, listen, [process.pid], PATH, [])

    def gateway(self) -> Server:
        key, listen, metrics = new_key(), _socket(), _socket()
        api = {
            "api_id": str(uuid4()),
            "deployment_id": str(uuid4()),
            "key_hash": key.hash.hex(),
            "sockets": [self._worker.path],
        }
        facts = {
            "listen": listen.fileno(),
            "metrics": metrics.fileno(),
            "usage_dir": str(self._folder / "usage"),
            "apis": [api],
            "ships": True,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.gateway.process"],
            pass_fds=[listen.fileno(), metrics.fileno()],
            stdin=subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(facts).encode())
        process.stdin.close()
        metrics.close()
        pids = [process.pid, self._worker.process.pid]
        headers = [f"Authorization: Bearer {key.clear}"]
        return self._started(process, listen, pids, f"/{api['api_id']}{PATH}", headers)

    def _started(
        self,
        process: subprocess.Popen[bytes],
        listen: socket.socket,
        pids: list[int],
        path: str,
        headers: list[str],
    ) -> Server:
        self._processes.append(process)
        url = f"http://127.0.0.1:{listen.getsockname()[1]}{path}"
        listen.close()
        request = urllib.request.Request(url, headers=dict(line.split(": ") for line in headers))
        with urllib.request.urlopen(request, timeout=30):  # waits in the backlog until it serves
            return Server(pids, url, headers)

    def close(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
            process.wait()
        self._worker.stop()
        shutil.rmtree(self._folder)


def _socket() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=1024)


def _median(figures: list[Figure]) -> Figure:
    rows = [asdict(figure) for figure in figures]
    return Figure(
        **{name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]}
    )


def main() -> None:
    """Alternate between the two, and write the medians."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=6)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=32)
    chosen = options.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This figure is measured with wrk: apt-get install wrk")
    bench = Bench()
    try:
        servers = {"uvicorn": bench.uvicorn(), "gateway": bench.gateway()}
        figures: dict[str, list[Figure]] = {name: [] for name in servers}
        for server in servers.values():
            server.measure(1, chosen.connections)
        for _ in range(chosen.rounds):
            for name, server in servers.items():
                figures[name].append(server.measure(chosen.seconds, chosen.connections))
    finally:
        bench.close()
    medians = {name: _median(found) for name, found in figures.items()}
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "rounds": chosen.rounds,
        "connections": chosen.connections,
        **{name: asdict(figure) for name, figure in medians.items()},
        "cpu_ratio": round(medians["gateway"].cpu_us / medians["uvicorn"].cpu_us, 3),
    }
    target = Path(__file__).parent / "results" / "gateway.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
