"""Which recipe a prompt means: by its words, with a bar below which the answer is none.

A recipe is meant if the prompt has all words of one of its intents and says little besides that the
recipe knows nothing of. Better an honest refusal than an API that does something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.words import FILLER, beyond, normalise, stem, word_set, words

BAR = 0.75
_MARGIN = 0.1
_NEUTRAL = frozenset(
    stem(word)
    for word in word_set(
        """
        calculate calculator calculates compute computes calculation convert converter converts
        generate generator generates generated find finds show shows check checks checker take takes
        input output value values result results number numbers text texts string given user users
        client clients people person customer customers visitor visitors website page pages request
        many much different several multiple various list lists store stores save keep manage
        track add edit update delete remove get return back let lets two three
        """
    )
)


@dataclass(frozen=True, slots=True)
class Match:
    """A recipe, and how much of the prompt it covers: 0 to 1."""

    recipe: Recipe
    score: float
    strength: int  # words of the longest intent that the prompt has


def rank(prompt: str, recipes: Sequence[Recipe]) -> list[Match]:
    """Recipes with an intent in the prompt, the best first."""
    text = normalise(prompt)
    said = {stem(word): word for word in words(text)}
    content = {root for root, word in said.items() if word not in FILLER}
    matches = [
        Match(recipe, _score(text, content, recipe), strength)
        for recipe in recipes
        if (strength := _strength(frozenset(said), recipe))
    ]
    return sorted(matches, key=lambda match: (-match.score, -match.strength))


def best(prompt: str, recipes: Sequence[Recipe]) -> Recipe | None:
    """The recipe that a prompt means; None if it means none of them, or it is not clear which."""
    ranked = [match for match in rank(prompt, recipes) if match.score >= BAR]
    if not ranked:
        return None
    first, *others = ranked
    rivals = [other for other in others if first.score - other.score < _MARGIN]
    if any(rival.strength >= first.strength for rival in rivals):
        return None
    return first.recipe


def _strength(said: frozenset[str], recipe: Recipe) -> int:
    return max((len(intent) for intent in recipe.wanted if intent <= said), default=0)


def _score(text: str, content: set[str], recipe: Recipe) -> float:
    if beyond(text, recipe.vocabulary):
        return 0.0
    telling = content - _NEUTRAL | (content & recipe.vocabulary)
    return len(telling & recipe.vocabulary) / len(telling) if telling else 0.0
