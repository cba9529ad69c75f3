"""The Generator that asks a model. Rules do what rules can; the model is asked for the rest."""

from __future__ import annotations

from collections.abc import Callable

from apibuilder.errors import PlanFailed
from apibuilder.generator.base import Finding
from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.base import Answer, LanguageModel, Question
from apibuilder.generator.providers.spend import Budget, Spend
from apibuilder.generator.written.answers import read_proposal
from apibuilder.generator.written.facts import is_explicit, said
from apibuilder.generator.written.pieces import Pieces
from apibuilder.generator.written.plan_tests import tests_of
from apibuilder.generator.written.planning import (
    Proposal,
    complete,
    described,
    proposal_schema,
    title_of,
)
from apibuilder.generator.written.prompt_files import prompt_text
from apibuilder.generator.written.whole import Whole

_PLAN_TOKENS = 1500
_NOTHING = Budget(tokens=0, usd=0)
_TEMPERATURES = (0.1, 0.7, 1.0)  # the same question again gets the same answer


class ModelGenerator:
    """base.Generator; `for_run` gives each Generation one of its own, with something to spend."""

    def __init__(
        self,
        model: LanguageModel,
        spend: Spend | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._model = model
        self._spend = spend or Spend(budget=_NOTHING)
        writer = Pieces if model.pieces else Whole
        self._writer = writer(self._ask, tell)

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        return self._model.name

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> ModelGenerator:
        """One that spends and tells of this run."""
        return ModelGenerator(self._model, spend, tell)

    async def _ask(self, question: Question) -> Answer:
        return await self._model.ask(question, self._spend)

    async def plan(self, prompt: str) -> Plan:
        """What to build. Raises PlanFailed."""
        return await self._planned(prompt, f"Asked: {prompt}")

    async def revise(self, plan: Plan, change: str) -> Plan:
        """The plan of the whole API after the change. Raises PlanFailed."""
        there = "\n".join(f"- {e.method} {e.path}: {e.does or e.summary}" for e in plan.endpoints)
        prompt = f"{plan.description}\n\nChange: {change}"
        return await self._planned(prompt, f"There is:\n{there}\n\nAsked: {prompt}")

    async def _planned(self, prompt: str, text: str) -> Plan:
        if self._model.pieces and is_explicit(told := said(prompt), fields=bool(described(prompt))):
            # Nothing is left to ask, and a small model is slow.
            return complete(prompt, Proposal(title=title_of(told[0].path), endpoints=[]))
        for temperature in _TEMPERATURES:
            answer = await self._ask(
                Question(
                    rules=prompt_text("plan.md"),
                    text=text,
                    schema=proposal_schema(),
                    max_tokens=_PLAN_TOKENS,
                    temperature=temperature,
                )
            )
            if (proposal := read_proposal(answer.text)) is not None:
                plan = complete(prompt, proposal)
                if plan.endpoints:
                    return plan
            elif said(prompt):  # the prompt itself names the endpoints
                return complete(
                    prompt, Proposal(title=title_of(said(prompt)[0].path), endpoints=[])
                )
        raise PlanFailed("The model named no endpoint. Say which requests the API should answer.")

    async def tests(self, plan: Plan) -> list[TestCase]:
        """What must hold of the code, by rules."""
        return tests_of(plan)

    async def code(self, plan: Plan) -> str:
        """A module."""
        return await self._writer.code(plan)

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        """A better one, or the same."""
        return await self._writer.repair(plan, source, findings)
