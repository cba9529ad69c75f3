"""A paced caller in a process of its own, so that its pace does not depend on the test's.

`python -m tests.acceptance.load URL KEY RATE SECONDS` prints one JSON object at the end:
{"sent", "statuses": {...}, "dropped": calls whose connection broke, "bodies": {...}}.
Every call is answered or dropped; nothing is retried.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import aiohttp


async def run(url: str, key: str, rate: float, seconds: float) -> dict[str, object]:
    statuses: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    slowest = 0.0

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal slowest
        begun = time.monotonic()
        try:
            async with session.get(url, headers={"Authorization": f"Bearer {key}"}) as answer:
                body = await answer.text()
                statuses[str(answer.status)] += 1
                bodies[body[:120]] += 1
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failures[type(error).__name__] += 1
        slowest = max(slowest, time.monotonic() - begun)

    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        tasks: set[asyncio.Task[None]] = set()
        begun = time.monotonic()
        sent = 0
        print("started", file=sys.stderr, flush=True)
        while (elapsed := time.monotonic() - begun) < seconds:
            due = int(elapsed * rate) - sent
            for _ in range(due):
                task = asyncio.create_task(one(session))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            sent += due
            await asyncio.sleep(0.002)
        await asyncio.gather(*tasks)
    return {
        "sent": sent,
        "statuses": dict(statuses),
        "dropped": dict(failures),
        "bodies": dict(bodies.most_common(20)),
        "slowest_seconds": round(slowest, 3),
    }


if __name__ == "__main__":
    url, key, rate, seconds = sys.argv[1:5]
    print(json.dumps(asyncio.run(run(url, key, float(rate), float(seconds)))))
