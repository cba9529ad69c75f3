"""What goes out about Apis and Revisions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from apibuilder.control.deployments.schemas import CheckOut, FailureOut
from apibuilder.domain import Api, ApiStatus, Revision


class LimitsOut(BaseModel):
    """What the Api may use; units are in the names, cpu is in cores."""

    requests_per_second: float
    burst: int
    monthly_quota: int
    max_concurrency: int
    timeout_seconds: float
    request_body_bytes: int
    response_body_bytes: int
    memory_mb: int
    cpu: float
    processes: int
    storage_mb: int
    max_instances: int


class ApiOut(BaseModel):
    """An Api as its maker sees it."""

    api_id: UUID
    slug: str
    name: str
    description: str
    prompt: str | None
    status: ApiStatus
    revision: int | None
    deployment_id: UUID | None
    endpoint_url: str
    limits: LimitsOut
    egress_hosts: list[str] = Field(description="Hosts that it may reach; none: no network.")
    min_instances: int = Field(description="Instances that are kept warm.")
    error: FailureOut | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, api: Api) -> Self:
        """From the domain."""
        return cls(
            api_id=api.id,
            slug=api.slug,
            name=api.name,
            description=api.description,
            prompt=api.prompt,
            status=api.status,
            revision=api.current_revision,
            deployment_id=api.current_deployment_id,
            endpoint_url=api.endpoint_url,
            limits=LimitsOut.model_validate(asdict(api.limits)),
            egress_hosts=list(api.egress_hosts),
            min_instances=api.min_instances,
            error=None if api.error is None else FailureOut.of(api.error),
            created_at=api.created_at,
            updated_at=api.updated_at,
        )


class ApiList(BaseModel):
    """An account's Apis, newest first."""

    apis: list[ApiOut]


class DeletedOut(BaseModel):
    """An Api that is gone."""

    api_id: UUID
    deleted_at: datetime


class RevisionSummary(BaseModel):
    """A Revision in a list."""

    revision: int
    prompt: str | None
    model: str | None
    source_bytes: int
    current: bool
    created_at: datetime | None

    @classmethod
    def of(cls, revision: Revision, current: int | None) -> Self:
        """From the domain; `current` is the number that serves."""
        return cls(
            revision=revision.number,
            prompt=revision.prompt,
            model=revision.model,
            source_bytes=len(revision.source.encode()),
            current=revision.number == current,
            created_at=revision.created_at,
        )


class RevisionList(BaseModel):
    """Revisions of an Api, newest first."""

    api_id: UUID
    revisions: list[RevisionSummary]


class RevisionOut(BaseModel):
    """A Revision, whole."""

    api_id: UUID
    revision: int
    source: str
    prompt: str | None
    model: str | None
    tests: list[dict[str, Any]]
    checks: list[CheckOut]
    openapi: dict[str, Any] | None
    created_at: datetime | None

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """From the domain."""
        return cls(
            api_id=revision.api_id,
            revision=revision.number,
            source=revision.source,
            prompt=revision.prompt,
            model=revision.model,
            tests=revision.tests,
            checks=[CheckOut.of(check) for check in revision.checks],
            openapi=revision.openapi,
            created_at=revision.created_at,
        )
