"""/api/v1/apis/{ref}/{revisions,rollback,reload,deployments} and /api/v1/deployments."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import Asked, TheServices
from apibuilder.control.deployments.schemas import (
    CreateApi,
    CreateRevision,
    DeploymentList,
    DeploymentOut,
    DeployResult,
    Rollback,
    Wishes,
)
from apibuilder.domain import ApiStatus, CanaryWish
from apibuilder.store.base import NewRevision
from apibuilder.store.base import Wishes as NewWishes

router = APIRouter(prefix="/api/v1", tags=["deployments"])


@router.post("/apis", status_code=201)
async def create_api(
    body: CreateApi,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    response: Response,
) -> DeployResult:
    """Make an Api of a Python file. 202 if it is still being deployed."""
    revision = _revision(body)
    result = await services.deployments.create(principal, revision, name=body.name, ask=ask)
    return answer(result, response)


@router.post("/apis/{ref}/revisions", status_code=201)
async def create_revision(
    ref: str,
    *,
    body: CreateRevision,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    response: Response,
) -> DeployResult:
    """Publish new source of an Api. If it cannot serve, what served before goes on."""
    revision = _revision(body)
    result = await services.deployments.publish(principal, ref, revision, name=body.name, ask=ask)
    return answer(result, response)


@router.post("/apis/{ref}/rollback", status_code=201)
async def rollback(
    ref: str,
    *,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    response: Response,
    body: Rollback | None = None,
) -> DeployResult:
    """Serve an older Revision again."""
    number = None if body is None else body.revision
    return answer(await services.deployments.rollback(principal, ref, number, ask), response)


@router.post("/apis/{ref}/reload", status_code=201)
async def reload(
    ref: str,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    response: Response,
    body: Wishes | None = None,
) -> DeployResult:
    """Start the present Revision afresh, without a failed request; with other hosts or another
    warm minimum, if they are given."""
    wishes = None
    if body is not None:
        wishes = NewWishes(egress_hosts=body.egress_hosts, min_instances=body.min_instances)
    return answer(await services.deployments.reload(principal, ref, ask, wishes), response)


@router.get("/apis/{ref}/deployments")
async def list_deployments(
    ref: str, principal: CurrentPrincipal, services: TheServices
) -> DeploymentList:
    """The last 100 Deployments of an Api, newest first."""
    found = await services.deployments.of_api(principal, ref)
    return DeploymentList(deployments=[DeploymentOut.of(one) for one in found])


@router.get("/deployments/{deployment_id}")
async def get_deployment(
    deployment_id: UUID, principal: CurrentPrincipal, services: TheServices
) -> DeploymentOut:
    """One Deployment: what is wanted of it, what was seen of it, and its error."""
    return DeploymentOut.of(await services.deployments.get(principal, deployment_id))


def answer(result: DeployResult, response: Response) -> DeployResult:
    """A result with its status: 202, and where to look, while it is under way."""
    if result.status is ApiStatus.DEPLOYING:
        response.status_code = 202
        response.headers["Location"] = f"/api/v1/deployments/{result.deployment_id}"
    return result


def _revision(body: CreateApi | CreateRevision) -> NewRevision:
    canary = body.canary if isinstance(body, CreateRevision) else None
    return NewRevision(
        source=body.source,
        egress_hosts=body.egress_hosts,
        min_instances=body.min_instances,
        canary=None if canary is None else CanaryWish(**canary.model_dump()),
    )
