"""All recipes of the library, by area."""

from __future__ import annotations

from apibuilder.generator.recipes.catalogue.arithmetic import ARITHMETIC
from apibuilder.generator.recipes.catalogue.chance import CHANCE
from apibuilder.generator.recipes.catalogue.clocks import CLOCKS
from apibuilder.generator.recipes.catalogue.codes import CODES
from apibuilder.generator.recipes.catalogue.dates import DATES
from apibuilder.generator.recipes.catalogue.files import FILES
from apibuilder.generator.recipes.catalogue.health import HEALTH
from apibuilder.generator.recipes.catalogue.links import LINKS
from apibuilder.generator.recipes.catalogue.media import MEDIA
from apibuilder.generator.recipes.catalogue.money import MONEY
from apibuilder.generator.recipes.catalogue.numbers import NUMBERS
from apibuilder.generator.recipes.catalogue.prices import PRICES
from apibuilder.generator.recipes.catalogue.store import STORE
from apibuilder.generator.recipes.catalogue.text import TEXT
from apibuilder.generator.recipes.catalogue.text_tools import TEXT_TOOLS
from apibuilder.generator.recipes.catalogue.web import WEB
from apibuilder.generator.recipes.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    *MONEY,
    *PRICES,
    *NUMBERS,
    *ARITHMETIC,
    *CHANCE,
    *DATES,
    *CLOCKS,
    *TEXT,
    *TEXT_TOOLS,
    *CODES,
    *HEALTH,
    *LINKS,
    *MEDIA,
    *FILES,
    *STORE,
    *WEB,
)
