"""What goes out about usage."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field


class UsageOut(BaseModel):
    """Every metered call of an Api, counted from the ledger."""

    api_id: UUID
    calls: int
    errors: int = Field(description="Calls answered with 500 or above.")
    client_errors: int = Field(description="Calls answered with 400 to 499.")
    by_status: dict[int, int]
    egress_sent_bytes: int = Field(0, description="That it sent to the hosts it declared.")
    egress_received_bytes: int = Field(0, description="That it received from them.")
