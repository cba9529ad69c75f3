"""What endpoints are given: the services, made once by the wiring, and what a request asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from apibuilder.control.apis.service import ApiService
from apibuilder.control.billing.service import BillingService
from apibuilder.control.canaries.service import CanaryService
from apibuilder.control.deployments.service import Ask, DeploymentService
from apibuilder.control.edits.service import EditService
from apibuilder.control.generations.service import GenerationService
from apibuilder.control.imports.service import ImportService
from apibuilder.control.keys.service import KeyService
from apibuilder.control.marketplace.service import MarketService
from apibuilder.control.metrics.service import MetricsService
from apibuilder.control.schedules.service import ScheduleService
from apibuilder.control.secrets.service import SecretService
from apibuilder.control.system.service import SystemService
from apibuilder.control.usage.service import UsageService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that endpoints call."""

    apis: ApiService
    canaries: CanaryService
    deployments: DeploymentService
    keys: KeyService
    metrics: MetricsService
    secrets: SecretService
    usage: UsageService
    system: SystemService
    generations: GenerationService
    edits: EditService
    imports: ImportService
    schedules: ScheduleService
    market: MarketService
    billing: BillingService


def _services(request: Request) -> Services:
    return request.app.state.services


def _ask(
    wait: Annotated[
        float, Query(ge=0, le=60, description="Seconds to wait for the outcome.")
    ] = 0.0,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="Makes a repetition of this safe."),
    ] = None,
) -> Ask:
    return Ask(wait_seconds=wait, idempotency_key=idempotency_key)


TheServices = Annotated[Services, Depends(_services)]
Asked = Annotated[Ask, Depends(_ask)]
