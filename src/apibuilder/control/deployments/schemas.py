"""What goes in and out of deployments."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from apibuilder.backends.egress.hosts import parse_all
from apibuilder.domain import ApiStatus, Check, Deployment, DeploymentStatus, Failure, Target


class CheckOut(BaseModel):
    """One thing that was verified."""

    name: str
    passed: bool
    detail: str
    seconds: float

    @classmethod
    def of(cls, check: Check) -> Self:
        """From the domain."""
        return cls(name=check.name, passed=check.passed, detail=check.detail, seconds=check.seconds)


class FailureOut(BaseModel):
    """Why a Deployment did not happen."""

    code: str
    detail: str
    file: str | None
    line: int | None

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """From the domain."""
        return cls.model_validate(failure.as_dict())


class DeploymentOut(BaseModel):
    """A Revision with what is wanted of it and what was seen of it."""

    deployment_id: UUID
    api_id: UUID
    revision: int
    backend: str
    target: Target
    status: DeploymentStatus
    checks: list[CheckOut]
    error: FailureOut | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """From the domain."""
        return cls(
            deployment_id=deployment.id,
            api_id=deployment.api_id,
            revision=deployment.revision,
            backend=deployment.backend,
            target=deployment.target,
            status=deployment.status,
            checks=[CheckOut.of(check) for check in deployment.checks],
            error=None if deployment.error is None else FailureOut.of(deployment.error),
            created_at=deployment.created_at,
            updated_at=deployment.updated_at,
        )


class DeploymentList(BaseModel):
    """Deployments of an Api, newest first."""

    deployments: list[DeploymentOut]


class DeployResult(BaseModel):
    """What was asked for and how far it is."""

    api_id: UUID
    slug: str
    name: str
    status: ApiStatus = Field(description="`deploying` while this Deployment is under way.")
    revision: int
    endpoint_url: str
    api_key: str | None = Field(description="Only in the answer that created the Api.")
    checks: list[CheckOut]
    deployment_id: UUID
    error: FailureOut | None = None


class Wishes(BaseModel):
    """What an Api asks of the runtime beside its code; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid")

    egress_hosts: list[str] | None = Field(
        default=None,
        description="Hosts that it may reach: `example.com`, `*.example.com`, with `:port`.",
        examples=[["api.example.com", "*.example.org:8443"]],
    )
    min_instances: int | None = Field(
        default=None, ge=0, le=100, description="Instances kept warm, up to the plan's most."
    )

    @field_validator("egress_hosts")
    @classmethod
    def _are_hosts(cls, value: list[str] | None) -> list[str] | None:
        if value is not None:
            parse_all(value)
        return value


class CreateApi(Wishes):
    """A new Api from its maker's own file."""

    source: str = Field(description="A Python module that defines `app`; at most 512 KiB.")
    name: str | None = Field(default=None, min_length=1, max_length=100)


class CanaryIn(BaseModel):
    """Try the Revision with a share of the calls before it gets all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    share: int = Field(ge=1, le=99, description="Percent of the calls.")
    bake_seconds: int = Field(
        default=600, ge=0, le=604_800, description="It is promoted after that long at the earliest,"
    )
    min_calls: int = Field(
        default=200, ge=1, le=1_000_000, description="and after as many calls of its own."
    )


class CreateRevision(Wishes):
    """New source of an Api."""

    source: str = Field(description="A Python module that defines `app`; at most 512 KiB.")
    name: str | None = Field(
        default=None, min_length=1, max_length=100, description="Renames the Api."
    )
    canary: CanaryIn | None = None


class Rollback(BaseModel):
    """Which Revision to go back to."""

    model_config = ConfigDict(extra="forbid")

    revision: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Default: the last one that served."
    )
