"""The list of fields in a prompt, cut into items, each read as one field."""

from __future__ import annotations

import re

from apibuilder.generator.recipes.resource.infer import infer
from apibuilder.generator.recipes.resource.model import FieldSpec, Kind
from apibuilder.generator.recipes.resource.nouns import singular
from apibuilder.generator.recipes.words import beyond, stem, word_set, words


class Unclear(Exception):
    """Why a prompt is not understood: a clause that follows "because"."""


_CHOICE_WORD = (
    "priority|status|state|stage|category|type|kind|level|size|difficulty|condition|severity|genre"
    "|gender|format|mood|color|colour"
)
_ITEM = r"(?!and\b|or\b)[a-z0-9][a-z0-9'-]*(?: (?!and\b|or\b)[a-z0-9][a-z0-9'-]*)?"
# `status open, in progress or done`, `priority: low/medium/high`
_CHOICES = re.compile(
    rf"\b(?P<name>(?:{_CHOICE_WORD}))\b"
    r"\s*(?:[:=(]|is|can be|being|as|of)?\s*(?:either |one of )?\(?"
    rf"(?P<list>{_ITEM}(?:\s*,\s*{_ITEM})*\s*,?\s+or\s+{_ITEM}"
    r"|[a-z0-9-]+(?:\s*/\s*[a-z0-9-]+(?: (?!and\b|or\b|plus\b)[a-z0-9-]+)?)+)\)?"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_TYPED = re.compile(r"^(?P<name>[^:]+?)\s*(?::| as (?:an? )?)\s*(?P<type>.+)$")
_SPAN = re.compile(
    r"^(?P<name>.+?)\s+(?P<span>out of \d+|(?:from )?-?\d+\s*(?:-|to|\.\.)\s*-?\d+)$"
)
_LEAD = re.compile(
    r"^(?:(?:a|an|the|its|it's|their|his|her|my|our|some|each|and|also|optionally|with|has|have"
    r"|for each|field|fields?|called|named|new|simple|short|(?:list|array|set) of) )+"
)
_TRAIL = re.compile(r" (?:field|fields|flag|checkbox|column|property|attribute|value)$")
_WHETHER = re.compile(
    r"^(?:whether|if)(?: or not)? (?:(?:it|he|she|they|i|we)(?:'s| is| was| are|'ve| have)? )?"
)
_HOW_MANY = re.compile(r"^how many (\w+).*$")
_HOW_MUCH = re.compile(r"^how much (?:it|they|i) (?:costs?|paid|spent|pay)$")
_OR_NOT = re.compile(r"^(.+?),? or not$")
_WHEN = re.compile(r"^when (?:it|they) (?:is|are|was|were) (\w+)$")
_REQUIREMENT = re.compile(r"^(optional|required|mandatory) ")
NEVER_KEPT = word_set("password passwords secret secrets ssn cvv pin passcode")
_BUILT_IN = re.compile(
    r"(?:and |with |full[- ]text |by )*(?:search|filter|sort|pagi|paging|crud)\w*(?: by \w+)?"
    r"(?: (?:operations?|endpoints?|support|functionality|features?))?"
)
_MOST_WORDS = 4
# Alone, these are as good a name as any: of an account somewhere, or of what somebody else did.
_MAY_BE_KEPT = word_set(
    """
    weather forecast translation voice speech alert suggestion recommendation prediction
    classification detection twitter instagram facebook youtube tiktok spotify telegram whatsapp
    slack discord
    """
)
_IN_ML = re.compile(r" in ml$|\(ml\)$")  # not machine learning
_ORDERS = word_set(
    """
    remove delete rename replace calculate calculates compute computes assign generate generates
    show display count sort filter group validate check upload import export hide
    """
)
_NOT_A_NAME = word_set(
    """
    that which who when where because me my i you us it they them can should will must to all the
    with
    """
)


def field_items(section: str) -> list[str]:
    """Cut at commas, semicolons, `and`, `&` and `plus` outside of brackets.

    Leaves out what every list can.
    """
    canonical = _CHOICES.sub(_in_brackets, section)
    canonical += ")" * (canonical.count("(") - canonical.count(")"))  # one may be forgotten
    items: list[str] = []
    depth, start = 0, 0
    for found in re.finditer(r"[(]|[)]|[,;]\s*(?:and\s+)?|\s+(?:and|plus|&)\s+", canonical):
        match found[0].strip():
            case "(":
                depth += 1
            case ")":
                depth = max(depth - 1, 0)
            case _ if depth == 0:
                items.append(canonical[start : found.start()])
                start = found.end()
            case _:
                pass
    items.append(canonical[start:])
    stripped = [item.strip(" .") for item in items]
    return [item for item in stripped if item and not _BUILT_IN.fullmatch(item)]


def _in_brackets(found: re.Match[str]) -> str:
    choices = re.split(r"\s*,\s*(?:or\s+)?|\s+or\s+|\s*/\s*", found["list"])
    return f"{found['name']} ({', '.join(choice.strip() for choice in choices)})"


def parse_item(item: str, noun: str) -> FieldSpec:
    """The field that an item describes. Raises Unclear."""
    name, notes = _notes(item)
    name = _LEAD.sub("", f"{name} ").strip()
    while found := _REQUIREMENT.match(f"{name} "):
        notes.append(found[1])
        name = name[found.end() :].strip()
    name, kind_note = _spoken(_TRAIL.sub("", name))
    notes += kind_note
    spoken = words(name)
    _refuse(item, spoken)
    field = infer(" ".join(spoken), noun, notes)
    if field is None:
        raise Unclear(f"`{item}` does not read like a field")
    if field.kind is Kind.TEXT and _several(spoken[-1]):
        raise Unclear(
            f"`{item}` sounds like things of their own; recipes keep one kind of thing "
            "(say `list of texts` in brackets if plain texts will do)"
        )
    return field


def _notes(item: str) -> tuple[str, list[str]]:
    """The name, and what is said about it in brackets or after a colon."""
    notes: list[str] = []
    for inside in _BRACKETS.findall(item):
        notes += [note.strip() for note in re.split(r",|/| or |\|", inside) if note.strip()]
        if inside.strip() in {"yes/no", "true/false", "yes or no", "true or false"}:
            notes = [inside.strip()]
    name = _BRACKETS.sub("", item).strip()
    if found := _SPAN.match(name):
        return found["name"], [*notes, found["span"]]
    if found := _TYPED.match(name):
        return found["name"], [*notes, found["type"].strip()]
    return name, notes


def _spoken(name: str) -> tuple[str, list[str]]:
    """Ways to say a field in a clause, as its name and a note of its type."""
    if found := _HOW_MANY.match(name):
        return found[1], ["integer"]
    if _HOW_MUCH.match(name):
        return "price", ["number"]
    if found := _WHEN.match(name):
        return f"{found[1]} date", []
    if found := _OR_NOT.match(name):
        return _WHETHER.sub("", found[1]), ["boolean"]
    if _WHETHER.match(name):
        return _WHETHER.sub("", name).removesuffix(" it").removesuffix(" them"), ["boolean"]
    return name, []


def _refuse(item: str, spoken: list[str]) -> None:
    if not spoken:
        raise Unclear(f"`{item}` does not read like a field")
    if NEVER_KEPT & set(spoken):
        raise Unclear(f"recipes never keep a `{' '.join(spoken)}` in clear text")
    if len(spoken) > 1 and spoken[0] in _ORDERS:
        raise Unclear(f"`{item}` is something to do, not a field")
    too_much = [] if item in _MAY_BE_KEPT else beyond(_IN_ML.sub("", item))
    if too_much:
        raise Unclear(f"`{'`, `'.join(too_much)}` is more than recipes can do")
    if len(spoken) > _MOST_WORDS or _NOT_A_NAME & set(spoken):
        raise Unclear(f"`{item}` does not read like a field")
    if stem(spoken[0]) == "login":
        raise Unclear("recipes have no user accounts; every API has keys already")


def _several(word: str) -> bool:
    return len(word) > 2 and singular(word) != word
