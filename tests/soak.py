"""Many start/stop cycles and swaps, then nothing more than before: `make soak N=10000 SWAPS=1000`.

Counts what could leak: processes, cgroups, mounts, sockets and files of the run folder, and this
process's descriptors and memory. A short run of the same is part of the tests. Writes
bench/results/soak.json with the machine named.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import uvloop

from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import fork_backend, get, spec

_SETTLE_SECONDS = 15.0
_WARM_CYCLES = 5  # before the first count: pools and caches fill
_RESULT = Path(__file__).parents[1] / "bench" / "results" / "soak.json"


@dataclass(frozen=True)
class Counts:
    """What there is at one moment."""

    processes: int
    cgroups: int
    mounts: int
    files: int
    descriptors: int
    memory_mb: float  # resident, of the process that runs the supervisor
    zygote_mb: float  # the same of the zygote


def counts(backend: Supervisor) -> Counts:
    me = psutil.Process()
    zygote = backend._pool.zygote_pid
    return Counts(
        processes=len(me.children(recursive=True)),
        cgroups=len(backend._hierarchy.leftovers()),
        mounts=sum(
            len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines()) for pid in ("self", zygote)
        ),
        files=len(list((backend._files.root_dir.parent / "w").iterdir())),
        descriptors=me.num_fds() + psutil.Process(zygote).num_fds(),
        memory_mb=round(me.memory_info().rss / 1e6, 1),
        zygote_mb=round(psutil.Process(zygote).memory_info().rss / 1e6, 1),
    )


async def settled(backend: Supervisor) -> Counts:
    """Once what is being torn down is gone: the kernel takes its time with a cgroup."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    found = counts(backend)
    while time.monotonic() < deadline:
        await asyncio.sleep(0.3)
        again = counts(backend)
        if backend._pool.workers == backend._pool.spares + 1 and again.processes == found.processes:
            return again
        found = again
    return found


async def cycle(backend: Supervisor) -> None:
    """Start, one request, stop."""
    wanted = spec(ephemeral=True)
    started = await backend.place(wanted)
    assert await get(started.instance, "/hello") == (200, {"hello": "you"})
    await backend.retire(wanted.deployment_id, 0)


async def soak(cycles: int, swaps: int) -> tuple[Counts, Counts]:
    """What there was before, and what there is after that many cycles and swaps."""
    async with fork_backend(("full", "no-namespace"), spares=2) as backend:
        served = spec()
        await backend.place(served)
        for _ in range(_WARM_CYCLES):
            await cycle(backend)
        before = await settled(backend)
        for _ in range(cycles):
            await cycle(backend)
        for _ in range(swaps):
            fresh = spec(api_id=served.api_id)
            started = await backend.place(fresh)
            await backend.retire(served.deployment_id, 5)
            assert await get(started.instance, "/hello") == (200, {"hello": "you"})
            served = fresh
        return before, await settled(backend)


def leaks(before: Counts, after: Counts) -> list[str]:
    """What there is more of."""
    names = ("processes", "cgroups", "mounts", "files", "descriptors")
    found = [
        f"{name}: {getattr(before, name)} -> {getattr(after, name)}"
        for name in names
        if getattr(after, name) > getattr(before, name)
    ]
    for name in ("memory_mb", "zygote_mb"):
        was, now = getattr(before, name), getattr(after, name)
        if now > was * 1.05 + 4:  # the log book and caches fill at first
            found.append(f"{name}: {was:.0f} -> {now:.0f}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=1000, help="start/stop cycles")
    parser.add_argument("--swaps", type=int, help="swaps; as many as cycles, if not given")
    given = parser.parse_args()
    swaps = given.n if given.swaps is None else given.swaps
    begun = time.monotonic()
    before, after = uvloop.run(soak(given.n, swaps))
    found = leaks(before, after)
    result = {
        "machine": {
            "cpus": psutil.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "kernel": platform.release().split("-")[0],
            "python": platform.python_version(),
        },
        "cycles": given.n,
        "swaps": swaps,
        "seconds": round(time.monotonic() - begun),
        "before": asdict(before),
        "after": asdict(after),
        "leaked": found,
    }
    text = json.dumps(result, indent=2)
    _RESULT.write_text(text + "\n")
    print(text)
    if found:
        raise SystemExit("leaked: " + "; ".join(found))


if __name__ == "__main__":
    main()
