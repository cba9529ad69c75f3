"""prompt -> plan -> tests -> code -> check -> run -> repair -> Generated.

Nothing is returned while a test is red, and a repair is kept only if all that passed still passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from collections.abc import Generator as Yields
from contextlib import contextmanager
from dataclasses import dataclass

from apibuilder.domain import Check
from apibuilder.errors import ApiBuilderError, DeployRefused, GenerationTimeout, TestsFailed
from apibuilder.generator.base import (
    Finding,
    Generated,
    Generator,
    Progress,
    Report,
    Sandbox,
    Stage,
)
from apibuilder.generator.cases import TestCase
from apibuilder.generator.check import check_source
from apibuilder.generator.plan import Plan
from apibuilder.generator.properties import check_properties
from apibuilder.generator.runner import run_case

MAX_REPAIRS = 3
_FILE = "main.py"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A source, and what was found about it."""

    source: str
    checks: list[Check]
    refused: DeployRefused | None = None  # why it could not even be run

    @property
    def passed(self) -> frozenset[tuple[int, str]]:
        """The Checks that passed; their names alone need not differ."""
        return frozenset((place, c.name) for place, c in enumerate(self.checks) if c.passed)

    @property
    def good(self) -> bool:
        """Whether it may be published."""
        return self.refused is None and all(check.passed for check in self.checks)

    def findings(self) -> list[Finding]:
        """What its author should mend."""
        if self.refused is not None:
            where = f" (line {self.refused.line})" if self.refused.line else ""
            return [Finding(name=self.refused.code, detail=f"{self.refused.detail}{where}")]
        return [Finding(name=c.name, detail=c.detail) for c in self.checks if not c.passed]

    def error(self) -> DeployRefused:
        """Why it is not published."""
        if self.refused is not None:
            return self.refused
        failed = self.findings()
        more = f" ({len(failed) - 1} more of its tests failed.)" if len(failed) > 1 else ""
        return TestsFailed(f"{failed[0].name}: {failed[0].detail}.{more}", file=_FILE)


class Pipeline:
    """One Generator with one Sandbox. Holds nothing of a run, so one serves all."""

    def __init__(self, generator: Generator, sandbox: Sandbox, *, deadline_seconds: float) -> None:
        self._generator = generator
        self._sandbox = sandbox
        self._deadline_seconds = deadline_seconds

    async def create(self, prompt: str, report: Report) -> Generated:
        """A new API. Raises NeedsModel, a DeployRefused, or GenerationTimeout."""
        return await self._within_deadline(lambda: self._generator.plan(prompt), report)

    async def edit(self, plan: Plan, change: str, report: Report) -> Generated:
        """An API in place of one made of `plan`. Raises the same."""
        return await self._within_deadline(lambda: self._generator.revise(plan, change), report)

    async def _within_deadline(
        self, make_plan: Callable[[], Awaitable[Plan]], report: Report
    ) -> Generated:
        timeout = asyncio.timeout(self._deadline_seconds)
        try:
            async with timeout:
                return await self._run(make_plan, report)
        except TimeoutError:
            if not timeout.expired():
                raise
            raise GenerationTimeout(
                f"No API that passes its tests was found in {self._deadline_seconds:g} seconds. "
                "Try a shorter or more precise prompt.",
                limit="generation_seconds",
                allowed=self._deadline_seconds,
                seen=self._deadline_seconds,
            ) from None

    async def _run(self, make_plan: Callable[[], Awaitable[Plan]], report: Report) -> Generated:
        with _stage(Stage.PLAN, report) as done:
            plan = await make_plan()
            done.detail = plan.title
        with _stage(Stage.TESTS, report) as done:
            tests = await self._generator.tests(plan)
            done.detail = f"{sum(len(test.steps) for test in tests)} steps"
        with _stage(Stage.CODE, report) as done:
            source = await self._generator.code(plan)
            done.detail = f"{len(source.splitlines())} lines"
        attempt = await self._attempt(source, tests, report)
        attempt = await self._repaired(plan, attempt, tests, report)
        if not attempt.good:
            raise attempt.error()
        return Generated(
            plan=plan,
            source=attempt.source,
            tests=tests,
            checks=attempt.checks,
            model=self._generator.model,
        )

    async def _repaired(
        self, plan: Plan, best: _Attempt, tests: list[TestCase], report: Report
    ) -> _Attempt:
        """The best Attempt that a few repairs lead to."""
        for number in range(1, MAX_REPAIRS + 1):
            if best.good:
                break
            with _stage(Stage.REPAIR, report) as done:
                source = await self._generator.repair(plan, best.source, best.findings())
                done.detail = f"{number} of {MAX_REPAIRS}"
            if source == best.source:
                break
            attempt = await self._attempt(source, tests, report)
            if _is_better(attempt, best):
                best = attempt
        return best

    async def _attempt(self, source: str, tests: list[TestCase], report: Report) -> _Attempt:
        """Check and run a source."""
        report(Progress(stage=Stage.CHECK, status="started"))
        try:
            check_source(source)
        except DeployRefused as refused:
            report(Progress(stage=Stage.CHECK, status="failed", detail=refused.detail))
            return _Attempt(source, [], refused)
        report(Progress(stage=Stage.CHECK, status="done"))
        report(Progress(stage=Stage.RUN, status="started"))
        attempt = await self._run_tests(source, tests)
        report(_outcome(attempt))
        return attempt

    async def _run_tests(self, source: str, tests: list[TestCase]) -> _Attempt:
        checks: list[Check] = []
        try:
            for test in tests:
                async with self._sandbox.open(source) as session:
                    checks.append(await run_case(session, test))
            async with self._sandbox.open(source) as session:
                checks += await check_properties(session)
        except DeployRefused as refused:
            return _Attempt(source, checks, refused)
        return _Attempt(source, checks)


def _is_better(attempt: _Attempt, best: _Attempt) -> bool:
    """Nothing that passed breaks, and it came further."""
    if not best.passed <= attempt.passed:
        return False
    came_further = attempt.refused is None and best.refused is not None
    return came_further or attempt.good or len(attempt.passed) > len(best.passed)


def _outcome(attempt: _Attempt) -> Progress:
    if attempt.good:
        detail = f"{len(attempt.checks)} checks passed"
        return Progress(stage=Stage.RUN, status="done", detail=detail)
    return Progress(stage=Stage.RUN, status="failed", detail=attempt.error().detail)


@dataclass(slots=True)
class _Done:
    detail: str = ""


@contextmanager
def _stage(stage: Stage, report: Report) -> Yields[_Done]:
    """Say that a Stage begins, and how it ends."""
    report(Progress(stage=stage, status="started"))
    done = _Done()
    try:
        yield done
    except ApiBuilderError as error:
        report(Progress(stage=stage, status="failed", detail=error.detail))
        raise
    report(Progress(stage=stage, status="done", detail=done.detail))
