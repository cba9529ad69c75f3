"""infer: kinds by name, and names that mean something else elsewhere."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apibuilder.generator.recipes.resource.infer import infer
from tests.unit.generator.recipes.resource.prompts import shown_field

KINDS = {
    "": "title name phone number grade status location sku isbn capital cooking_time time_zone",
    ":long": "description notes body address review short_description home_address",
    ":email": "email contact_email email_address work_mail",
    ":url": "url website image_url link profile_link",
    ":integer(0..)": "quantity stock pages age number_of_rooms pages_read population calories",
    ":integer": "floor",
    ":number(0..)": "price cost weight price_per_night tax_rate hours_played distance",
    ":number": "amount amount_paid balance temperature value_in_usd",
    ":boolean": "done is_active has_wifi in_stock already_read available_on_weekends pets_allowed",
    ":date": "date due_date date_of_birth birthday deadline lent_on last_watered expires_on",
    ":time": "time start_time departure_time opening_time closing_time",
    ":datetime": "recorded_at created_at taken_at timestamp datetime",
    ":list": "tags ingredients skills key_features categories",
    ":integer(0..9999)": "year release_year",
    ":number(0..10)": "rating",
    ":number(-90..90)": "latitude",
    ":number(-180..180)": "longitude",
    ":number(0..100)": "percentage",
    ":low|medium|high": "priority",
}  # fmt: skip
BY_NAME = [(name, kind) for kind, names in KINDS.items() for name in names.split()]


@pytest.mark.parametrize(("name", "kind"), BY_NAME)
def test_the_kind_is_in_the_name(name: str, kind: str) -> None:
    field = infer(name.replace("_", " "), "thing", [])
    assert field is not None
    assert shown_field(field).removeprefix("thing_") == f"{name}{kind}"


@pytest.mark.parametrize(
    "name",
    [
        *("id", "created at", "updated at", "q", "sort", "limit", "offset", "dt", "copy", "json"),
        *("dict", "schema", "construct", "validate", "create", "update", "filter", "store"),
        *("page", "str", "int", "float", "bool", "list", "items", "total", "fields", "register"),
        *("model config", "class", "from", "import", "is", "not", "lambda", "book"),
    ],
)
def test_names_that_mean_something_elsewhere_get_the_noun(name: str) -> None:
    field = infer(name, "book", [])
    assert field is not None
    assert field.name == f"book_{name.replace(' ', '_')}"


def test_the_last_note_about_the_type_counts() -> None:
    notes = {
        "integer": "x:integer",
        "boolean": "x:boolean",
        "required": "x!",
        "1-5": "x:integer(1..5)",
    }
    for note, shown in notes.items():
        field = infer("x", "book", [note])
        assert field is not None
        assert shown_field(field) == shown
    field = infer("priority", "book", ["text"])
    assert field is not None
    assert shown_field(field) == "priority"


@given(
    st.lists(st.text("abcxyz019'", min_size=1, max_size=12), min_size=1, max_size=4),
    st.text("abcdefghij", min_size=1, max_size=20),
)
def test_any_name_is_a_safe_one_or_none(spoken: list[str], noun: str) -> None:
    field = infer(" ".join(spoken), noun, [])
    if field is not None:
        assert field.name.isidentifier()
        assert field.name.isascii()
        assert not keyword.iskeyword(field.name)
        assert len(field.name) <= 40
        assert field.name != noun
