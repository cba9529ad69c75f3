"""/api/v1/apis/{ref}/secrets."""

from __future__ import annotations

from fastapi import APIRouter

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.secrets.schemas import SecretChanged, SecretList, SecretOut, SetSecret

router = APIRouter(prefix="/api/v1/apis/{ref}/secrets", tags=["secrets"])


@router.get("")
async def list_secrets(ref: str, principal: CurrentPrincipal, services: TheServices) -> SecretList:
    """Names of an Api's secrets; their values are never shown again."""
    found = await services.secrets.of_api(principal, ref)
    return SecretList(secrets=[SecretOut.of(secret) for secret in found])


@router.put("/{name}")
async def set_secret(
    ref: str, name: str, body: SetSecret, principal: CurrentPrincipal, services: TheServices
) -> SecretChanged:
    """Set one, new or not. The Api is started afresh with it as an environment variable."""
    secret = await services.secrets.set(principal, ref, name, body.value.get_secret_value())
    assert secret.deployment_id is not None  # setting one makes a Deployment
    return SecretChanged(name=name, deployment_id=secret.deployment_id)


@router.delete("/{name}")
async def delete_secret(
    ref: str, name: str, principal: CurrentPrincipal, services: TheServices
) -> SecretChanged:
    """Remove one. The Api is started afresh without it."""
    deployment_id = await services.secrets.delete(principal, ref, name)
    return SecretChanged(name=name, deployment_id=deployment_id)
