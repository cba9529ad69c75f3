"""Recipes first, a model for the rest. What a recipe means with confidence costs nothing and takes
a fraction of a second; whoever wants a model anyway names endpoints or says more than a recipe knows."""

from __future__ import annotations

from collections.abc import Callable

from apibuilder.errors import NeedsModel
from apibuilder.generator.base import Finding, Generator
from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend


class RecipesFirst:
    """base.Generator: of two, the one that made the plan goes on with it."""

    def __init__(self, recipes: Generator, model: Generator) -> None:
        self._recipes = recipes
        self._model = model
        self._at_work: Generator | None = None

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        return (self._at_work or self._model).model

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> RecipesFirst:
        """One that remembers whose plan it is."""
        return RecipesFirst(self._recipes.for_run(spend, tell), self._model.for_run(spend, tell))

    async def plan(self, prompt: str) -> Plan:
        """A recipe's, or the model's."""
        try:
            plan = await self._recipes.plan(prompt)
        except NeedsModel:
            return await self._model.plan(prompt)
        return plan

    async def revise(self, plan: Plan, change: str) -> Plan:
        """The recipe's, if it knows how; else the model's."""
        if plan.memo:
            try:
                return await self._recipes.revise(plan, change)
            except NeedsModel:
                pass
        return await self._model.revise(plan, change)

    def _author(self, plan: Plan) -> Generator:
        """A recipe's plan has its memo; nobody else writes one."""
        self._at_work = self._recipes if plan.memo else self._model
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
