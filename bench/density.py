"""How dense: start to first response and memory a worker with 0, 100, 500 and 1,000 live ones.

    .venv/bin/python -m bench.density [--live 0 100 500 1000] [--rounds 40]

Side by side in one run: a fork of the zygote (deploy: with all checks; wake: from zero), exec'ed
uvicorn, and bubblewrap + exec where it is installed. Times in milliseconds, memory in MB. `cpu` is
the worker's own processor time from its assignment to its first response: it depends less on what
else the machine does. Writes bench/results/density.json with the machine named.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import uvloop

from apibuilder.backends.fork.supervisor import Supervisor
from apibuilder.domain import Instance
from bench.fork import exec_start
from tests.contracts.backends import fork_backend, get, short_folder, spec

_PAUSE = 0.15  # between rounds: a wake starts from rest
_CREATE_AT_ONCE = 4

TRIVIAL = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/hello")
async def hello(name: str = "you") -> dict[str, str]:
    return {"hello": name}
"""


def summary(samples: list[float]) -> dict[str, float]:
    """p50, p99 and the least, which is what the machine's other users took least from."""
    ordered = sorted(samples)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "p50": round(statistics.median(ordered), 1),
        "p99": round(p99, 1),
        "least": round(ordered[0], 1),
    }


def cpu_ms(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


async def starts(
    backend: Supervisor, rounds: int, start: Callable[[], Awaitable[Instance]]
) -> dict[str, Any]:
    times: list[float] = []
    cpu: list[float] = []
    for _ in range(rounds):
        await asyncio.sleep(_PAUSE)
        waiting = backend._pool._spares[0] if backend._pool._spares else None
        before = cpu_ms(waiting.pid) if waiting else 0.0
        begun = time.perf_counter()
        instance = await start()
        await get(instance, "/hello")
        times.append((time.perf_counter() - begun) * 1e3)
        if waiting and waiting.name == instance.id:
            cpu.append(cpu_ms(waiting.pid) - before)
    return summary(times) | {"cpu": round(statistics.median(cpu), 1) if cpu else None}


async def measure(backend: Supervisor, rounds: int) -> dict[str, Any]:
    """With what lives at present."""
    wanted = spec(TRIVIAL)
    await backend.place(wanted)

    async def deploy() -> Instance:
        fresh = spec(TRIVIAL, ephemeral=True)
        started = await backend.place(fresh)
        asyncio.get_running_loop().call_later(_PAUSE / 2, _retire, backend, fresh.deployment_id)
        return started.instance

    async def wake() -> Instance:
        (instance,) = await backend.acquire(wanted.deployment_id)
        asyncio.get_running_loop().call_later(_PAUSE / 2, _suspend, backend, wanted.deployment_id)
        return instance

    await backend.suspend(wanted.deployment_id, 0)
    found = {
        "deploy_ms": await starts(backend, rounds, deploy),
        "wake_ms": await starts(backend, rounds, wake),
    }
    await backend.retire(wanted.deployment_id, 0)
    return found


_background: set[asyncio.Task[None]] = set()


def _retire(backend: Supervisor, deployment_id: Any) -> None:
    _background.add(asyncio.create_task(backend.retire(deployment_id, 0)))


def _suspend(backend: Supervisor, deployment_id: Any) -> None:
    _background.add(asyncio.create_task(backend.suspend(deployment_id, 0)))


async def populate(backend: Supervisor, count: int) -> None:
    """Until that many sleep-and-wake workers live, each having answered one request."""
    room = asyncio.Semaphore(_CREATE_AT_ONCE)

    async def one() -> None:
        async with room:
            wanted = spec(TRIVIAL)
            await backend.place(wanted)
            await backend.suspend(wanted.deployment_id, 0)
            (instance,) = await backend.acquire(wanted.deployment_id)
            await get(instance, "/hello")

    await asyncio.gather(*(one() for _ in range(count - _live(backend))))


def _live(backend: Supervisor) -> int:
    return sum(len(placement.running) for placement in backend._placements.values())


def memory(backend: Supervisor, used_before: int) -> dict[str, float]:
    """USS and PSS of at most 50 of the workers; what the machine has less of, for all of them."""
    pids = [one.handle.pid for p in backend._placements.values() for one in p.running]
    found = [psutil.Process(pid).memory_full_info() for pid in pids[:: max(1, len(pids) // 50)]]
    return {
        "uss_mb": round(statistics.median(info.uss for info in found) / 1e6, 2),
        "pss_mb": round(statistics.median(info.pss for info in found) / 1e6, 2),
        "machine_mb_a_worker": round((used_before - available()) / 1e6 / len(pids), 2),
        "machine_gb": round((used_before - available()) / 1e9, 2),
    }


def available() -> int:
    return psutil.virtual_memory().available


async def side_by_side(rounds: int) -> dict[str, Any]:
    folder = short_folder()
    (folder / "main.py").write_text(TRIVIAL)
    walls = {"exec": []}
    if shutil.which("bwrap"):
        walls["bubblewrap_exec"] = ["bwrap", "--dev-bind", "/", "/", "--unshare-all",
                                    "--die-with-parent"]  # fmt: skip
    found: dict[str, Any] = {}
    for name, wall in walls.items():
        samples = [await exec_start(wall, folder) * 1e3 for _ in range(rounds)]
        found[name] = summary(samples)
    shutil.rmtree(folder)
    return found


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--live", type=int, nargs="+", default=[0, 100, 500, 1000])
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    result: dict[str, Any] = {
        "machine": {
            "cpus": psutil.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "kernel": platform.release().split("-")[0],
            "python": platform.python_version(),
            "load_average": round(psutil.getloadavg()[0], 1),
        },
        "side_by_side_ms": await side_by_side(max(5, given.rounds // 5)),
        "live": {},
    }
    async with fork_backend(("full", "no-namespace"), spares=2) as backend:
        result["tier"] = backend.sandbox.tier
        before = available()
        for live in given.live:
            await populate(backend, live)
            row = await measure(backend, given.rounds)
            if live:
                row["memory"] = memory(backend, before)
            result["live"][str(live)] = row
            print(live, json.dumps(row), flush=True)
    fork = next(iter(result["live"].values()))["wake_ms"]["p50"]
    result["times_faster"] = {
        name: round(times["p50"] / fork, 1) for name, times in result["side_by_side_ms"].items()
    }
    target = Path(__file__).parent / "results" / "density.json"
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    uvloop.run(main())
