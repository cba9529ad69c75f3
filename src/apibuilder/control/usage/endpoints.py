"""/api/v1/apis/{ref}/usage."""

from __future__ import annotations

from fastapi import APIRouter

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.usage.schemas import UsageOut

router = APIRouter(prefix="/api/v1", tags=["usage"])


@router.get("/apis/{ref}/usage")
async def usage(ref: str, principal: CurrentPrincipal, services: TheServices) -> UsageOut:
    """Calls of an Api so far, including those of this very moment."""
    api_id, calls = await services.usage.calls(principal, ref)
    moved = services.usage.egress(api_id)
    return UsageOut(
        api_id=api_id,
        calls=calls.total(),
        errors=sum(count for status, count in calls.items() if status >= 500),
        client_errors=sum(count for status, count in calls.items() if 400 <= status < 500),
        by_status=dict(sorted(calls.items())),
        egress_sent_bytes=moved.up,
        egress_received_bytes=moved.down,
    )
