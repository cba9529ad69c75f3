"""The ports of generation: what writes an API, what runs it, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from apibuilder.domain import Check
from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend

# --- what writes an API --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a source, in words its author can act on."""

    name: str  # of the test, or of the check
    detail: str


class Generator(Protocol):
    """Writes an API in stages. Each method may raise NeedsModel for what it cannot do, and one that
    asks a model ModelUnavailable, ModelRefused, PlanFailed or BudgetExceeded."""

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        ...

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> Generator:
        """The one for a single Generation: it may keep notes, notes its cost in `spend`, and says
        by `tell` what it is at."""
        ...

    async def plan(self, prompt: str) -> Plan:
        """What to build."""
        ...

    async def revise(self, plan: Plan, change: str) -> Plan:
        """What to build instead of an earlier plan."""
        ...

    async def tests(self, plan: Plan) -> list[TestCase]:
        """What must hold of the code, written without having seen it."""
        ...

    async def code(self, plan: Plan) -> str:
        """A FastAPI module that defines `app`."""
        ...

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        """A better source. The same source again means that there is no better one."""
        ...


# --- what runs it --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as it goes to an API under test."""

    method: str
    path: str  # percent-encoded
    query: str = ""  # percent-encoded
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """Its answer, whole. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class CallFailed(Exception):
    """An API under test gave no answer: it crashed, took too long or broke HTTP."""


class Session(Protocol):
    """An API that runs and holds no data of anyone else."""

    @property
    def openapi(self) -> dict[str, Any]:
        """Its OpenAPI document, empty if it has none."""
        ...

    async def call(self, request: HttpRequest) -> HttpResponse:
        """One call. Raises CallFailed."""
        ...


class Sandbox(Protocol):
    """Runs source that nobody has vouched for."""

    def open(self, source: str) -> AbstractAsyncContextManager[Session]:
        """A fresh instance. Entering raises a DeployRefused if the source does not start."""
        ...


# --- who is told ---------------------------------------------------------------


class Stage(StrEnum):
    """Where a Generation is."""

    PLAN = "plan"
    TESTS = "tests"
    CODE = "code"
    CHECK = "check"
    RUN = "run"
    REPAIR = "repair"
    DEPLOY = "deploy"


Status = Literal["started", "progress", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A Stage begins, goes on or ends; with what the Generation has spent on models so far."""

    stage: Stage
    status: Status
    detail: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """How far a Generation came: enough to go on from after a restart."""

    plan: Plan | None = None
    tests: list[TestCase] | None = None
    source: str | None = None  # the best so far


Keep = Callable[[Draft], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """Source that passed all of its tests, with how it came about."""

    plan: Plan
    source: str
    tests: list[TestCase]
    checks: list[Check]
    model: str
