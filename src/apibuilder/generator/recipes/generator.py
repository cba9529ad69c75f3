"""The Generator that needs no model: the resource recipe and the library, deterministic."""

from __future__ import annotations

from collections.abc import Callable

from apibuilder.errors import NeedsModel
from apibuilder.generator.base import Finding
from apibuilder.generator.cases import TestCase
from apibuilder.generator.edits.apply import apply
from apibuilder.generator.edits.grammar import read
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend
from apibuilder.generator.recipes.catalogue import RECIPES
from apibuilder.generator.recipes.match import best, rank
from apibuilder.generator.recipes.recipe import MEMO, Recipe
from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.plan import plan_of, resource_of
from apibuilder.generator.recipes.resource.source import source_of
from apibuilder.generator.recipes.resource.tests import tests_of

UNDERSTOOD = (
    "Without a model these are understood for lists of things: add, rename and remove a field, make"
    " it required, give it a default, limit its length or range, change its choices, filter by it"
    ' ("add a priority field, integer 1 to 5"; "rename title to headline"; "limit title to 80'
    ' characters"). For more, change the code and send it with'
    " `apibuilder deploy FILE.py --api ID`."
)
_HELP = (
    "Without a model, AI API Builder has recipes: lists of things with fields "
    '("a todo list with title, due date and done"), and {count} ready-made APIs, '
    "see docs/recipes.md{nearest}. "
    "For everything else bring your own FastAPI file with `apibuilder deploy FILE.py`."
)
_NEAREST = 3


class RecipeGenerator:
    """base.Generator."""

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        return "recipes"

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> RecipeGenerator:  # noqa: ARG002 (the port's)
        """The same: it asks no model and keeps no notes."""
        return self

    async def plan(self, prompt: str) -> Plan:
        """The recipe that the prompt means. Raises NeedsModel."""
        recipe = best(prompt, RECIPES)
        if recipe is not None:
            return recipe.plan()
        try:
            return plan_of(understand(prompt))
        except Unclear as unclear:
            raise NeedsModel(f"No recipe fits this prompt: {unclear}. {_help(prompt)}") from None

    async def revise(self, plan: Plan, change: str) -> Plan:
        """The same resource with other fields. Raises NeedsModel for any other change."""
        resource = resource_of(plan)
        if resource is None:
            raise NeedsModel(
                f"Changing {plan.title!r} needs a model: without one, only the fields of "
                "lists of things can be changed. Change the code yourself and send it with "
                "`apibuilder deploy FILE.py --api ID`."
            )
        try:
            return plan_of(apply(resource, read(change, resource)).resource)
        except Unclear as unclear:
            raise NeedsModel(f"This change is not understood: {unclear}. {UNDERSTOOD}") from None

    async def tests(self, plan: Plan) -> list[TestCase]:
        """Those of its recipe."""
        resource = resource_of(plan)
        return tests_of(resource) if resource is not None else list(_recipe_of(plan).tests)

    async def code(self, plan: Plan) -> str:
        """That of its recipe."""
        resource = resource_of(plan)
        return source_of(resource) if resource is not None else _recipe_of(plan).source

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:  # noqa: ARG002 (the port's)
        """The same: a recipe has no second idea."""
        return source


def _recipe_of(plan: Plan) -> Recipe:
    """Raises NeedsModel for a plan that someone else made, or of a recipe that is no more."""
    for recipe in RECIPES:
        if recipe.name == plan.memo.get(MEMO):
            return recipe
    raise NeedsModel(f"{plan.title!r} was not made by a recipe. {_help(plan.title)}")


def _help(prompt: str) -> str:
    """What there is, and which of it is the least far from a prompt."""
    near = [f"`{match.recipe.title}`" for match in rank(prompt, RECIPES) if match.score]
    nearest = f"; the nearest to this are {', '.join(near[:_NEAREST])}" if near else ""
    return _HELP.format(count=len(RECIPES), nearest=nearest)
