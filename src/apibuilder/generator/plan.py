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
    """One member of a model. `minimum` and `maximum` are of a number, or of a text's length."""

    name: str
    type: str
    required: bool = True
    description: str = ""
    example: JsonValue = None
    choices: list[str] = []
    minimum: float | None = None
    maximum: float | None = None
    default: JsonValue = None


class PlanModel(BaseModel):
    """A JSON object that goes in or out."""

    name: str
    description: str = ""
    fields: list[PlanField] = []


class PlanError(BaseModel):
    """A case that the API refuses."""

    status: int = Field(ge=400, le=599)
    when: str


class PlanExample(BaseModel):
    """A request and its answer, as the prompt or the plan's author gives them."""

    path: str = Field(description="With values in place of its parameters.")
    query: dict[str, JsonValue] = {}
    body: JsonValue = None
    status: int
    answer: JsonValue = Field(None, description="JSON that the answer contains.")


class PlanEndpoint(BaseModel):
    """One operation; `request` and `response` name models of the plan."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str = Field(pattern="^/")
    summary: str
    parameters: list[PlanParameter] = []
    request: str | None = None
    response: str | None = None
    errors: list[PlanError] = []
    status: int | None = Field(
        default=None, ge=200, le=399, description="Of an answer that is no error."
    )
    does: str = Field(default="", description="All that the prompt says of it.")
    many: bool = Field(default=False, description="Whether it answers a list of `response`.")
    examples: list[PlanExample] = []


class Plan(BaseModel):
    """The whole of an API before any of its code is written."""

    title: str = Field(min_length=1, max_length=100)
    description: str
    endpoints: list[PlanEndpoint] = []
    models: list[PlanModel] = []
    packages: list[str] = Field(
        default=[], description="What it imports beside the standard library."
    )
    storage: bool = Field(default=False, description="Whether it keeps data between requests.")
    egress: list[str] = Field(default=[], description="Hosts that it calls.")
    memo: dict[str, JsonValue] = Field(
        default={},
        description="What its generator needs to change it later; opaque to everyone else.",
    )
