"""Whether the three refusals differ in time.

    python -m tests.integration.gateway.timing [--rounds N]

Asks the questions of test_indistinguishable.py in turns over one connection, so that what the
machine does meanwhile falls on all alike, and prints for each its median and how far its median is
from all others', beside what the same differs by from itself when its own samples are split at
random (the noise).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time

from tests.integration.gateway.harness import World
from tests.integration.gateway.raw.client import Raw
from tests.integration.gateway.test_calls import SOURCE
from tests.integration.gateway.test_indistinguishable import questions


async def measure(rounds: int) -> dict[str, list[float]]:
    async with World() as world:
        own, other = world.publish(SOURCE), world.publish(SOURCE, slug="other")
        await world.start()
        asked = questions(own, other)
        found: dict[str, list[float]] = {name: [] for name in asked}
        async with Raw(world.port) as raw:
            for _ in range(rounds):
                for name in random.sample(list(asked), len(asked)):
                    begun = time.perf_counter()
                    raw.write(asked[name])
                    await raw.answer()
                    found[name].append((time.perf_counter() - begun) * 1e6)
        return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5000)
    found = asyncio.run(measure(options.parse_args().rounds))
    print(f"{'':30} median us   against the rest   noise")
    for name, mine in found.items():
        rest = [one for other, times in found.items() if other != name for one in times]
        halves = []
        for _ in range(50):
            mixed = random.sample(mine, len(mine))
            half = len(mixed) // 2
            halves.append(abs(statistics.median(mixed[:half]) - statistics.median(mixed[half:])))
        median = statistics.median(mine)
        noise = sorted(halves)[47]
        print(f"{name:30} {median:9.1f} {median - statistics.median(rest):+18.2f} {noise:7.2f}")


if __name__ == "__main__":
    main()
