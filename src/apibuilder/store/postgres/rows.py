"""Rows as values of the domain."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from apibuilder.domain import (
    Allowance,
    Api,
    ApiStatus,
    CanaryRoute,
    Check,
    Deployment,
    DeploymentStatus,
    Failure,
    Key,
    KeyGrant,
    KeyScope,
    Limits,
    Plan,
    Revision,
    Route,
    Target,
)
from apibuilder.store.postgres.database import Row

_LIMITS = tuple(field.name for field in fields(Limits))


def limits(plan: Row, overrides: Row) -> Limits:
    """A plan's limits, lowered by an Api's own: an override above the plan has no effect."""
    return Limits(**{name: min(plan[name], overrides.get(name, plan[name])) for name in _LIMITS})


def plan(row: Row) -> Plan:
    """From a row of `plans`."""
    return Plan(
        id=row["id"],
        name=row["name"],
        limits=limits(row, {}),
        max_apis=row["max_apis"],
        generations_per_day=row["generations_per_day"],
    )


def api(row: Row) -> Api:
    """From `internal.api_details` and what the Api asks of the runtime."""
    return Api(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        slug=row["slug"],
        prompt=row["prompt"],
        description=row["description"],
        status=ApiStatus(row["status"]),
        current_revision=row["current_revision"],
        current_deployment_id=row["current_deployment_id"],
        limits=limits(row["plan"], row["limits"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        endpoint_url=row["endpoint_url"],
        error=_failure(row["error"]),
        egress_hosts=tuple(row["egress_hosts"]),
        min_instances=row["min_instances"],
    )


def revision(row: Row) -> Revision:
    """From a row of `revisions`; a listing leaves tests and openapi out."""
    return Revision(
        id=row["id"],
        api_id=row["api_id"],
        number=row["number"],
        source=row["source"],
        prompt=row["prompt"],
        model=row["model"],
        tests=row.get("tests", []),
        checks=_checks(row["checks"]),
        openapi=row.get("openapi"),
        created_at=row["created_at"],
    )


def deployment(row: Row) -> Deployment:
    """From a row of `deployments` with its Revision's number as `revision`."""
    return Deployment(
        id=row["id"],
        api_id=row["api_id"],
        revision=row["revision"],
        backend=row["backend"],
        target=Target(row["target"]),
        status=DeploymentStatus(row["status"]),
        error=_failure(row["error"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        checks=_checks(row["checks"]),
    )


def key(row: Row) -> Key:
    """From a row of `api_keys`."""
    return Key(**_with_scopes(row, Key))


def route(row: Row) -> Route:
    """From `gateway.routes`."""
    return Route(
        api_id=row["api_id"],
        slug=row["slug"],
        status=ApiStatus(row["status"]),
        deployment_id=row["deployment_id"],
        revision=row["revision"],
        limits=limits(row["plan"], row["limits"]),
        operations=tuple(row["operations"]),
        canary=_canary(row),
        cors=row["cors"],
    )


def _canary(row: Row) -> CanaryRoute | None:
    if row["canary_id"] is None:
        return None
    return CanaryRoute(
        deployment_id=row["canary_id"],
        revision=row["canary_revision"],
        share=row["canary_share"],
        operations=tuple(row["canary_operations"]),
    )


def grant(row: Row) -> KeyGrant:
    """From `gateway.grants`."""
    allowance = None
    if row["subscriber"] is not None:
        allowance = Allowance(
            name=row["subscriber"],
            requests_per_second=row["subscriber_rate"],
            burst=row["subscriber_burst"],
            monthly_quota=row["subscriber_quota"],
            is_capped=row["subscriber_capped"],
        )
    return KeyGrant(**_with_scopes({**row, "allowance": allowance}, KeyGrant))


def checks_json(checks: list[Check]) -> list[dict[str, Any]]:
    """As `checks` columns hold them."""
    return [asdict(check) for check in checks]


def parse_ref(ref: str) -> tuple[UUID | None, str]:
    """An Api's id, if `ref` can be one, and its slug: 32 hexadecimal digits may be either."""
    try:
        return UUID(ref), ref
    except ValueError:
        return None, ref


def _with_scopes(row: Row, kind: type[Key | KeyGrant]) -> dict[str, Any]:
    values = {field.name: row[field.name] for field in fields(kind)}
    return values | {"scopes": tuple(KeyScope(scope) for scope in row["scopes"])}


def _checks(value: list[dict[str, Any]]) -> list[Check]:
    return [Check(**check) for check in value]


def _failure(value: dict[str, Any] | None) -> Failure | None:
    return None if value is None else Failure(**value)
