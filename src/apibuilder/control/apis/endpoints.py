"""/api/v1/apis: reading, pausing, resuming and deleting Apis, and their Revisions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from apibuilder.control.apis.schemas import (
    ApiList,
    ApiOut,
    DeletedOut,
    RevisionList,
    RevisionOut,
    RevisionSummary,
)
from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices

router = APIRouter(prefix="/api/v1/apis", tags=["apis"])


@router.get("")
async def list_apis(principal: CurrentPrincipal, services: TheServices) -> ApiList:
    """Your Apis, newest first."""
    return ApiList(apis=[ApiOut.of(api) for api in await services.apis.of_account(principal)])


@router.get("/{ref}")
async def get_api(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """One Api, by id or slug."""
    return ApiOut.of(await services.apis.get(principal, ref))


@router.post("/{ref}/pause")
async def pause(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """Refuse its calls with 503 until it is resumed."""
    return ApiOut.of(await services.apis.pause(principal, ref))


@router.post("/{ref}/resume")
async def resume(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """Undo a pause."""
    return ApiOut.of(await services.apis.resume(principal, ref))


@router.delete("/{ref}")
async def delete(ref: str, principal: CurrentPrincipal, services: TheServices) -> DeletedOut:
    """Remove the Api, its keys, its code and its data. This cannot be undone."""
    api_id, deleted_at = await services.apis.delete(principal, ref)
    return DeletedOut(api_id=api_id, deleted_at=deleted_at)


@router.get("/{ref}/revisions")
async def list_revisions(
    ref: str, principal: CurrentPrincipal, services: TheServices
) -> RevisionList:
    """Its Revisions, newest first."""
    api, found = await services.apis.revisions(principal, ref)
    summaries = [RevisionSummary.of(one, api.current_revision) for one in found]
    return RevisionList(api_id=api.id, revisions=summaries)


@router.get("/{ref}/revisions/{number}")
async def get_revision(
    ref: str,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    principal: CurrentPrincipal,
    services: TheServices,
) -> RevisionOut:
    """One Revision with its source, tests, checks and OpenAPI document."""
    return RevisionOut.of(await services.apis.revision(principal, ref, number))
