"""/api/v1/apis/{ref}/keys and /api/v1/keys."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.keys.schemas import (
    CreateKey,
    KeyList,
    KeyOut,
    NewKeyOut,
    RevokedOut,
    RotateKey,
)
from apibuilder.domain import Key

router = APIRouter(prefix="/api/v1", tags=["keys"])


@router.get("/apis/{ref}/keys")
async def list_keys(ref: str, principal: CurrentPrincipal, services: TheServices) -> KeyList:
    """Keys of an Api, revoked ones too."""
    return KeyList(keys=[KeyOut.of(key) for key in await services.keys.of_api(principal, ref)])


@router.post("/apis/{ref}/keys", status_code=201)
async def create_key(
    ref: str,
    principal: CurrentPrincipal,
    services: TheServices,
    response: Response,
    body: CreateKey | None = None,
) -> NewKeyOut:
    """A new key. This answer is the only one that holds it."""
    body = body or CreateKey()
    key, clear = await services.keys.create(
        principal,
        ref,
        name=body.name,
        requests_per_second=body.requests_per_second,
        burst=body.burst,
        expires_at=body.expires_at,
        scopes=tuple(dict.fromkeys(body.scopes)),
    )
    return _shown_once(key, clear, response)


@router.post("/keys/{key_id}/rotate", status_code=201)
async def rotate_key(
    key_id: UUID,
    principal: CurrentPrincipal,
    services: TheServices,
    response: Response,
    body: RotateKey | None = None,
) -> NewKeyOut:
    """Replace a key by one with the same name, limits and scopes.

    The old one is dead at once, or when its grace is over.
    """
    grace = (body or RotateKey()).grace
    key, clear = await services.keys.rotate(principal, key_id, grace)
    return _shown_once(key, clear, response)


@router.delete("/keys/{key_id}")
async def revoke_key(
    key_id: UUID, principal: CurrentPrincipal, services: TheServices
) -> RevokedOut:
    """The key is dead at once. Repeating this changes nothing."""
    key = await services.keys.revoke(principal, key_id)
    return RevokedOut(key_id=key.id, revoked_at=key.revoked_at)


def _shown_once(key: Key, clear: str, response: Response) -> NewKeyOut:
    response.headers["Cache-Control"] = "no-store"
    return NewKeyOut(**KeyOut.of(key).model_dump(), api_key=clear)
