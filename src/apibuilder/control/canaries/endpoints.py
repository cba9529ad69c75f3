"""/api/v1/apis/{ref}/canary."""

from __future__ import annotations

from fastapi import APIRouter

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.canaries.schemas import CanaryOut
from apibuilder.control.dependencies import TheServices

router = APIRouter(prefix="/api/v1/apis/{ref}/canary", tags=["canaries"])


@router.get("")
async def get_canary(ref: str, principal: CurrentPrincipal, services: TheServices) -> CanaryOut:
    """The newest canary of an Api, with what both Revisions did."""
    return await services.canaries.latest(principal, ref)


@router.post("/promote")
async def promote(ref: str, principal: CurrentPrincipal, services: TheServices) -> CanaryOut:
    """Give it all calls now."""
    return await services.canaries.steer(principal, ref, "promoted")


@router.post("/abort")
async def abort(ref: str, principal: CurrentPrincipal, services: TheServices) -> CanaryOut:
    """Give it no calls any more; what served before has them all."""
    return await services.canaries.steer(principal, ref, "aborted")
