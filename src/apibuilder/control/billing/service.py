"""What a payment provider tells."""

from __future__ import annotations

from apibuilder.billing.base import Payments
from apibuilder.errors import NotFound
from apibuilder.store.base import BillingStore


class BillingService:
    """Hears the provider, if there is one."""

    def __init__(self, billing: BillingStore, payments: Payments | None) -> None:
        self._billing = billing
        self._payments = payments

    async def hear(self, provider: str, payload: bytes, signature: str) -> bool:
        """Act on a message, once; answers whether it was new. Raises NotFound, InvalidSignature."""
        if self._payments is None or self._payments.provider != provider:
            raise NotFound(f"Payments by {provider} are not set up here.")
        event = self._payments.event(payload, signature)
        return await self._billing.settle(provider, event)
