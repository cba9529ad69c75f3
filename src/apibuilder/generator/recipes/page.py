"""docs/recipes.md, from the catalogue: `python -m apibuilder.generator.recipes.page`."""

from __future__ import annotations

from pathlib import Path

from apibuilder.generator.recipes.catalogue import RECIPES
from apibuilder.generator.recipes.recipe import Recipe

PAGE = Path(__file__).parents[4] / "docs/recipes.md"
_HEAD = """\
# Recipes

Without a model, `apibuilder create` has recipes: it says so, and refuses what they do not cover
instead of making something else. Each comes with its own tests; these and a small schema fuzz of
every operation must pass in the sandbox before anything is published.

## Things with fields
Name a kind of thing and its fields, and get a whole resource kept in SQLite: add, list with
filters, search, sorting and paging, get, replace, change, delete.

```
apibuilder create "a todo list API with title, due date and done"
apibuilder create "track expenses: description, amount, date, category (food, travel or other)"
apibuilder create "contacts with name, email, phone (optional) and birthday"
apibuilder edit contacts "add a list of tags and a website"
```

Types come from names (`due date`, `price`, `email`, `is paid`, `tags`), or in brackets:
`(integer)`, `(number)`, `(yes/no)`, `(date)`, `(url)`, `(list of texts)`, a range `(1-5)`, choices
`(low, medium, high)`, `(optional)`, `(required)`. `edit` adds fields; what is stored stays.

## Ready-made

| recipe | for example | operations |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    ordered = sorted(RECIPES, key=lambda recipe: recipe.title.lower())
    return _HEAD + "".join(_row(recipe) for recipe in ordered)


def _row(recipe: Recipe) -> str:
    endpoints = recipe.plan().endpoints
    operations = ", ".join(f"`{one.method} {one.path}`" for one in endpoints)
    return f"| {recipe.title} | {recipe.intents[0]} | {operations} |\n"


def main() -> None:
    """Write it anew."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
