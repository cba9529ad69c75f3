"""Prompts find the recipe that they mean, and no other."""

from __future__ import annotations

import pytest

from apibuilder.errors import NeedsModel
from apibuilder.generator.recipes.catalogue import RECIPES
from apibuilder.generator.recipes.generator import RecipeGenerator
from apibuilder.generator.recipes.match import best, rank
from apibuilder.generator.recipes.recipe import MEMO, Recipe
from apibuilder.generator.recipes.resource.nouns import USUAL_FIELDS, plural
from apibuilder.generator.recipes.steps import case, get, step
from tests.unit.generator import prompts_a, prompts_b, prompts_other

PROMPTS = [*prompts_a.PROMPTS, *prompts_b.PROMPTS, *prompts_other.PROMPTS]


@pytest.mark.parametrize(("prompt", "meant"), PROMPTS)
async def test_a_prompt_means(prompt: str, meant: str) -> None:
    try:
        plan = await RecipeGenerator().plan(prompt)
    except NeedsModel:
        assert meant == "refusal"
    else:
        assert plan.memo.get(MEMO, "resource") == meant


@pytest.mark.parametrize(("noun", "fields"), list(USUAL_FIELDS.items()))
def test_what_people_keep_is_left_to_the_resource_recipe(noun: str, fields: str) -> None:
    assert best(f"a {noun} list with {fields}", RECIPES) is None
    assert best(f"{plural(noun)} with {fields}", RECIPES) is None


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_intent_means_its_recipe(recipe: Recipe) -> None:
    for intent in recipe.intents:
        assert best(intent, RECIPES) is recipe, intent


def test_names_and_titles_are_unique() -> None:
    assert len({recipe.name for recipe in RECIPES}) == len(RECIPES)
    assert len({recipe.title for recipe in RECIPES}) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_plan_is_read_from_the_module(recipe: Recipe) -> None:
    plan = recipe.plan()
    assert plan.title == recipe.title
    assert plan.description
    assert plan.endpoints
    assert all(endpoint.summary for endpoint in plan.endpoints)
    assert len(recipe.tests) >= 3
    assert sum(len(test.steps) for test in recipe.tests) >= 6


# --- the rules, on recipes of their own ----------------------------------------------


def _recipe(name: str, *intents: str, words: str = "", storage: bool = False) -> Recipe:
    tests = (case("it answers", step(get("/"))),)
    return Recipe(name=name, title=name, intents=intents, words=words, tests=tests, storage=storage)


TIP = _recipe("tips", "tip calculator", words="bill restaurant people percent")
VOTES = _recipe("polls", "poll", words="vote question", storage=True)
MARKDOWN = _recipe("markdown", "convert markdown", words="html text table")
BOTH = (TIP, VOTES, MARKDOWN)


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("Tip calculator", TIP),
        ("please build me a simple API which calculates the TIP for a bill", TIP),
        ("calculating tips of 15%, 20% or 25%", TIP),
        ("a tip calculator that never stores anything", TIP),
        ("a tip calculator for 'The Famous Spaghetti'", TIP),
        ("a poll that stores votes", VOTES),
        ("convert markdown to html", MARKDOWN),
    ],
)
def test_says_little_else(prompt: str, meant: Recipe) -> None:
    assert best(prompt, BOTH) is meant


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "restaurant bills",  # no intent
        "a tip calculator and a chess engine",  # half of it is something else
        "a tip calculator that emails me",  # beyond recipes
        "an AI tip calculator",
        "a tip calculator with history",  # it keeps nothing
        "a list of tip calculators with name and percent",
        "convert markdown to pdf",  # something else comes out
    ],
)
def test_says_something_else(prompt: str) -> None:
    assert best(prompt, BOTH) is None


def test_the_longer_intent_is_meant() -> None:
    numbers = _recipe("numbers", "random", words="number list")
    winners = _recipe("winners", "random list", words="number winner")
    assert best("random number of a list", (numbers, winners)) is winners


def test_what_could_be_two_recipes_is_neither() -> None:
    one, other = _recipe("one", "counter"), _recipe("other", "counter")
    assert best("a counter", (one, other)) is None


def test_ranking_says_how_much_is_covered() -> None:
    (match,) = rank("a tip calculator for the bill of a chess club", BOTH)
    assert match.recipe is TIP
    assert match.score == pytest.approx(3 / 5)
    assert match.strength == 2
