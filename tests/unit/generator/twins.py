"""Twins of the ports: a Generator that follows a script, and a Sandbox without a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from apibuilder.errors import ApiBuilderError, DeployRefused
from apibuilder.generator.base import CallFailed, Finding, HttpRequest, HttpResponse
from apibuilder.generator.cases import Expectation, Step, StepRequest, TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend

PLAN = Plan(title="Things", description="Keeps things.")
_MARK = "# passes: "


def source(*passes: str) -> str:
    """A module that passes the check, and those tests of `cases` that it names."""
    return f"app = object()\n{_MARK}{' '.join(passes)}\n"


def cases(*names: str) -> list[TestCase]:
    """One test for each name."""
    return [
        TestCase(
            name=name,
            steps=[
                Step(
                    request=StepRequest(method="GET", path=f"/{name}"),
                    expect=Expectation(status=200),
                )
            ],
        )
        for name in names
    ]


@dataclass
class ScriptedGenerator:
    """base.Generator: gives its sources one after the other, the last one again and again."""

    sources: list[str]
    written: list[TestCase]
    fails: dict[str, ApiBuilderError] = field(default_factory=dict[str, ApiBuilderError])
    hangs: str = ""  # in this stage, for ever
    repairs: list[tuple[str, list[Finding]]] = field(default_factory=list)
    model: str = "scripted"
    asked: list[str] = field(default_factory=list[str])
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def _stage(self, name: str) -> None:
        self.asked.append(name)
        if name in self.fails:
            raise self.fails[name]
        if self.hangs == name:
            self.hanging.set()
            await asyncio.Event().wait()

    def _next(self) -> str:
        return self.sources.pop(0) if len(self.sources) > 1 else self.sources[0]

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> ScriptedGenerator:
        return self

    async def plan(self, prompt: str) -> Plan:
        await self._stage("plan")
        return PLAN

    async def revise(self, plan: Plan, change: str) -> Plan:
        await self._stage("revise")
        return plan.model_copy(update={"description": change})

    async def tests(self, plan: Plan) -> list[TestCase]:
        await self._stage("tests")
        return self.written

    async def code(self, plan: Plan) -> str:
        await self._stage("code")
        return self._next()

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        await self._stage("repair")
        self.repairs.append((source, findings))
        return self._next()


Answer = Callable[[HttpRequest], HttpResponse | CallFailed]


@dataclass
class SessionTwin:
    """base.Session: what `answer` says; keeps the requests."""

    answer: Answer
    openapi: dict[str, Any] = field(default_factory=dict[str, Any])
    requests: list[HttpRequest] = field(default_factory=list[HttpRequest])

    async def call(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answered = self.answer(request)
        if isinstance(answered, CallFailed):
            raise answered
        return answered


def answering(body: bytes, status: int = 200, **headers: str) -> SessionTwin:
    """One that says the same to everything."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SessionTwin(lambda _: HttpResponse(status=status, headers=named, body=body))


class AppSession:
    """base.Session on an app in this process."""

    def __init__(self, app: FastAPI) -> None:
        self.openapi = app.openapi()
        self.requests: list[HttpRequest] = []
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def call(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        url = httpx.URL(
            "http://api.test", raw_path=f"{request.path}?{request.query}".encode("ascii")
        )
        sent = httpx.Request(request.method, url, headers=request.headers, content=request.body)
        answer = await self._transport.handle_async_request(sent)
        return HttpResponse(
            status=answer.status_code, headers=dict(answer.headers), body=await answer.aread()
        )


@dataclass
class SandboxTwin:
    """base.Sandbox: runs what `source` writes, and counts what is open."""

    refuses: dict[str, DeployRefused] = field(default_factory=dict[str, DeployRefused])
    open_limit: int | None = None  # the next one hangs
    opened: int = 0
    closed: int = 0
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def open(self, source: str) -> AsyncGenerator[SessionTwin]:
        if source in self.refuses:
            raise self.refuses[source]
        passes = set(source.partition(_MARK)[2].split())
        self.opened += 1
        try:
            if self.open_limit is not None and self.opened > self.open_limit:
                self.hanging.set()
                await asyncio.Event().wait()
            yield SessionTwin(lambda request: _passes(request, passes))
        finally:
            self.closed += 1


def _passes(request: HttpRequest, passes: Iterable[str]) -> HttpResponse:
    status = 200 if request.path.removeprefix("/") in passes else 500
    return HttpResponse(status=status, headers={}, body=b"")
