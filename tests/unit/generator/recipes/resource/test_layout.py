"""wrap: what is too long has one element a line, and it is still the same code."""

from __future__ import annotations

import ast

import pytest

from apibuilder.generator.recipes.resource.layout import LINE_LENGTH, wrap

LONG = "a_name_that_is_long_enough_to_matter"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1\n",
        f"x = ({LONG}, {LONG})\n",
        "# " + "a comment that is too long " * 9,
        f'x = "{"text that cannot be cut, (really) " * 9}"',
        f"x = {LONG * 4}",
        "x = f()" + " + 1" * 40,
    ],
)
def test_what_is_short_or_cannot_be_cut_stays(source: str) -> None:
    assert wrap(source) == source


def test_the_last_bracket_is_cut() -> None:
    line = f"    x = one(1, 2)[0] + two({LONG}, {LONG}, [1, 2], key={{'a, b': (3, 4)}})"
    assert wrap(line).splitlines() == [
        "    x = one(1, 2)[0] + two(",
        f"        {LONG},",
        f"        {LONG},",
        "        [1, 2],",
        "        key={'a, b': (3, 4)},",
        "    )",
    ]


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_of_a_function_the_parameters_are_cut(kind: str) -> None:
    line = f"{kind} make(one: {LONG}, two: dict[str, {LONG}]) -> dict[str, {LONG}]:"
    assert wrap(line).splitlines() == [
        f"{kind} make(",
        f"    one: {LONG},",
        f"    two: dict[str, {LONG}],",
        f") -> dict[str, {LONG}]:",
    ]


def test_what_is_still_too_long_is_cut_again() -> None:
    line = f"x = f(g({LONG}, {LONG}, {LONG}), {LONG})"
    wrapped = wrap(line)
    assert wrapped.splitlines() == [
        "x = f(",
        "    g(",
        f"        {LONG},",
        f"        {LONG},",
        f"        {LONG},",
        "    ),",
        f"    {LONG},",
        ")",
    ]


@pytest.mark.parametrize(
    "text",
    ['"a, b (c"', "'a, b ]'", r'"a \", ("', r"r'\(,'", '"#"', "'\"', \"'\"", r'"\\"'],
)
def test_brackets_and_commas_in_texts_are_none(text: str) -> None:
    line = f"x = f({LONG}, {text}, {LONG}, {LONG})  # a, (comment"
    wrapped = wrap(line)
    assert text in wrapped.replace(",\n   ", ",")
    assert ast.dump(ast.parse(wrapped)) == ast.dump(ast.parse(line))
    assert all(len(one) <= LINE_LENGTH for one in wrapped.splitlines())
