"""Start to first response, and memory a worker: a fork of the zygote against starting Python anew.

    .venv/bin/python bench/fork.py [--rounds 30] [--workers 30]

Writes bench/results/fork.json with the machine named. Times in milliseconds, memory in MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.contracts.backends import HELLO, fork_backend, get, short_folder, spec

_PAUSE = 0.2  # between rounds, so that a round starts from rest as a wake does


def summary(samples: list[float]) -> dict[str, float]:
    """p50, p99 and how many."""
    ordered = sorted(samples)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {"p50": round(statistics.median(ordered), 2), "p99": round(p99, 2), "n": len(ordered)}


async def rounds(count: int, one: Callable[[], Awaitable[float]]) -> dict[str, float]:
    samples: list[float] = []
    for _ in range(count):
        samples.append(await one() * 1e3)
        await asyncio.sleep(_PAUSE)
    return summary(samples)


async def exec_start(prefix: list[str], folder: Path) -> float:
    """Spawn uvicorn on a Unix socket and wait for the first response."""
    path = folder / "app.sock"
    path.unlink(missing_ok=True)
    begun = time.perf_counter()
    command = [*prefix, sys.executable, "-m", "uvicorn", "main:app", "--uds", str(path)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(path))
                break
            except OSError:
                await asyncio.sleep(0.001)
        writer.write(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200" in await reader.readline()
        taken = time.perf_counter() - begun
        writer.close()
        process.kill()
    return taken


async def _fork(result: dict[str, Any], count: int, workers: int) -> None:
    async with fork_backend(("full", "no-namespace"), spares=2) as backend:
        result["tier"] = backend.sandbox.tier
        wanted = spec()
        await backend.place(wanted)

        async def place() -> float:
            fresh = spec(ephemeral=True)
            begun = time.perf_counter()
            started = await backend.place(fresh)
            await get(started.instance, "/hello")
            taken = time.perf_counter() - begun
            await backend.retire(fresh.deployment_id, 0)
            return taken

        async def wake() -> float:
            await backend.suspend(wanted.deployment_id, 0)
            await asyncio.sleep(_PAUSE)
            begun = time.perf_counter()
            (instance,) = await backend.acquire(wanted.deployment_id)
            await get(instance, "/hello")
            return time.perf_counter() - begun

        result["place_ms"] = await rounds(count, place)
        result["wake_ms"] = await rounds(count, wake)
        result["memory_mb"] = await _memory(backend, workers)


async def _memory(backend: Any, count: int) -> dict[str, float]:
    """USS and PSS of workers that answered one request, with `count` of them alive."""
    for _ in range(count):
        started = await backend.place(spec(ephemeral=True))
        await get(started.instance, "/hello")
    running = [one for p in backend._placements.values() for one in p.running]
    found = [psutil.Process(one.handle.pid).memory_full_info() for one in running]
    return {
        "workers": len(found),
        "uss": round(statistics.median(info.uss for info in found) / 1e6, 2),
        "pss": round(statistics.median(info.pss for info in found) / 1e6, 2),
    }


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--workers", type=int, default=30)
    given = parser.parse_args()
    result: dict[str, Any] = {
        "machine": {
            "cpus": psutil.cpu_count(),
            "kernel": platform.release().split("-")[0],
            "python": platform.python_version(),
        }
    }
    folder = short_folder()
    (folder / "main.py").write_text(HELLO)
    few = max(3, given.rounds // 5)
    result["exec_ms"] = await rounds(few, lambda: exec_start([], folder))
    if shutil.which("bwrap"):
        wall = ["bwrap", "--dev-bind", "/", "/", "--unshare-all", "--die-with-parent"]
        result["bubblewrap_ms"] = await rounds(few, lambda: exec_start(wall, folder))
    shutil.rmtree(folder)
    await _fork(result, given.rounds, given.workers)
    result["times_faster_than_exec"] = round(result["exec_ms"]["p50"] / result["wake_ms"]["p50"], 1)
    target = Path(__file__).parent / "results" / "fork.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    uvloop.run(main())
