"""prompt -> plan -> tests -> code -> check -> run -> repair -> Generated.

Nothing is returned while a test is red, and a repair is kept only if all that passed still passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from collections.abc import Generator as Yields
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from apibuilder.errors import ApiBuilderError, DeployRefused, GenerationTimeout
from apibuilder.generator.attempts import Attempt, explained, run_tests
from apibuilder.generator.base import (
    Draft,
    Generated,
    Generator,
    Keep,
    Progress,
    Report,
    Sandbox,
    Stage,
    Status,
)
from apibuilder.generator.cases import TestCase
from apibuilder.generator.check import check_source
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Budget, Spend

T = TypeVar("T")
MAX_REPAIRS = 3
_NO_BUDGET = Budget(tokens=1, usd=0)  # of generators that ask no model


async def _keep_nothing(_draft: Draft) -> None:
    """Whoever runs it once needs no draft."""


class Pipeline:
    """One Generator with one Sandbox. Holds nothing of a run, so one serves all."""

    def __init__(
        self,
        generator: Generator,
        sandbox: Sandbox,
        *,
        deadline_seconds: float,
        budget: Budget = _NO_BUDGET,
    ) -> None:
        self._generator = generator
        self._sandbox = sandbox
        self._deadline_seconds = deadline_seconds
        self._budget = budget

    async def create(
        self, prompt: str, report: Report, *, draft: Draft | None = None, keep: Keep = _keep_nothing
    ) -> Generated:
        """A new API; a `draft` is gone on from, and `keep` is handed one as it grows.

        Raises NeedsModel, PlanFailed, ModelUnavailable, ModelRefused, BudgetExceeded, a
        DeployRefused, or GenerationTimeout.
        """
        run = self._begin(report, keep)
        return await self._in_time(run.whole(lambda: run.generator.plan(prompt), draft or Draft()))

    async def edit(self, plan: Plan, change: str, report: Report) -> Generated:
        """An API in place of one made of `plan`. Raises the same."""
        run = self._begin(report, _keep_nothing)
        return await self._in_time(run.whole(lambda: run.generator.revise(plan, change), Draft()))

    async def plan(self, prompt: str, report: Report) -> Plan:
        """Only the plan, for a person to change before code is written. Raises the same."""
        run = self._begin(report, _keep_nothing)
        return await self._in_time(run.planned(lambda: run.generator.plan(prompt)))

    def _begin(self, report: Report, keep: Keep) -> _Run:
        return _Run(self._generator, self._sandbox, self._budget, report, keep)

    async def _in_time(self, work: Awaitable[T]) -> T:
        timeout = asyncio.timeout(self._deadline_seconds)
        try:
            async with timeout:
                return await work
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


class _Run:
    """One Generation, from its prompt to what passed."""

    def __init__(
        self, generator: Generator, sandbox: Sandbox, budget: Budget, report: Report, keep: Keep
    ) -> None:
        self._spend = Spend(budget=budget, tell=lambda _: self._tell(""))
        self.generator = generator.for_run(self._spend, self._tell)
        self._sandbox = sandbox
        self._told = report
        self._keep = keep
        self._stage = Stage.PLAN

    async def whole(self, make_plan: Callable[[], Awaitable[Plan]], draft: Draft) -> Generated:
        plan = draft.plan or await self.planned(make_plan)
        await self._keep(Draft(plan=plan))
        with self._in_stage(Stage.TESTS) as done:
            tests = draft.tests or await self.generator.tests(plan)
            done.detail = f"{sum(len(test.steps) for test in tests)} steps"
        await self._keep(Draft(plan=plan, tests=tests))
        with self._in_stage(Stage.CODE) as done:
            source = draft.source or await self.generator.code(plan)
            done.detail = f"{len(source.splitlines())} lines"
        await self._keep(Draft(plan=plan, tests=tests, source=source))
        attempt = await self._attempt(source, tests)
        attempt = await self._repaired(plan, attempt, tests)
        if not attempt.good:
            raise attempt.error()
        return Generated(
            plan=plan,
            source=attempt.source,
            tests=tests,
            checks=attempt.checks,
            model=self.generator.model,
        )

    async def planned(self, make_plan: Callable[[], Awaitable[Plan]]) -> Plan:
        with self._in_stage(Stage.PLAN) as done:
            plan = await make_plan()
            done.detail = plan.title
        return plan

    async def _repaired(self, plan: Plan, best: Attempt, tests: list[TestCase]) -> Attempt:
        """The best Attempt that a few repairs lead to."""
        for number in range(1, MAX_REPAIRS + 1):
            if best.good:
                break
            with self._in_stage(Stage.REPAIR) as done:
                findings = await explained(self._sandbox, best, tests)
                source = await self.generator.repair(plan, best.source, findings)
                done.detail = f"{number} of {MAX_REPAIRS}"
            if source == best.source:
                break
            attempt = await self._attempt(source, tests)
            if attempt.is_better_than(best):
                best = attempt
                await self._keep(Draft(plan=plan, tests=tests, source=best.source))
        return best

    async def _attempt(self, source: str, tests: list[TestCase]) -> Attempt:
        """Check and run a source."""
        self._report(Stage.CHECK, "started")
        try:
            check_source(source)
        except DeployRefused as refused:
            self._report(Stage.CHECK, "failed", refused.detail)
            return Attempt(source, [], refused)
        self._report(Stage.CHECK, "done")
        self._report(Stage.RUN, "started")
        attempt = await run_tests(self._sandbox, source, tests)
        if attempt.good:
            self._report(Stage.RUN, "done", f"{len(attempt.checks)} checks passed")
        else:
            self._report(Stage.RUN, "failed", attempt.error().detail)
        return attempt

    def _tell(self, detail: str) -> None:
        self._report(self._stage, "progress", detail)

    def _report(self, stage: Stage, status: Status, detail: str = "") -> None:
        self._stage = stage
        spend = self._spend
        self._told(
            Progress(
                stage=stage,
                status=status,
                detail=detail,
                input_tokens=spend.input_tokens,
                output_tokens=spend.tokens - spend.input_tokens,
                usd=spend.usd,
            )
        )

    @contextmanager
    def _in_stage(self, stage: Stage) -> Yields[_Done]:
        """Say that a Stage begins, and how it ends."""
        self._report(stage, "started")
        done = _Done()
        try:
            yield done
        except ApiBuilderError as error:
            self._report(stage, "failed", error.detail)
            raise
        self._report(stage, "done", done.detail)


@dataclass(slots=True)
class _Done:
    detail: str = ""
