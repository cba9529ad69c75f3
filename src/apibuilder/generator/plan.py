"""What a generator means to build: typed, so that it can be shown, edited and stored."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, JsonValue


class PlanParameter(BaseModel):
    """A value in the address or the query of a request."""

    name: str
    location: Literal["path", "query", "header"] = "query"
    type: str
    required: bool = False
    description: str = ""


class PlanField(BaseModel):
    """One member of a model."""

    name: str
    type: str
    required: bool = True
    description: str = ""
    example: JsonValue = None


class PlanModel(BaseModel):
    """A JSON object that goes in or out."""

    name: str
    description: str = ""
    fields: list[PlanField] = []


class PlanError(BaseModel):
    """A case that the API refuses."""

    status: int = Field(ge=400, le=599)
    when: str


class PlanEndpoint(BaseModel):
    """One operation; `request` and `response` name models of the plan."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str = Field(pattern="^/")
    summary: str
    parameters: list[PlanParameter] = []
    request: str | None = None
    response: str | None = None
    errors: list[PlanError] = []


class Plan(BaseModel):
    """The whole of an API before any of its code is written."""

    title: str = Field(min_length=1, max_length=100)
    description: str
    endpoints: list[PlanEndpoint] = []
    models: list[PlanModel] = []
    packages: list[str] = Field(
        default=[], description="What it imports beside the standard library."
    )
    storage: bool = Field(False, description="Whether it keeps data between requests.")
    egress: list[str] = Field(default=[], description="Hosts that it calls.")
    memo: dict[str, JsonValue] = Field(
        default={},
        description="What its generator needs to change it later; opaque to everyone else.",
    )
