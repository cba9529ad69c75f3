"""/api/v1/apis/{ref}/schedules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.schedules.schemas import (
    DeletedSchedule,
    PutSchedule,
    ScheduleList,
    ScheduleOut,
)
from apibuilder.store.base import NewSchedule

router = APIRouter(prefix="/api/v1/apis/{ref}/schedules", tags=["schedules"])

Name = Annotated[str, Path(pattern=r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]


@router.get("")
async def list_schedules(
    ref: str, principal: CurrentPrincipal, services: TheServices
) -> ScheduleList:
    """When the platform calls which route, and how that went."""
    found = await services.schedules.of_api(principal, ref)
    return ScheduleList(schedules=[ScheduleOut.of(one) for one in found])


@router.put("/{name}")
async def put_schedule(
    ref: str, name: Name, body: PutSchedule, principal: CurrentPrincipal, services: TheServices
) -> ScheduleOut:
    """Make a schedule, or change the one of that name."""
    schedule = NewSchedule(cron=body.cron, method=body.method, path=body.path)
    return ScheduleOut.of(await services.schedules.put(principal, ref, name, schedule))


@router.delete("/{name}")
async def delete_schedule(
    ref: str, name: Name, principal: CurrentPrincipal, services: TheServices
) -> DeletedSchedule:
    """Call it no more."""
    await services.schedules.delete(principal, ref, name)
    return DeletedSchedule(name=name, deleted=True)
