"""Runs the rounds and writes bench/results/gateway.json and docs/gateway/performance.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

from bench.gateway import page
from bench.gateway.apps import SOURCE
from bench.gateway.load import SHAPES, SMALL, Shape, cpu_us, latencies_ms
from bench.gateway.servers import Server, Servers
from tests.contracts.backends import fork_backend, short_folder, spec

RATE = 2000
_ROOT = Path(__file__).resolve().parents[2]


def summary(values: list[float]) -> dict[str, float]:
    """The median, and how far the rounds lie apart (interquartile range, in percent of it)."""
    middle = statistics.median(values)
    quarter = statistics.quantiles(values, n=4) if len(values) > 1 else [middle] * 3
    spread = (quarter[2] - quarter[0]) / middle * 100
    return {"median": round(middle, 2), "spread_percent": round(spread, 1)}


def rounds(
    servers: list[Server], shape: Shape, options: argparse.Namespace, folder: Path
) -> dict[str, dict[str, float]]:
    """CPU a request of servers that take turns, and each round's ratio to the first of them."""
    seen: dict[str, list[float]] = {server.name: [] for server in servers}
    for server in servers:
        cpu_us(server, shape, 1, folder)
    for _ in range(options.rounds):
        for server in servers:
            seen[server.name].append(cpu_us(server, shape, options.seconds, folder))
    first = seen[servers[0].name]
    found = {name: summary(values) for name, values in seen.items()}
    for name, values in seen.items():
        ratios = [one / base for one, base in zip(values, first, strict=True)]
        found[name]["ratio"] = round(statistics.median(ratios), 3)
    print(shape.name, json.dumps(found), file=sys.stderr)
    return found


def measure(servers: Servers, options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Everything that is published."""
    plain = servers.uvicorn()
    ours, two = servers.gateway(), servers.gateway(processes=2)
    envoy, textbook = servers.envoy(plain), servers.textbook(plain)
    many, many_envoy = servers.gateway(1000), servers.envoy(plain, 1000)
    shapes = {
        shape.name: rounds([plain, ours, envoy, textbook], shape, options, folder)
        for shape in SHAPES
    }
    shapes["small, 2 gateway processes"] = rounds([plain, two], SMALL, options, folder)
    shapes["small, 1,000 Apis and keys"] = rounds(
        [ours, many, envoy, many_envoy], SMALL, options, folder
    )
    latency: dict[str, list[list[float]]] = {plain.name: [], ours.name: []}
    for _ in range(options.rounds):
        for server in (plain, ours):
            taken = sorted(uvloop.run(latencies_ms(server, RATE, options.seconds)))
            latency[server.name].append([taken[len(taken) // 2], taken[int(len(taken) * 0.99)]])
    return {
        "cpu_us_a_request": shapes,
        f"milliseconds_at_{RATE}_a_second": {
            name: {
                "p50": summary([p50 for p50, _ in found]),
                "p99": summary([p99 for _, p99 in found]),
            }
            for name, found in latency.items()
        },
    }


async def with_worker(run: Callable[[tuple[str, int]], dict[str, object]]) -> dict[str, object]:
    """`run` beside a worker of the fork backend, on the best tier that this machine has."""
    async with fork_backend(("full", "no-namespace"), spares=0) as backend:
        placed = await backend.place(
            spec(SOURCE, request_body_bytes=8 << 20, response_body_bytes=8 << 20, cpu=2.0)
        )
        (pid,) = [one.handle.pid for p in backend._placements.values() for one in p.running]
        found = await asyncio.to_thread(run, (placed.instance.address, pid))
        return {"sandbox": str(backend.sandbox.tier), **found}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="bench.gateway")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("These figures are measured with wrk: apt-get install wrk")
    folder = short_folder()
    machine = (
        f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"
    )

    def run(worker: tuple[str, int]) -> dict[str, object]:
        servers = Servers(folder, worker)
        try:
            return measure(servers, options, folder)
        finally:
            servers.close()

    before = os.getloadavg()[0]
    result = {
        "machine": f"{machine}, Python {platform.python_version()}",
        "load_before": round(before, 2),
        "rounds": options.rounds,
        "seconds_a_round": options.seconds,
        **asyncio.run(with_worker(run)),
    }
    (_ROOT / "bench" / "results" / "gateway.json").write_text(json.dumps(result, indent=2) + "\n")
    page.write(_ROOT / "docs" / "gateway" / "performance.md", result)


if __name__ == "__main__":
    main()
