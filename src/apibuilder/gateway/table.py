"""What the gateway knows: Routes by id and slug, Keys by hash. All of it is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from apibuilder.domain import ApiStatus, KeyGrant, KeyScope, Limits, Route
from apibuilder.errors import ApiBuilderError, ApiFailed, ApiNotReady, ApiPaused
from apibuilder.gateway.operations import NO_OPERATIONS, Operations
from apibuilder.gateway.policy import SPENDING_CAP, policy_header
from apibuilder.gateway.pool import Pool
from apibuilder.limits.base import Bucket, Policy, Quota


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """A Route and the links to its Deployment's Instances. Replaced whole, never changed."""

    route: Route
    pool: Pool | None  # None: there is no Deployment to send anything to
    api: str
    api_bytes: bytes
    closed: type[ApiBuilderError] | None  # why it takes no calls
    operations: Operations = NO_OPERATIONS
    canary: LiveRoute | None = None  # the same Api with its canary's Revision and Instances
    share: int = 0  # percent of the calls that the canary gets
    is_canary: bool = False  # whether this is the one that gets them

    def pools(self) -> Iterator[Pool]:
        """Of the Deployments that serve."""
        if self.pool is not None:
            yield self.pool
        if self.canary is not None:
            yield from self.canary.pools()


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a Key of one Api, and what it is held to."""

    key_bytes: bytes
    expires_at: float  # Unix time; infinity for never
    policy: Policy  # names the Api
    policy_header: bytes  # RateLimit-Policy
    reads_only: bool


class Table:
    """Looked up for each call; written by the `Keeper` only."""

    def __init__(self) -> None:
        self._by_name: dict[str, LiveRoute] = {}
        self._by_id: dict[UUID, LiveRoute] = {}
        self._principals: dict[bytes, Principal] = {}
        self._grants: dict[UUID, list[KeyGrant]] = {}

    def find(self, name: str) -> LiveRoute | None:
        """By the first segment of a path: an Api's id or its slug."""
        return self._by_name.get(name)

    def current(self, api_id: UUID) -> LiveRoute | None:
        """As it stands now; a call that waits looks again."""
        return self._by_id.get(api_id)

    def principal(self, key_hash: bytes) -> Principal | None:
        """The holder of a key."""
        return self._principals.get(key_hash)

    def routes(self) -> Iterable[LiveRoute]:
        """All of them."""
        return self._by_id.values()

    def api_ids(self) -> set[UUID]:
        """Of all Apis that are known, by Route or by Key."""
        return self._by_id.keys() | self._grants.keys()

    def put_route(self, route: Route, pool: Pool | None, canary: Pool | None = None) -> None:
        """Make it the Api's Route, in one step; `canary` are the Instances of its canary."""
        live = _live(route, pool, canary)
        before = self._by_id.get(route.api_id)
        if before is not None and before.route.slug != route.slug:
            self._forget_slug(before)
        self._by_id[route.api_id] = live
        self._by_name[route.slug] = live
        self._by_name[live.api] = live  # last: no slug can take an id's place
        if before is None or before.route.limits != route.limits:
            self._regrant(route.api_id)

    def drop_route(self, api_id: UUID) -> None:
        """The Api is gone, and its keys with it."""
        live = self._by_id.pop(api_id, None)
        if live is not None:
            self._by_name.pop(live.api, None)
            self._forget_slug(live)
        self.put_grants(api_id, [])

    def _forget_slug(self, live: LiveRoute) -> None:
        if self._by_name.get(live.route.slug) is live:  # else another Api has it by now
            del self._by_name[live.route.slug]

    def put_grants(self, api_id: UUID, grants: list[KeyGrant]) -> None:
        """These are all the live Keys of an Api."""
        for grant in self._grants.pop(api_id, []):
            self._principals.pop(grant.key_hash, None)
        if grants:
            self._grants[api_id] = grants
            self._regrant(api_id)

    def _regrant(self, api_id: UUID) -> None:
        live = self._by_id.get(api_id)
        if live is not None:
            for grant in self._grants.get(api_id, []):
                self._principals[grant.key_hash] = _principal(grant, live.route.limits)


def _live(route: Route, pool: Pool | None, canary: Pool | None) -> LiveRoute:
    live = LiveRoute(
        route,
        pool,
        str(route.api_id),
        route.api_id.bytes,
        _closed(route),
        Operations(route.operations),
    )
    if route.canary is None:
        return live
    variant = replace(
        route,
        deployment_id=route.canary.deployment_id,
        revision=route.canary.revision,
        operations=route.canary.operations,
        canary=None,
    )
    return replace(
        live,
        canary=replace(_live(variant, canary, None), is_canary=True),
        share=route.canary.share,
    )


def _closed(route: Route) -> type[ApiBuilderError] | None:
    if route.status is ApiStatus.PAUSED:
        return ApiPaused
    if route.deployment_id is not None:
        return None
    return ApiFailed if route.status is ApiStatus.FAILED else ApiNotReady


def _principal(grant: KeyGrant, limits: Limits) -> Principal:
    buckets = [Bucket.of(f"api:{grant.api_id}", limits.requests_per_second, limits.burst)]
    quotas = [Quota(f"api:{grant.api_id}", limits.monthly_quota)]
    bought = grant.allowance
    if bought is not None:
        rate, burst = bought.requests_per_second, bought.burst
        buckets.append(Bucket.of(bought.name, rate, burst, b"subscriber-rate"))
        label = SPENDING_CAP if bought.is_capped else b"subscriber-quota"
        quotas.append(Quota(bought.name, bought.monthly_quota, label))
    if grant.requests_per_second is not None or grant.burst is not None:
        rate = min(
            grant.requests_per_second or limits.requests_per_second, limits.requests_per_second
        )
        burst = min(grant.burst or limits.burst, limits.burst)
        buckets.append(Bucket.of(f"key:{grant.key_id}", rate, burst, b"key-rate"))
    policy = Policy(str(grant.api_id), tuple(buckets), tuple(quotas), limits.max_concurrency)
    expires = grant.expires_at.timestamp() if grant.expires_at is not None else float("inf")
    reads_only = KeyScope.CALL not in grant.scopes
    return Principal(grant.key_id.bytes, expires, policy, policy_header(policy), reads_only)
