"""A gateway in a process of its own, around a store in memory: for kill -9 and bench/gateway.

`python -m tests.integration.gateway.process` reads one JSON object from stdin:
{"listen", "metrics": inherited fds, "usage_dir", "apis": [{"api_id", "deployment_id", "key_hash",
"sockets", "limits": what differs from LIMITS}], "ships": whether the store takes usage,
"processes", "limits_dir", "redis_url": as in settings}; the last three may be left out.
"""

from __future__ import annotations

import gc
import json
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvloop

from apibuilder.domain import ApiStatus, Instance, KeyGrant, Route, Usage
from apibuilder.errors import NotFound, Unavailable
from apibuilder.gateway.main import GC_THRESHOLD
from apibuilder.gateway.server import Gateway, Ports
from apibuilder.limits.choose import choose
from tests.integration.gateway.harness import LIMITS, MemoryStore


class StaticBackend:
    """Workers that somebody else runs."""

    def __init__(self, apis: list[dict[str, Any]]) -> None:
        self._sockets = {UUID(api["deployment_id"]): api["sockets"] for api in apis}

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        if deployment_id not in self._sockets:
            raise NotFound
        return [
            Instance(id=path, deployment_id=deployment_id, api_id=deployment_id, address=path)
            for path in self._sockets[deployment_id]
        ]


class ForgetfulStore(MemoryStore):
    """Takes usage and keeps none of it, or takes none."""

    ships = True

    async def ship(self, segment: str, start: int, stop: int, usages: list[Usage]) -> None:
        if not self.ships:
            raise Unavailable
        self.offsets[segment] = stop


def store_of(apis: list[dict[str, Any]], *, ships: bool) -> ForgetfulStore:
    store = ForgetfulStore()
    store.ships = ships
    for number, api in enumerate(apis):
        api_id = UUID(api["api_id"])
        store.table[api_id] = Route(
            api_id=api_id,
            slug=f"api-{number}",
            status=ApiStatus.ACTIVE,
            deployment_id=UUID(api["deployment_id"]),
            revision=1,
            limits=replace(LIMITS, **api.get("limits", {})),
        )
        store.keys.append(
            KeyGrant(
                key_id=uuid4(),
                api_id=api_id,
                key_hash=bytes.fromhex(api["key_hash"]),
                requests_per_second=None,
                burst=None,
                expires_at=None,
            )
        )
    return store


async def serve(facts: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        limiter = await choose(
            stack,
            Path(facts.get("limits_dir", "")),
            facts.get("processes", 1),
            facts.get("redis_url"),
            refuse=False,
        )
        gateway = Gateway(
            Ports(
                store=store_of(facts["apis"], ships=facts["ships"]),
                backend=StaticBackend(facts["apis"]),
                limiter=limiter,
                usage_dir=Path(facts["usage_dir"]),
                trusted_proxies="",
                drain_seconds=5,
            )
        )
        listen, metrics = (socket.socket(fileno=facts[name]) for name in ("listen", "metrics"))
        await gateway.serve(listen, metrics)


def main() -> None:
    gc.set_threshold(GC_THRESHOLD, 50, 50)
    uvloop.run(serve(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
