"""/healthz, /readyz, /config.json and /api/v1/status."""

from __future__ import annotations

from fastapi import APIRouter

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.system.schemas import Health, PublicConfig, StatusOut

router = APIRouter(tags=["system"])


@router.get("/healthz")
async def healthz() -> Health:
    """This process is alive."""
    return Health()


@router.get("/readyz")
async def readyz(services: TheServices) -> Health:
    """This process may take traffic: its database answers. 503 otherwise."""
    await services.system.ready()
    return Health()


@router.get("/config.json")
async def config(services: TheServices) -> PublicConfig:
    """Public settings."""
    return services.system.config()


@router.get("/api/v1/status")
async def status(_: CurrentPrincipal, services: TheServices) -> StatusOut:
    """Database, runtime, sandbox and versions."""
    return await services.system.status()
