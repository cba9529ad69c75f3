"""Every recipe passes its own tests and the properties of every API, in the real sandbox."""

from __future__ import annotations

import pytest

from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.generator.pipeline import Pipeline
from apibuilder.generator.recipes.catalogue import RECIPES
from apibuilder.generator.recipes.generator import RecipeGenerator
from apibuilder.generator.recipes.recipe import Recipe

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESOURCES = [
    "a todo list API with title, due date and done",
    "a book catalogue with author, title, year, rating out of 5 and tags",
    "contacts with name, email, phone (optional), birthday and website",
    "track expenses: description, amount, date, category food, travel or other, billable",
    "an API to manage appointments with title, start time, end time, status open, done or late",
    "a log of temperature readings with sensor, value, unit and recorded at",
]
CHANGES = [
    ("a todo list API with title, due date and done", "add a priority and a list of tags"),
    ("a book catalogue with author and title", "also store the publisher and pages read"),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
async def test_a_recipe_is_published_by_the_prompts_that_mean_it(
    recipe: Recipe, sandbox: BackendSandbox
) -> None:
    pipeline = Pipeline(RecipeGenerator(), sandbox, deadline_seconds=60)
    generated = await pipeline.create(recipe.intents[0], lambda _: None)
    assert generated.source == recipe.source
    assert len(generated.checks) >= len(recipe.tests) + 3
    assert all(check.passed for check in generated.checks)


@pytest.mark.parametrize("prompt", RESOURCES)
async def test_a_resource_is_published(prompt: str, sandbox: BackendSandbox) -> None:
    pipeline = Pipeline(RecipeGenerator(), sandbox, deadline_seconds=60)
    generated = await pipeline.create(prompt, lambda _: None)
    assert generated.checks
    assert all(check.passed for check in generated.checks)


@pytest.mark.parametrize(("prompt", "change"), CHANGES)
async def test_a_changed_resource_is_published(
    prompt: str, change: str, sandbox: BackendSandbox
) -> None:
    pipeline = Pipeline(RecipeGenerator(), sandbox, deadline_seconds=60)
    before = await pipeline.create(prompt, lambda _: None)
    after = await pipeline.edit(before.plan, change, lambda _: None)
    assert after.source != before.source
    assert all(check.passed for check in after.checks)
