"""Recipes first, then rules, and a model for the rest: what costs nothing and is sure goes first.

A recipe is taken if it means the prompt with confidence and has every endpoint that the prompt
names; rules, if the prompt itself says all there is to say.
"""

from __future__ import annotations

from collections.abc import Callable

from apibuilder.errors import NeedsModel
from apibuilder.generator.base import Finding, Generator
from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend
from apibuilder.generator.written.planning import has_all

_BY = "by"  # of a plan's memo: who made it


class InTurn:
    """base.Generator: several, tried in their order; the one that made a plan goes on with it."""

    def __init__(self, recipes: Generator, rules: Generator, model: Generator | None) -> None:
        self._recipes = recipes
        self._rules = rules
        self._model = model
        self._at_work = model or recipes

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        return self._at_work.model

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> InTurn:
        """One that remembers whose plan it is."""
        model = None if self._model is None else self._model.for_run(spend, tell)
        return InTurn(self._recipes.for_run(spend, tell), self._rules.for_run(spend, tell), model)

    async def plan(self, prompt: str) -> Plan:
        """That of the first who understands the prompt. Raises what the last one raises."""
        try:
            plan = await self._recipes.plan(prompt)
        except NeedsModel as unclear:
            refusal = unclear
        else:
            if has_all(plan, prompt, await self._recipes.code(plan)):
                return plan
            refusal = NeedsModel(
                f"The recipe {plan.title!r} does something like it, at other addresses than the "
                "prompt names: leave them out to have it as it is, or set the key of a model "
                "(docs/operations.md)."
            )
        try:
            plan = await self._rules.plan(prompt)
        except NeedsModel:
            if self._model is None:
                raise refusal from None
            return await self._model.plan(prompt)
        return plan.model_copy(update={"memo": {_BY: self._rules.model}})

    async def revise(self, plan: Plan, change: str) -> Plan:
        """The author's, if it knows how; else the model's."""
        if self._model is None:
            return await self._author(plan).revise(plan, change)
        if plan.memo:
            try:
                return await self._author(plan).revise(plan, change)
            except NeedsModel:
                pass
        return await self._model.revise(plan, change)

    def _author(self, plan: Plan) -> Generator:
        """A recipe writes a memo of its own, a model none."""
        if plan.memo.get(_BY) == self._rules.model:
            self._at_work = self._rules
        elif plan.memo or self._model is None:
            self._at_work = self._recipes
        else:
            self._at_work = self._model
        return self._at_work

    async def tests(self, plan: Plan) -> list[TestCase]:
        """Of the plan's author."""
        return await self._author(plan).tests(plan)

    async def code(self, plan: Plan) -> str:
        """Of the plan's author."""
        return await self._author(plan).code(plan)

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        """Of the plan's author."""
        return await self._author(plan).repair(plan, source, findings)
