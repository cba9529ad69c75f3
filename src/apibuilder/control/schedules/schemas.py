"""What goes in and out of schedules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from apibuilder.domain import Schedule


class PutSchedule(BaseModel):
    """Which route is called, and when."""

    model_config = ConfigDict(extra="forbid")

    cron: str = Field(
        max_length=100,
        description="minute hour day month weekday, in UTC.",
        examples=["*/15 * * * *", "0 6 * * 1-5"],
    )
    path: str = Field(
        pattern=r"^/[!-~]*$", max_length=1000, description="Below the Api, with its query."
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"


class ScheduleOut(BaseModel):
    """A schedule and what became of its runs."""

    name: str
    api_id: UUID
    cron: str
    method: str
    path: str
    next_at: datetime
    runs: int
    failures: int = Field(description="Runs that were not answered with 2xx or 3xx.")
    missed: int = Field(description="Runs that were due and did not happen.")
    last_at: datetime | None
    last_status: int | None
    last_error: str | None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """From the domain."""
        return cls.model_validate(asdict(schedule))


class DeletedSchedule(BaseModel):
    """A schedule that is gone."""

    name: str
    deleted: bool


class ScheduleList(BaseModel):
    """Schedules of an Api, by name."""

    schedules: list[ScheduleOut]
