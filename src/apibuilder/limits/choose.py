"""Which Limiter a gateway process counts with."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from apibuilder.limits.base import Limiter
from apibuilder.limits.memory import MemoryLimiter
from apibuilder.limits.redis import RedisLimiter
from apibuilder.limits.shared import SharedLimiter


async def choose(
    stack: AsyncExitStack, folder: Path, processes: int, redis_url: str | None, *, refuse: bool
) -> Limiter:
    """Redis if there is one; else, and while it is away unless calls are refused then, this
    machine's: memory for one process, a shared table in `folder` for several."""
    if redis_url is not None and refuse:
        return await stack.enter_async_context(RedisLimiter(redis_url, None))
    local: Limiter
    if processes > 1:
        local = await stack.enter_async_context(SharedLimiter(folder, processes))
    else:
        local = MemoryLimiter()
    if redis_url is None:
        return local
    return await stack.enter_async_context(RedisLimiter(redis_url, local))
