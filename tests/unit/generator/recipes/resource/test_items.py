"""Items: where a list of fields is cut, and how each is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apibuilder.generator.recipes.resource.items import Unclear, field_items, parse_item
from tests.unit.generator.recipes.resource.prompts import shown_field


@pytest.mark.parametrize(
    ("section", "items"),
    [
        ("title", ["title"]),
        ("", []),
        (" , , and ", []),
        ("title, author and year", ["title", "author", "year"]),
        ("title, author, and year", ["title", "author", "year"]),
        ("title,author,year", ["title", "author", "year"]),
        ("title ,author ; year.", ["title", "author", "year"]),
        ("title & year plus price", ["title", "year", "price"]),
        ("brand, andante", ["brand", "andante"]),
        ("title (text, required), year", ["title (text, required)", "year"]),
        ("price (net and gross), year", ["price (net and gross)", "year"]),
        ("size (s, m and l", ["size (s, m and l)"]),
        ("size) and year", ["size)", "year"]),
        ("status open, done or late, price", ["status (open, done, late)", "price"]),
        ("status: open, in progress or done", ["status (open, in progress, done)"]),
        ("priority low/medium/high and done", ["priority (low, medium, high)", "done"]),
        ("type being either a or b, done", ["type (a, b)", "done"]),
        ("status is one of draft, sent or paid", ["status (draft, sent, paid)"]),
        ("title, search, sorting and pagination", ["title"]),
        ("title, filter by author, full-text search", ["title"]),
        ("title, crud operations", ["title"]),
        ("pages, page, sort of wine", ["pages", "page", "sort of wine"]),
    ],
)  # fmt: skip
def test_where_a_list_is_cut(section: str, items: list[str]) -> None:
    assert field_items(section) == items


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ("a title", "title"),
        ("the author's name", "authors_name"),
        ("optionally an isbn", "isbn"),
        ("its price", "price:number(0..)"),
        ("a field called shelf", "shelf"),
        ("done flag", "done:boolean"),
        ("title field", "title"),
        ("optional title", "title"),
        ("required title", "title!"),
        ("a mandatory due date", "due_date!:date"),
        ("title (required)", "title!"),
        ("title (text, required)", "title!"),
        ("title (optional)", "title"),
        ("title: string", "title"),
        ("title: text", "title"),
        ("body (long text)", "body:long"),
        ("stock: int", "stock:integer(0..)"),
        ("count as an integer", "count:integer(0..)"),
        ("count as integer", "count:integer(0..)"),
        ("known as", "known_as"),
        ("price (decimal)", "price:number(0..)"),
        ("value (number)", "value:number"),
        ("electric: boolean", "electric:boolean"),
        ("electric (yes/no)", "electric:boolean"),
        ("electric (true or false)", "electric:boolean"),
        ("starts: datetime", "starts:datetime"),
        ("starts (time)", "starts:time"),
        ("steps (list)", "steps:list"),
        ("nicknames (list of strings)", "nicknames:list"),
        ("a list of skills", "skills:list"),
        ("interval (days)", "interval:integer"),
        ("weight (kg)", "weight:number(0..)"),
        ("price in euros", "price_in_euros:number(0..)"),
        ("play time in minutes", "play_time_in_minutes:integer(0..)"),
        ("amount (ml)", "amount:number"),
        ("rating (1-5)", "rating:integer(1..5)"),
        ("rating 1-10", "rating:integer(1..10)"),
        ("rating from 1 to 5", "rating:integer(1..5)"),
        ("rating out of 10", "rating:integer(0..10)"),
        ("a rating (out of 5)", "rating:integer(0..5)"),
        ("score 0..100", "score:number(0..100)"),
        ("temperature -40 to -10", "temperature:number(-40..-10)"),
        ("level (5-1)", "level"),
        ("size (s, m, l)", "size:s|m|l"),
        ("size (s/m/l)", "size:s|m|l"),
        ("size (s | m | l)", "size:s|m|l"),
        ("size (s, m or l, required)", "size!:s|m|l"),
        ("size (s, s, m)", "size:s|m"),
        ("size (small)", "size"),
        ("kind (text, url, date)", "kind:text|url|date"),
        ("length (m, optional)", "length:number"),
        ("priority", "priority:low|medium|high"),
        ("priority (integer)", "priority:integer"),
        ("blood type (a+, ab-)", "blood_type:a+|ab-"),
        ("how many pages", "pages:integer(0..)"),
        ("how much it costs", "price:number(0..)"),
        ("when it was bought", "bought_date:date"),
        ("whether it is done", "done:boolean"),
        ("if i've read it", "read:boolean"),
        ("whether or not they are active", "active:boolean"),
        ("finished or not", "finished:boolean"),
        ("weather", "weather"),
        ("login count", None),
    ],
)
def test_how_an_item_is_read(item: str, field: str | None) -> None:
    if field is None:
        with pytest.raises(Unclear):
            parse_item(item, "book")
    else:
        assert shown_field(parse_item(item, "book")) == field


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("", "does not read like a field"),
        ("...", "does not read like a field"),
        ("a", "does not read like a field"),
        ("7", "does not read like a field"),
        ("7 days", "does not read like a field"),
        ("x" * 41, "does not read like a field"),
        ("one two three four five", "does not read like a field"),
        ("the one that i like", "does not read like a field"),
        ("size (s, 'm')", "does not read like a field"),
        ("size (é, m)", "does not read like a field"),
        ("owners", "things of their own"),
        ("list of owners", "things of their own"),
        ("wifi password", "never keep a `wifi password`"),
        ("ai summary", "`ai` is more than recipes can do"),
        ("notifications", "`notifications` is more than recipes can do"),
        ("remove title", "something to do"),
        ("calculate tax", "something to do"),
    ],
)
def test_what_is_no_field_is_refused(item: str, reason: str) -> None:
    with pytest.raises(Unclear) as refused:
        parse_item(item, "book")
    assert reason in str(refused.value)


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("abc ,;()/:&-.|19é'\n") | st.characters(), max_size=60))
def test_any_section_is_read_or_unclear(section: str) -> None:
    for item in field_items(section):
        try:
            field = parse_item(item, "book")
        except Unclear:
            continue
        assert field.name.isidentifier()
