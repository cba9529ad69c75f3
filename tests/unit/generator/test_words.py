"""Forms of a word share a root, and what recipes cannot do is seen."""

from __future__ import annotations

import pytest

from apibuilder.generator.recipes.words import beyond, normalise, stem, stems, words


@pytest.mark.parametrize(
    "forms",
    [
        "calculate calculates calculated calculating calculator calculators calculation",
        "generate generator generates generating generation",
        "split splits splitting splitter",
        "tip tips tipping tipped",
        "roll rolls rolling roller rolled",
        "calorie calories",
        "tax taxes",
        "hash hashes hashing hasher",
        "encrypt encrypts encryption encrypted",
        "currency currencies",
        "year years year's",
        "plan plans planner planning",
    ],
)
def test_forms_share_a_root(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("list", "listen"), ("rate", "rat"), ("bus", "but"), ("dice", "die")],
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("spelt", "spelling"),
    [
        ("A To-Do  list", "a todo list"),
        ("E-mail and e-mails", "email and email"),
        ("Time zones", "timezone"),
        ("base 64 and Base-64", "base64 and base64"),
        ("SHA-256", "sha256"),
        ("it\u2019s \u201creal time\u201d", 'it\'s "realtime"'),
    ],
)
def test_one_spelling(spelt: str, spelling: str) -> None:
    assert normalise(spelt) == spelling


def test_words_and_stems() -> None:
    assert words("don't roll 2d6+1!") == ["don't", "roll", "2d6", "1"]
    assert stems("Time-zone converters") == {"timezon", "convert"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("predict the weather", ["predict", "weather"]),
        ("a shop with stripe", ["stripe"]),
        ("strip tags", []),
        ("current exchange rates", ["exchange rates"]),
        ("detect palindromes", ["detect"]),
        ("a todo list", []),
    ],
)
def test_beyond_recipes(text: str, found: list[str]) -> None:
    assert beyond(text) == found


def test_what_a_recipe_knows_is_not_beyond_it() -> None:
    assert beyond("detect palindromes", frozenset(stems("detect"))) == []
    assert beyond("exchange rates", frozenset(stems("exchange rate"))) == []
    assert beyond("exchange rates", frozenset(stems("exchange"))) == ["exchange rates"]
