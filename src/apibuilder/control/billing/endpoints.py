"""/api/v1/billing/webhooks/{provider}: not signed in, but signed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from apibuilder.control.dependencies import TheServices

router = APIRouter(prefix="/api/v1/billing", tags=["billing"])


class Heard(BaseModel):
    """That an event was taken."""

    received: bool
    new: bool


@router.post("/webhooks/stripe")
async def stripe_webhook(
    request: Request,
    services: TheServices,
    stripe_signature: Annotated[str, Header(max_length=2000)] = "",
) -> Heard:
    """What Stripe tells of invoices. A repetition changes nothing and is answered alike."""
    new = await services.billing.hear("stripe", await request.body(), stripe_signature)
    return Heard(received=True, new=new)
