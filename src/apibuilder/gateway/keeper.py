"""Keeps the Table true: reads all at the start, then what changes, and all again now and then.

A gateway whose database is away keeps serving what it knows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import structlog

from apibuilder.backends.base import Backend
from apibuilder.backends.fork.health import Tally
from apibuilder.backends.fork.link import Refused
from apibuilder.domain import KeyGrant, Route
from apibuilder.errors import ApiBuilderError, Unavailable
from apibuilder.gateway.pool import Pool
from apibuilder.gateway.table import LiveRoute, Table
from apibuilder.store.base import GatewayStore

_log = structlog.get_logger()

RECONCILE_SECONDS = 30.0
_PREPARE_SECONDS = 5.0  # for the Instances of a new Deployment, before it takes over anyway
_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.1


class Keeper:
    """The only writer of the Table. `run` never returns."""

    def __init__(self, store: GatewayStore, backend: Backend, table: Table) -> None:
        self._store = store
        self._backend = backend
        self._table = table
        self._locks: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._looked: dict[UUID, float] = {}  # loop time of the last `look_again`
        self._grants_lock = asyncio.Lock()
        self._refreshes: set[asyncio.Task[None]] = set()
        self.tally = Tally()  # of all pools, the retired ones too
        self.loaded = asyncio.Event()  # set once the Table holds what the store holds

    def current(self, api_id: UUID) -> LiveRoute | None:
        """The Route as it stands now."""
        return self._table.current(api_id)

    async def run(self) -> None:
        """Follow the store for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._repeat())

    async def _follow(self) -> None:
        async for change in self._store.changes():
            if change.api_id is None:
                await self._retrying_reconcile()
            elif change.kind == "route":
                self._refresh_soon(change.api_id)
            else:
                await self._reread_keys(change.api_id)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(RECONCILE_SECONDS)
            await self._retrying_reconcile()

    async def _retrying_reconcile(self) -> None:
        while True:
            try:
                await self.reconcile()
            except Unavailable as error:
                _log.warning("routes and keys could not be read", detail=error.detail)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def reconcile(self) -> None:
        """Read everything and mend what differs. Raises Unavailable."""
        await self._reread_all_keys()
        routes = {route.api_id: route for route in await self._store.routes()}
        for api_id in self._table.api_ids() | routes.keys():
            route, live = routes.get(api_id), self._table.current(api_id)
            if live is None and route is not None:
                self._put(route, {})
            elif live is not None and route != live.route:
                # The list may be older than what was read since: read this one again.
                self._refresh_soon(api_id)
        self.loaded.set()

    async def _reread_all_keys(self) -> None:
        # Reading happens inside the lock: no older answer can overwrite a newer one.
        async with self._grants_lock:
            by_api: defaultdict[UUID, list[KeyGrant]] = defaultdict(list)
            for grant in await self._store.grants():
                by_api[grant.api_id].append(grant)
            for api_id in self._table.api_ids() | by_api.keys():
                self._table.put_grants(api_id, by_api.get(api_id, []))

    async def _reread_keys(self, api_id: UUID) -> None:
        try:
            async with self._grants_lock:
                self._table.put_grants(api_id, await self._store.grants_of(api_id))
        except Unavailable:
            await self._retrying_reconcile()

    def _refresh_soon(self, api_id: UUID) -> None:
        task = asyncio.create_task(self._refresh_or_log(api_id))
        self._refreshes.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._refreshes.discard)

    async def _refresh_or_log(self, api_id: UUID) -> None:
        try:
            await self.refresh(api_id)
        except Unavailable as error:  # the next reconcile mends it
            _log.warning("a route could not be read", api_id=str(api_id), detail=error.detail)

    async def refresh(self, api_id: UUID) -> None:
        """Read one Route again, and finish its swap if it has a new Deployment.

        Raises Unavailable. Calls for one Api queue up, so the newest answer is applied last.
        """
        async with self._locks[api_id]:
            route = await self._store.route(api_id)
            live = self._table.current(api_id)
            if route is None:
                self._drop(api_id)
            elif live is None:
                self._put(route, {})
            else:
                await self._swap(live, route)

    async def look_again(self, api_id: UUID) -> None:
        """Refresh unless that was just done; without the store what is known stands."""
        now = asyncio.get_running_loop().time()
        if now - self._looked.get(api_id, float("-inf")) < _LOOK_SECONDS:
            return
        self._looked[api_id] = now
        with suppress(Unavailable):
            await self.refresh(api_id)

    async def _swap(self, live: LiveRoute, route: Route) -> None:
        """Open links to new Instances first, then replace the Route in one step."""
        before = {pool.deployment_id: pool for pool in live.pools()}
        pools = dict(before)
        for deployment_id in _deployments(route):
            if deployment_id not in pools:
                pools[deployment_id] = pool = Pool(self._backend, deployment_id, self.tally)
                if before:
                    await self._prepare(pool)
        self._put(route, pools)
        for deployment_id, pool in before.items():
            if deployment_id not in _deployments(route):
                pool.retire()

    async def _prepare(self, pool: Pool) -> None:
        try:
            await pool.fill(_PREPARE_SECONDS)
        except (ApiBuilderError, Refused) as error:
            _log.warning(
                "a new deployment was not ready",
                deployment_id=str(pool.deployment_id),
                error=str(error),
            )

    def _put(self, route: Route, pools: Mapping[UUID, Pool]) -> None:
        """With the pools that are there already, and new ones beside them."""
        found = {
            one: pools.get(one) or Pool(self._backend, one, self.tally)
            for one in _deployments(route)
        }
        pool = None if route.deployment_id is None else found[route.deployment_id]
        canary = None if route.canary is None else found[route.canary.deployment_id]
        self._table.put_route(route, pool, canary)

    def _drop(self, api_id: UUID) -> None:
        live = self._table.current(api_id)
        self._table.drop_route(api_id)
        for pool in live.pools() if live is not None else ():
            pool.retire()

    async def close(self) -> None:
        """Stop what is under way and let go of all links."""
        for task in self._refreshes:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._refreshes, return_exceptions=True)
        for live in self._table.routes():
            for pool in live.pools():
                pool.retire()


def _deployments(route: Route) -> list[UUID]:
    """That serve: the current one, and a canary."""
    canary = None if route.canary is None else route.canary.deployment_id
    return [one for one in (route.deployment_id, canary) if one is not None]
