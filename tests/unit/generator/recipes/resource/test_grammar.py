"""understand, and read for what is added: what people write, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apibuilder.generator.edits.apply import apply
from apibuilder.generator.edits.grammar import read
from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.model import MAX_FIELDS
from apibuilder.generator.recipes.resource.plan import plan_of, resource_of
from tests.unit.generator.recipes.resource.prompts import (
    PROMPTS,
    REFUSED,
    UNDERSTOOD,
    shown,
    shown_field,
)

BOOKS = understand("books with title, author and tags")


def test_the_tables_are_large() -> None:
    assert len({prompt for prompt, _ in UNDERSTOOD}) >= 80
    assert len({prompt for prompt, _ in REFUSED}) >= 40


@pytest.mark.parametrize(("prompt", "expected"), UNDERSTOOD, ids=[one for one, _ in UNDERSTOOD])
def test_what_people_write_is_understood(prompt: str, expected: str) -> None:
    assert shown(understand(prompt)) == expected


@pytest.mark.parametrize(("prompt", "reason"), REFUSED, ids=[one for one, _ in REFUSED])
def test_what_is_more_is_refused_with_the_reason(prompt: str, reason: str) -> None:
    with pytest.raises(Unclear) as refused:
        understand(prompt)
    assert reason in str(refused.value)


@pytest.mark.parametrize(("prompt", "expected"), UNDERSTOOD[:40])
def test_how_it_is_typed_makes_no_difference(prompt: str, expected: str) -> None:
    for same in (
        prompt.upper(),
        f"  {prompt}  ",
        f"{prompt.rstrip('.')}.",
        f"Please {prompt}" if prompt[0].islower() else prompt,
        prompt.replace(" ", "  "),
    ):
        assert shown(understand(same)) == expected


def test_without_fields_a_known_thing_has_its_usual_ones() -> None:
    for prompt in ("a todo list", "an API to manage todos", "keep track of my to-dos"):
        assert shown(understand(prompt)) == "todos: title!, notes:long, due_date:date, done:boolean"
    assert shown(understand("a list of spaceships")) == "spaceships: name!, notes:long"


def test_fields_are_few_and_names_are_short() -> None:
    names = [f"{first}{second}" for first in "abcdef" for second in "bcdfgh"]
    assert len(understand(f"books with {', '.join(names[:29])}").fields) == 30  # and a title
    with pytest.raises(Unclear, match=f"more than {MAX_FIELDS}"):
        understand(f"books with {', '.join(names[:30])}")
    with pytest.raises(Unclear, match="does not read like a field"):
        understand(f"books with {'x' * 41}")
    with pytest.raises(Unclear, match="too long"):
        understand(f"a list of {'x' * 40}s")


def test_a_field_twice_is_one_field() -> None:
    assert (
        shown(understand("books with title, year, title")) == "books: title!, year:integer(0..9999)"
    )


# --- changes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "added"),
    [
        ("add a priority field", "priority:low|medium|high"),
        ("add authors", "authors:list"),
        ("add a price", "price:number(0..)"),
        ("Please add a due date.", "due_date:date"),
        ("add price and stock", "price:number(0..), stock:integer(0..)"),
        ("add the fields publisher, pages and ISBN", "publisher, pages:integer(0..), isbn"),
        ("also store the publisher", "publisher"),
        ("include a rating out of 5", "rating:integer(0..5)"),
        ("can you add status (draft or done)", "status:draft|done"),
        ("add a rating to books", "rating:number(0..10)"),
        ("add a rating to each book", "rating:number(0..10)"),
        ("add a rating for all of the books", "rating:number(0..10)"),
        ("add a date of birth", "date_of_birth:date"),
        ("add number of pages", "number_of_pages:integer(0..)"),
        ("add the date of purchase to the list", "date_of_purchase:date"),
        ("add:\n- isbn\n- language", "isbn, language"),
        ("store whether it is lent", "lent:boolean"),
        ("add another field called shelf", "shelf"),
    ],
)
def test_a_change_adds_fields_that_nobody_has_to_send(change: str, added: str) -> None:
    after = apply(BOOKS, read(change, BOOKS)).resource
    assert after.fields[: len(BOOKS.fields)] == BOOKS.fields
    assert ", ".join(map(shown_field, after.fields[len(BOOKS.fields) :])) == added
    assert (after.singular, after.plural) == (BOOKS.singular, BOOKS.plural)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("remove the publisher", "no field `publisher`"),
        ("rename isbn to name", "no field `isbn`"),
        ("make it faster", "no change of fields"),
        ("add", "no change of fields"),
        ("", "empty"),
        ("title", "no change of fields"),
        ("add a required price", "required with a default"),
        ("Add tags to each book", "a field `tags` already"),
        ("add a title", "a field `title` already"),
        ("add price and price", "a field `price` already"),
        ("add reviews", "things of their own"),
        ("add customers", "things of their own"),
        ("add a password", "clear text"),
        ("add login", "more than recipes can do"),
        ("add search", "names no field"),
        ("add recommendations of similar books", "more than recipes can do"),
        (f"add {', '.join(f'f{n}' for n in range(40))}", "more than 30"),
    ],
)
def test_any_other_change_is_refused(change: str, reason: str) -> None:
    with pytest.raises(Unclear) as refused:
        apply(BOOKS, read(change, BOOKS))
    assert reason in str(refused.value)


# --- anything at all ---------------------------------------------------------------


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(), st.text(st.characters()), PROMPTS))
def test_any_text_is_understood_or_unclear_and_always_the_same(prompt: str) -> None:
    def outcome() -> str:
        try:
            return shown(understand(prompt))
        except Unclear as unclear:
            return f"unclear: {unclear}"

    assert outcome() == outcome()


@settings(deadline=None, max_examples=100)
@given(PROMPTS, st.one_of(st.text(), PROMPTS.map(lambda one: f"add {one.partition(' with ')[2]}")))
def test_any_change_is_understood_or_unclear(prompt: str, change: str) -> None:
    try:
        before = understand(prompt)
        after = apply(before, read(change, before)).resource
    except Unclear:
        return
    assert after.fields[: len(before.fields)] == before.fields
    assert not any(field.required for field in after.fields[len(before.fields) :])
    assert len({field.name for field in after.fields}) == len(after.fields)
    assert resource_of(plan_of(after)) == after
