"""What people say when a field should be different, and what is understood of it."""

from __future__ import annotations

import pytest

from apibuilder.generator.edits.apply import apply
from apibuilder.generator.edits.grammar import read
from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.model import FieldSpec, Resource

TODOS = understand(
    "todos with title, notes, due date, done, rating (integer), status (open, closed)"
)


def shown(field: FieldSpec) -> str:
    facts = field.model_dump(exclude_defaults=True)
    return ", ".join(f"{name}={value}" for name, value in facts.items() if name != "kind")


def after(change: str, resource: Resource = TODOS) -> Resource:
    return apply(resource, read(change, resource)).resource


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("add a priority field, integer 1 to 5", "name=priority, minimum=1, maximum=5"),
        ("Please add a priority (integer 1 to 5).", "name=priority, minimum=1, maximum=5"),
        ("add an integer size", "name=size"),
        (
            "add a required priority field from 1 to 5, default 3",
            "name=priority, minimum=1, maximum=5, preset=3",
        ),
        ("rename title to headline", "name=headline, required=True, stored_as=title"),
        ("change the name of title to headline", "name=headline, required=True, stored_as=title"),
        ("make notes required", "name=notes, required=True"),
        ("notes must be mandatory", "name=notes, required=True"),
        ("allow filtering by due date", "name=due_date, filtered=True"),
        ("let people filter todos by title", "name=title, required=True, filtered=True"),
        ("limit title to 80 characters", "name=title, required=True, longest=80"),
        ("title should have at most 80 characters", "name=title, required=True, longest=80"),
        ("the rating must be between 1 and 5", "name=rating, minimum=1, maximum=5"),
        ("rating must be at least 1", "name=rating, minimum=1, maximum=10"),
        (
            "status can also be waiting",
            "name=status, choices=('open', 'closed', 'waiting')",
        ),
        ("status can be done, waiting or open", "name=status, choices=('open', 'done', 'waiting')"),
        ("default title to untitled", "name=title, preset=untitled"),
        ("rating defaults to 5", "name=rating, minimum=0, maximum=10, preset=5"),
    ],
)
def test_one_field_differs_as_it_is_said_and_no_other(change: str, field: str) -> None:
    resource = after(change)
    differing = [one for one in resource.fields if one not in TODOS.fields]
    assert [shown(one) for one in differing] == [field]


def test_several_changes_in_one_sentence() -> None:
    resource = after(
        "rename title to headline, remove done and notes; add tags, then require rating"
    )
    assert [one.name for one in resource.fields] == [
        *("headline", "due_date", "rating", "status", "tags"),
    ]
    assert [one.name for one in resource.retired] == ["done", "notes"]


def test_what_was_removed_comes_back_with_its_values() -> None:
    gone = after("remove notes")
    back = after("add notes", gone)
    assert (back.retired, back.fields[-1].name) == ((), "notes")
    other = after("add notes (integer)", gone)
    assert other.fields[-1].column == "notes_2", "another kind does not meet the old values"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("make it pink", "no change of fields"),
        ("send an email when done", "no change of fields"),
        ("rename foo to bar", "no field `foo`"),
        ("rename title to notes", "`notes` already"),
        ("remove everything", "no field `everything`"),
        ("remove title, notes, due date, rating, status", "nothing left"),
        ("make title optional", "default title to"),
        ("make title required", "required already"),
        ("add a required owner", "required with a default"),
        ("limit rating to 80 characters", "no free text"),
        ("title must be between 1 and 5", "no number"),
        ("rating must be between 5 and 1", "not below"),
        ("rating defaults to lots", "no number"),
        ("status can be waiting or closed", "by default"),
        ("allow filtering by done", "already"),
        ("default title to a\\b", "cannot be"),
        ("add a password", "clear text"),
        ("", "empty"),
    ],
)
def test_what_is_not_understood_is_named(change: str, reason: str) -> None:
    with pytest.raises(Unclear) as refused:
        after(change)
    assert reason in str(refused.value)
