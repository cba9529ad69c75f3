"""Publishing: a source becomes a Revision and a Deployment, whose outcome may be waited for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.naming import describe, slugs
from apibuilder.control.deployments.schemas import CheckOut, DeployResult
from apibuilder.control.deployments.watch import DeploymentWatch
from apibuilder.domain import Api, ApiStatus, Deployment, DeploymentStatus
from apibuilder.errors import DeployRefused
from apibuilder.generator.check import check_source
from apibuilder.generator.review import review_checks
from apibuilder.store.base import (
    ApiStore,
    DeploymentStore,
    IdempotencyKey,
    Made,
    NewApi,
    NewRevision,
    Remix,
    Wishes,
)
from apibuilder.store.keys import new_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How a request wants its Deployment: how long to wait, and a name to repeat it by."""

    wait_seconds: float = 0.0
    idempotency_key: str | None = None


class DeploymentService:
    """Every way to a Deployment. Each method raises DeployRefused, with `api_id` among its facts,
    for source that does not pass its checks or could not be started."""

    def __init__(
        self, apis: ApiStore, deployments: DeploymentStore, watch: DeploymentWatch
    ) -> None:
        self._apis = apis
        self._deployments = deployments
        self._watch = watch

    async def create(
        self,
        principal: Principal,
        revision: NewRevision,
        *,
        name: str | None,
        ask: Ask,
        remix: Remix | None = None,
    ) -> DeployResult:
        """A new Api. Raises TooManyApis, Conflict."""
        revision = _reviewed(revision)
        title, description = describe(revision.source)
        name = name or title or "API"
        key = new_key()
        api = NewApi(name=name, slugs=slugs(name), description=description, key=key, remix=remix)
        request = _idempotency_key(ask, "create", name, *_asked(revision))
        made = await self._apis.create(principal.user_id, api, revision, request)
        return await self._result(principal, made, ask, key.clear if made.fresh else None)

    async def publish(
        self,
        principal: Principal,
        ref: str,
        revision: NewRevision,
        *,
        name: str | None,
        ask: Ask,
    ) -> DeployResult:
        """A new Revision of an Api. Raises NotFound, Conflict."""
        api = await self._apis.get(principal.user_id, ref)
        try:
            revision = _reviewed(revision)
        except DeployRefused as refused:
            refused.facts["api_id"] = str(api.id)
            raise
        request = _idempotency_key(ask, "publish", str(api.id), name, *_asked(revision))
        made = await self._deployments.publish(
            principal.user_id, str(api.id), revision, name=name, request=request
        )
        return await self._result(principal, made, ask)

    async def rollback(
        self, principal: Principal, ref: str, revision: int | None, ask: Ask
    ) -> DeployResult:
        """Serve an older Revision again. Raises NotFound, Conflict."""
        return await self._redeploy(principal, ref, revision or "previous", "rollback", ask)

    async def reload(
        self, principal: Principal, ref: str, ask: Ask, wishes: Wishes | None = None
    ) -> DeployResult:
        """Start the present Revision afresh. Raises NotFound."""
        return await self._redeploy(principal, ref, "current", "reload", ask, wishes)

    async def of_api(self, principal: Principal, ref: str) -> list[Deployment]:
        """Newest first."""
        return await self._deployments.of_api(principal.user_id, ref)

    async def get(self, principal: Principal, deployment_id: UUID) -> Deployment:
        """One."""
        return await self._deployments.get(principal.user_id, deployment_id)

    async def _redeploy(
        self,
        principal: Principal,
        ref: str,
        choice: int | Literal["current", "previous"],
        action: Literal["rollback", "reload"],
        ask: Ask,
        wishes: Wishes | None = None,
    ) -> DeployResult:
        asked = () if wishes is None else _wished(wishes)
        request = _idempotency_key(ask, action, ref, choice, *asked)
        made = await self._deployments.redeploy(
            principal.user_id, ref, choice, action=action, request=request, wishes=wishes
        )
        return await self._result(principal, made, ask)

    async def _result(
        self, principal: Principal, made: Made, ask: Ask, clear_key: str | None = None
    ) -> DeployResult:
        user_id = principal.user_id
        deployment = await self._watch.outcome(user_id, made.deployment_id, ask.wait_seconds)
        if deployment.error is not None:
            refused = DeployRefused.from_failure(deployment.error)
            refused.facts.update(api_id=str(made.api_id), deployment_id=str(made.deployment_id))
            raise refused
        api = await self._apis.get(user_id, str(made.api_id))
        revision = await self._apis.revision(user_id, str(api.id), deployment.revision)
        return DeployResult(
            api_id=api.id,
            slug=api.slug,
            name=api.name,
            status=_status(api, deployment),
            revision=deployment.revision,
            endpoint_url=api.endpoint_url,
            api_key=clear_key,
            checks=[CheckOut.of(check) for check in (*revision.checks, *deployment.checks)],
            deployment_id=deployment.id,
        )


def _status(api: Api, deployment: Deployment) -> ApiStatus:
    """An older Revision may serve meanwhile; what was asked for is still under way."""
    if deployment.status in (DeploymentStatus.PENDING, DeploymentStatus.STARTING):
        return ApiStatus.DEPLOYING
    return api.status


def _reviewed(revision: NewRevision) -> NewRevision:
    """With what its maker should know of it. Raises DeployRefused."""
    check_source(revision.source)
    return replace(revision, checks=[*revision.checks, *review_checks(revision.source)])


def _asked(revision: NewRevision) -> tuple[str | int | None, ...]:
    asked = (revision.source, *_wished(revision))
    canary = revision.canary
    if canary is None:
        return asked
    return (*asked, canary.share, canary.bake_seconds, canary.min_calls)


def _wished(wishes: Wishes) -> tuple[str | int | None, ...]:
    hosts = wishes.egress_hosts
    return None if hosts is None else " ".join(hosts), wishes.min_instances


def _idempotency_key(ask: Ask, *request: str | int | None) -> IdempotencyKey | None:
    if ask.idempotency_key is None:
        return None
    digest = hashlib.sha256(json.dumps(request).encode()).digest()
    return IdempotencyKey(key=ask.idempotency_key, request_hash=digest)
