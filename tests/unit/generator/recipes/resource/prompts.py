"""Prompts as people write them, from the files beside this one; and prompts that hypothesis makes.

understood.txt has a prompt, and below it what is understood: the plural, then each field as
`name`, `!` if it is required, `:kind` or its choices unless it is a text, and its range.
refused.txt has a prompt, and below it part of the reason. `\\n` stands for the end of a line.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from apibuilder.generator.recipes.resource.grammar import understand
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.model import FieldSpec, Kind, Resource

_SHORT = {Kind.TEXT: "", Kind.LONG_TEXT: ":long", Kind.TAGS: ":list"}


def read(name: str) -> list[tuple[str, str]]:
    """The pairs of a file."""
    lines = Path(__file__).with_name(name).read_text().splitlines()
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [(prompt.replace("\\n", "\n"), below.strip()) for prompt, below in pairs]


UNDERSTOOD = read("understood.txt")
REFUSED = read("refused.txt")


def shown(resource: Resource) -> str:
    """As in understood.txt."""
    return f"{resource.plural}: {', '.join(map(shown_field, resource.fields))}"


def shown_field(field: FieldSpec) -> str:
    """One field as in understood.txt."""
    kind = _SHORT.get(field.kind, f":{field.kind}")
    if field.choices:
        kind = f":{'|'.join(field.choices)}"
    span = ""
    if (field.minimum, field.maximum) != (None, None):
        span = "..".join("" if end is None else str(end) for end in (field.minimum, field.maximum))
        span = f"({span})"
    return f"{field.name}{'!' if field.required else ''}{kind}{span}"


# --- any prompt --------------------------------------------------------------------


def _listed(text: str) -> list[str]:
    return text.split()


_NOUNS = _listed(
    """
book todo store app item index class order message query path field request import async any
base model annotated email str lambda json literal filter page register temperature reading person
child bus quiz music sheep fox criteria category day key box woman thing series match case type
"""
)
_NAMES = _listed(
    """
title id class store app json created_at order group select table index from to limit sort offset
q due_date done price tags url email priority status start_time recorded_at year rating latitude
notes copy schema model self cls key value date time datetime str int list dict date_from price_min
price_max total items not or is import lambda none true field age dt re os name wanted page type
primary unique default check values where null like glob escape begin commit rowid count max min
sum model_config model_fields dietary_requirements ingredients estimated_delivery_date
"""
)
_NOTES = [
    *("", "", "", " (optional)", " (required)", " (yes/no)", " (1-5)", " (a, b or c)", ": number"),
    *(" (integer)", " as a date", " from 1 to 5", " (x/y)", " (list)", " in euros", " or not"),
]
_ITEM = st.builds(
    lambda words, note: " ".join(words).replace("_", " ") + note,
    st.lists(st.sampled_from(_NAMES), min_size=1, max_size=2),
    st.sampled_from(_NOTES),
)
PROMPTS = st.builds(
    lambda noun, items, comma: f"a list of {' '.join(noun)} with {comma.join(items)}",
    st.lists(st.sampled_from(_NOUNS), min_size=1, max_size=2),
    st.lists(_ITEM, min_size=1, max_size=8),
    st.sampled_from([", ", "; ", " and "]),
)


def _understood(prompt: str) -> Resource | None:
    try:
        return understand(prompt)
    except Unclear:
        return None


@st.composite
def resources(draw: st.DrawFn) -> Resource:
    """What is understood of some prompt."""
    return draw(PROMPTS.map(_understood).filter(lambda one: one is not None))  # type: ignore[return-value]
