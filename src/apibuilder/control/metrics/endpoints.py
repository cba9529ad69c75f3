"""/api/v1/apis/{ref}/metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.metrics.schemas import MetricsOut, Range, SplitBy

router = APIRouter(prefix="/api/v1", tags=["usage"])


@router.get("/apis/{ref}/metrics")
async def metrics(
    ref: str,
    principal: CurrentPrincipal,
    services: TheServices,
    range_: Annotated[Range, Query(alias="range")] = Range.HOUR,
    by: SplitBy = SplitBy.NONE,
) -> MetricsOut:
    """Calls, errors and latency over time; apart by key, route or revision if asked."""
    return await services.metrics.of_api(principal, ref, range_, by)
