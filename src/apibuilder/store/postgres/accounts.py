"""Accounts and plans."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from apibuilder.domain import Plan
from apibuilder.errors import Invalid, NotFound
from apibuilder.store.postgres import rows
from apibuilder.store.postgres.database import Database
from apibuilder.store.postgres.queries import query

_ENSURE = query("accounts.ensure")
_PLAN = query("accounts.plan")
_PLAN_IDS = query("accounts.plan_ids")


class PostgresAccountStore:
    """store.base.AccountStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_operator(self, user_id: UUID, handle: str, plan_id: str) -> None:
        """Make the local operator's account, or move it to this plan. Raises Invalid."""
        try:
            await self._database.execute(_ENSURE, user_id, handle, plan_id)
        except asyncpg.ForeignKeyViolationError:
            plans = ", ".join(row["id"] for row in await self._database.fetch(_PLAN_IDS))
            raise Invalid(
                f"There is no plan {plan_id!r}; there are {plans}. Set APIBUILDER_OPERATOR_PLAN."
            ) from None

    async def plan(self, user_id: UUID) -> Plan:
        """The account's plan."""
        row = await self._database.fetchrow(_PLAN, user_id)
        if row is None:
            raise NotFound("There is no such account.")
        return rows.plan(row)
