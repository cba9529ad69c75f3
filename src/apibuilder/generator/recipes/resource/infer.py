"""A field from what a person calls it: `due date` holds a date, `price` a number."""

from __future__ import annotations

import keyword
import re

from apibuilder.generator.recipes.resource.model import FieldSpec, Kind
from apibuilder.generator.recipes.words import word_set, words

# Looked up by the last word of a name first, then by the whole of it.
_BY_WORD: tuple[tuple[Kind, frozenset[str]], ...] = (
    (
        Kind.BOOLEAN,
        word_set(
            """done completed complete finished active enabled published archived favorite favourite
            read paid available verified visible sold checked bought watched returned closed urgent
            vaccinated confirmed approved shipped delivered resolved pinned starred hidden public
            private billable recurring vegetarian vegan purchased packed attended flag checkbox
            occupied allowed booked reserved cancelled canceled locked fixed planted harvested"""
        ),
    ),
    (Kind.DATETIME, word_set("datetime timestamp")),
    (
        Kind.DATE,
        word_set("date deadline birthday birthdate dob due expiry expires expiration anniversary"),
    ),
    (Kind.EMAIL, word_set("email mail")),
    (Kind.URL, word_set("url link website site homepage webpage uri")),
    (
        Kind.INTEGER,
        word_set(
            """count quantity qty age stock year pages calories points minutes reps sets
            capacity seats floor rank copies likes views votes servings goals bedrooms
            bathrooms guests stars rooms floors wins losses kcal population"""
        ),
    ),
    (
        Kind.NUMBER,
        word_set(
            """price cost amount total salary balance budget fee weight height width distance
            temperature latitude longitude lat lng lon rate rating score percentage percent discount
            tax area volume speed income expense gpa revenue hours kilometers kilometres miles
            mileage km kg liters litres humidity pressure duration wage spent limit"""
        ),
    ),
    (
        Kind.TAGS,
        word_set(
            """tags labels keywords ingredients categories genres skills languages hobbies allergies
            colors colours topics attendees participants authors aliases symptoms toppings materials
            interests steps features muscles instruments"""
        ),
    ),
    (
        Kind.LONG_TEXT,
        word_set(
            """description notes note text content body comment summary details message bio about
            review feedback instructions remarks abstract lyrics answer address observations"""
        ),
    ),
)
_NAMED = {
    "integer": Kind.INTEGER,
    "int": Kind.INTEGER,
    "whole number": Kind.INTEGER,
    "number": Kind.NUMBER,
    "float": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "bool": Kind.BOOLEAN,
    "yes/no": Kind.BOOLEAN,
    "yes or no": Kind.BOOLEAN,
    "true/false": Kind.BOOLEAN,
    "true or false": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "time": Kind.TIME,
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "long text": Kind.LONG_TEXT,
    "email": Kind.EMAIL,
    "url": Kind.URL,
    "link": Kind.URL,
    "list": Kind.TAGS,
    "list of strings": Kind.TAGS,
    "list of texts": Kind.TAGS,
}
_CHOICES = {"priority": ("low", "medium", "high")}
_CLOCK = word_set("time start end opening closing arrival departure pickup begin finish meeting")
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "year": (0, 9999),
    "rating": (0, 10),
    "stars": (0, 10),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "percentage": (0, 100),
    "percent": (0, 100),
}
_MAY_BE_NEGATIVE = word_set(
    "balance temperature amount value lat lng lon score level floor position"
)
# Names that the generated module, Pydantic's BaseModel or the list's query give a meaning.
_TAKEN = word_set(
    """id created_at updated_at q sort limit offset dt copy json dict schema construct validate
    create update filter store page str int float bool list items total fields register"""
)
_REQUIREMENTS = word_set("optional required mandatory")
_PREPOSITIONS = word_set("per of in for by from at on with")
_UNITS = {
    **dict.fromkeys(word_set("minutes minute min seconds days weeks months years"), Kind.INTEGER),
    **dict.fromkeys(word_set("hours km kg ml l g m cm mm miles meters metres grams"), Kind.NUMBER),
    **dict.fromkeys(word_set("usd eur gbp dollars euros pounds cents percent %"), Kind.NUMBER),
}
_RANGE = re.compile(r"^(?:from )?(-?\d{1,9})\s*(?:-|to|\.\.)\s*(-?\d{1,9})$")
_CHOICE = re.compile(r"^\w[\w .+#&-]{0,39}$", re.ASCII)
_OUT_OF = re.compile(r"^out of (\d{1,9})$")
_LONGEST_NAME = 40


def infer(name: str, noun: str, notes: list[str], *, required: bool = False) -> FieldSpec | None:
    """A field of what is said about it; None if its name is no name.

    `noun` tells it from a name that is taken. `notes` are a type, a range, `optional`, `required`
    or choices, as they stand in brackets.
    """
    spoken = words(name)
    identifier = _identifier(spoken, noun)
    if identifier is None:
        return None
    kind = _kind(spoken)
    minimum, maximum = _bounds(spoken, kind)
    choices = _CHOICES.get("_".join(spoken), ())
    chosen: list[str] = []
    # Alone, `m` is a unit and `text` a type; among others they are choices.
    alone = len([note for note in notes if note not in _REQUIREMENTS and not _span(note)]) == 1
    for note in notes:
        if note in _REQUIREMENTS:
            required = note != "optional"
        elif alone and (note in _NAMED or note in _UNITS):
            kind, choices = _NAMED.get(note) or _UNITS[note], ()
        elif span := _span(note):
            choices = ()
            kind = kind if kind is Kind.NUMBER and "rating" not in spoken else Kind.INTEGER
            minimum, maximum = span
        else:
            chosen.append(note)
    if len(chosen) > 1:
        choices = tuple(dict.fromkeys(chosen))
    if any(not _CHOICE.match(choice) for choice in choices):
        return None
    if choices:
        kind = Kind.CHOICE
    if kind not in {Kind.INTEGER, Kind.NUMBER}:
        minimum = maximum = None
    return FieldSpec(
        name=identifier,
        kind=kind,
        required=required,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
    )


def _identifier(spoken: list[str], noun: str) -> str | None:
    name = "_".join(word.replace("'", "") for word in spoken)
    if not name or not name[0].isalpha() or len(name) > _LONGEST_NAME:
        return None
    if name in _TAKEN or name == noun or keyword.iskeyword(name) or name.startswith("model_"):
        name = f"{noun}_{name}"
    return name[:_LONGEST_NAME]


def _kind(spoken: list[str]) -> Kind:
    if spoken[:2] == ["number", "of"]:
        return Kind.INTEGER
    if spoken[-2:-1] == ["in"] and spoken[-1] in _UNITS:
        return _UNITS[spoken[-1]]
    spoken = _head(spoken)
    return _of_ending(spoken) or _of_word(spoken) or Kind.TEXT


def _head(spoken: list[str]) -> list[str]:
    """`price` of `price per night`, `date` of `date of birth`."""
    inner = enumerate(spoken[:-1])  # `taken at` ends in one
    stop = next((i for i, word in inner if i and word in _PREPOSITIONS), len(spoken))
    return spoken[:stop]


def _of_ending(spoken: list[str]) -> Kind | None:
    """Kinds that show in more than one word."""
    first, last = spoken[0], spoken[-1]
    if len(spoken) == 1:
        return Kind.TIME if last == "time" else None
    if first in {"is", "has", "in", "already"}:
        return Kind.BOOLEAN
    if last == "time" or first in {"opening", "closing"}:
        return Kind.TIME if set(spoken) <= _CLOCK else Kind.TEXT
    if first == "last" and (last.endswith("ed") or last in {"seen", "read"}):
        return Kind.DATE
    return {"at": Kind.DATETIME, "on": Kind.DATE}.get(last)


def _of_word(spoken: list[str]) -> Kind | None:
    """The kind of the last word; in `amount spent` and `pages read` the first one counts."""
    last = _lookup(spoken[-1])
    first = _lookup(spoken[0])
    if first in {Kind.INTEGER, Kind.NUMBER} and last in {Kind.BOOLEAN, None}:
        return first
    if spoken[0] == "email" and last in {Kind.LONG_TEXT, None}:  # `email address`
        return Kind.EMAIL
    return last


def _lookup(word: str) -> Kind | None:
    return next((kind for kind, known in _BY_WORD if word in known), None)


def _bounds(spoken: list[str], kind: Kind) -> tuple[int | None, int | None]:
    known = _BOUNDS.get(spoken[-1])
    if known is not None:
        return known
    if kind in {Kind.INTEGER, Kind.NUMBER} and not _MAY_BE_NEGATIVE & set(spoken):
        return 0, None
    return None, None


def _span(note: str) -> tuple[int, int] | None:
    if found := _OUT_OF.match(note):
        return 0, int(found[1])
    found = _RANGE.match(note)
    if found is None or int(found[1]) >= int(found[2]):
        return None
    return int(found[1]), int(found[2])
