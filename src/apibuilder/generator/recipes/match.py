"""Which recipe a prompt means: by its words, with a bar below which the answer is none.

A recipe is meant if the prompt has all words of one of its intents and says little besides that the
recipe knows nothing of. Better an honest refusal than an API that does something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.words import FILLER, beyond, normalise, stem, word_set, words

BAR = 0.75
_MARGIN = 0.1
# May be said of any API, and tell nothing of what it does.
_NEUTRAL = frozenset(
    stem(word)
    for word in word_set(
        """
        calculate calculator compute convert converter generate generator produce find show
        check checker take accept receive send input output value result response number text
        string given another other user client people person customer visitor website page
        request many much different several multiple various list back two three example
        parameter param query body post path url get option optional optionally support custom
        call hello hi hey thanks thank ok swagger openapi docs documentation documented error
        handling handle validation validate invalid status code proper correct work works
        working know tell answer help project school homework learning hobby mobile frontend
        blog kind sort piece enter go today now online try figure determine estimate perform
        night fun quickly per stateless instant instantly accurate accurately both not january
        february march april june july august september october november december
        """
    )
)
# Ask to keep things: what only computes does something else.
_KEEPING = frozenset(
    stem(word)
    for word in word_set(
        """
        store storage save keep track tracker manage manager management log logger diary journal
        catalogue catalog inventory register registry record history collection remember crud
        library directory organizer planner
        """
    )
)
_SPOKEN = {"%": " percent ", "$": " dollar ", "\u20ac": " euro ", "\u00a3": " pound ", "_": " "}
_SIGNS = re.compile(f"[{re.escape(''.join(_SPOKEN))}]")
# Numbers, and what is in quotes, are only examples.
_EXAMPLE = re.compile(r"""(?<!\w)'[^']*'(?!\w)|"[^"]*"|\b\d+(?:am|pm|st|nd|rd|th)?\b""")
_NOT_KEPT = re.compile(
    r"\b(?:without|not|never|no|nothing|don't|doesn't|do not)\b(?: \w+){0,3}? "
    r"(?:sav|stor|keep|kept|log|track|remember|record)\w*(?: (?:anything|them|it))?"
)
_COLLECTION = re.compile(
    r"\b(?:lists?|collection|set|database) of (?:all |my |our |the )*(?:\w+ )?\w+s\b,? ?"
    r"(?:with|each|having|containing|that ha(?:ve|s)|who ha(?:ve|s)|\(|:)"
)
# What something is made into: "convert markdown to PDF" does not mean any other conversion.
_TARGET = re.compile(
    r"\b(?:convert|turn|translat|transform|chang|export|render)\w*\b.*?"
    r"\b(?:to|into) (\w+(?: \w+){0,2})"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A recipe, and how much of the prompt it covers: 0 to 1."""

    recipe: Recipe
    score: float
    strength: int  # words of the longest intent that the prompt has


def rank(prompt: str, recipes: Sequence[Recipe]) -> list[Match]:
    """Recipes with an intent in the prompt, the best first."""
    text = _NOT_KEPT.sub("", normalise(_SIGNS.sub(lambda sign: _SPOKEN[sign[0]], prompt)))
    said = {stem(word) for word in words(text)}
    content = _content(_EXAMPLE.sub("", text)) or _content(text)
    matches = [
        Match(recipe, _score(text, content, recipe), strength)
        for recipe in recipes
        if (strength := _strength(said, recipe))
    ]
    return sorted(matches, key=lambda match: (-match.score, -match.strength))


def _content(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in FILLER}


def best(prompt: str, recipes: Sequence[Recipe]) -> Recipe | None:
    """The recipe that a prompt means; None if it means none of them, or it is not clear which.

    Of those that cover about as much of it, the one with the longest intent is meant.
    """
    ranked = [match for match in rank(prompt, recipes) if match.score >= BAR]
    near = [match for match in ranked if ranked[0].score - match.score < _MARGIN]
    near.sort(key=lambda match: (-match.strength, -match.score))
    if not near or (len(near) > 1 and _rank(near[0]) == _rank(near[1])):
        return None
    return near[0].recipe


def _rank(match: Match) -> tuple[int, float]:
    return match.strength, match.score


def _strength(said: set[str], recipe: Recipe) -> int:
    return max((len(intent) for intent in recipe.wanted if intent <= said), default=0)


def _score(text: str, content: set[str], recipe: Recipe) -> float:
    known = recipe.vocabulary
    if beyond(text, known) or _makes_else(text, known):
        return 0.0
    if not recipe.storage and _keeps(text, content - known):
        return 0.0
    neutral = _NEUTRAL | _KEEPING if recipe.storage else _NEUTRAL
    telling = content - neutral | (content & known)
    return len(telling & known) / len(telling) if telling else 0.0


def _keeps(text: str, unknown: set[str]) -> bool:
    """Whether a prompt asks to keep things, by a word that a recipe does not know."""
    return bool(unknown & _KEEPING) or _COLLECTION.search(text) is not None


def _makes_else(text: str, known: frozenset[str]) -> bool:
    """Whether a prompt asks to convert to something that a recipe does not know."""
    target = _TARGET.search(_EXAMPLE.sub("", text))
    wanted = _content(target[1]) - _NEUTRAL if target else set[str]()
    return bool(wanted) and not wanted & known
