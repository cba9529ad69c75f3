"""A process that shares limits with others: `python -m tests.integration.limits.caller`.

Reads a line of JSON: {"shared": folder} or {"redis": url, "lease": seconds}, and then a policy with
how many "calls" to try at once a line; answers with how many were let in. It never releases one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from apibuilder.limits.base import Bucket, Limiter, Policy, Quota
from apibuilder.limits.redis import RedisLimiter
from apibuilder.limits.shared import SharedLimiter

SEATS = 4


def policy_of(facts: dict[str, Any]) -> Policy:
    name = facts["name"]
    return Policy(
        name,
        (Bucket.of(name, facts["rate"], facts["burst"]),),
        (Quota(name, facts["quota"]),),
        facts["concurrency"],
    )


async def main() -> None:
    facts = json.loads(sys.stdin.readline())
    async with AsyncExitStack() as stack:
        limiter: Limiter
        if "shared" in facts:
            limiter = await stack.enter_async_context(SharedLimiter(Path(facts["shared"]), SEATS))
        else:
            redis = RedisLimiter(facts["redis"], None, lease_seconds=facts["lease"])
            limiter = await stack.enter_async_context(redis)
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            policy = policy_of(order)
            found = await asyncio.gather(*(limiter.take(policy) for _ in range(order["calls"])))
            print(sum(one.refused_by is None for one in found), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
