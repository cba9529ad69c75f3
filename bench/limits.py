"""What a limiter costs a call: memory, the table that processes share, and Redis.

    python -m bench.limits [--calls N] [--rounds N]

CPU of this process a call (take and release) with 32 in flight, and of Redis; medians of the
rounds, which alternate. Needs Debian's redis-server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from pathlib import Path

import psutil
import uvloop

from apibuilder.limits.base import Bucket, Limiter, Policy, Quota
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.limits.redis import RedisLimiter
from apibuilder.limits.shared import SharedLimiter
from tests.redis import redis_server

RESULTS = Path(__file__).parent / "results/limits.json"
IN_FLIGHT = 32
POLICIES = [
    Policy(
        f"api-{number}",
        (Bucket.of(f"api-{number}", 1e6, 10**6), Bucket.of(f"key-{number}", 1e6, 10**6)),
        (Quota(f"api-{number}", 10**9),),
        10**6,
    )
    for number in range(100)
]


async def calls(limiter: Limiter, count: int) -> None:
    async def caller(number: int) -> None:
        for at in range(count // IN_FLIGHT):
            policy = POLICIES[(number + at) % len(POLICIES)]
            verdict = await limiter.take(policy)
            assert verdict.refused_by is None, verdict
            limiter.release(policy.api)

    await asyncio.gather(*(caller(number) for number in range(IN_FLIGHT)))


def cpu(process: psutil.Process | None = None) -> float:
    if process is not None:
        times = process.cpu_times()
        return times.user + times.system
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    found: dict[str, list[tuple[float, float, float]]] = {}
    with redis_server() as server, tempfile.TemporaryDirectory() as folder:
        (child,) = psutil.Process().children()
        async with (
            RedisLimiter(server.url, None) as redis,
            SharedLimiter(Path(folder), 4) as shared,
        ):
            limiters: dict[str, Limiter] = {
                "memory": MemoryLimiter(),
                "shared": shared,
                "redis": redis,
            }
            for _ in range(rounds):
                for name, limiter in limiters.items():
                    begun, own, its = time.perf_counter(), cpu(), cpu(child)
                    await calls(limiter, count)
                    took = (cpu() - own, cpu(child) - its, time.perf_counter() - begun)
                    found.setdefault(name, []).append(took)
    return {
        name: {
            what: round(statistics.median(one[at] for one in rows) / count * 1e6, 2)
            for at, what in enumerate(("gateway_cpu_us", "redis_cpu_us", "wall_us"))
        }
        for name, rows in found.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=40_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "calls": chosen.calls,
        "in_flight": IN_FLIGHT,
        **uvloop.run(measure(chosen.calls, chosen.rounds)),
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
