"""From a sentence to Wishes: what people say when a field should be different.

Each part of the sentence must be understood whole; what is not is named, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from apibuilder.generator.edits.additions import additions
from apibuilder.generator.edits.wishes import (
    Between,
    Choose,
    Constant,
    Filter,
    Longest,
    MakeOptional,
    Preset,
    Remove,
    Rename,
    Require,
    Wish,
)
from apibuilder.generator.recipes.resource.items import Unclear, parse_item
from apibuilder.generator.recipes.resource.lines import on_one_line
from apibuilder.generator.recipes.resource.model import Resource
from apibuilder.generator.recipes.words import words

_VERBS = (
    "add|include|track|record|store|save|keep|rename|call|remove|delete|drop|make|require|allow"
    "|limit|restrict|let|set|filter|change|cap"
)
_POLITE = re.compile(
    r"^(?:(?:please|also|now|then|and|can you|could you|would you|i want to|i want you to"
    r"|we need to|i'd like to|i would like to|let's|just)\b[ ,]*)+"
)
_PARTS = re.compile(rf"\s*(?:;|\. |,? then |,? and (?=(?:{_VERBS})\b)|, (?=(?:{_VERBS})\b))\s*")
_LISTED = re.compile(r"\s*,\s*(?:and |or )?|\s+(?:and|or)\s+")
_PIECES = {
    "F": r"(?:the |a |an |its |each |every )*(?:fields? |property |column |values? of )?"
    r"[`'\"]?(?P<name>[a-z][\w' -]*?)[`'\"]?(?: fields?| property| columns?)?",
    "FS": r"(?:the |a |an |its |each |every )*(?:fields? |property |columns? |values? of )?"
    r"(?P<name>[a-z][\w', -]*?)(?: fields?| property| columns?)?",
    "V": r"[`'\"]?(?P<value>[^`'\"]+?)[`'\"]?",
    "N": r"(?P<n>\d{1,7})",
    "SIZE": r"(?:characters?|chars?|letters?|symbols?)(?: long)?",
    "MUST": r"(?:should|must|may|can|has to|needs to)",
}


def _patterns(*texts: str) -> tuple[re.Pattern[str], ...]:
    """Whole sentences, with <F> for a field, <V> for a value and <N> for a number."""
    return tuple(
        re.compile(f"^{re.sub('<([A-Z]+)>', lambda piece: _PIECES[piece[1]], text)}$")
        for text in texts
    )


_RENAME = _patterns(
    r"(?:rename|call|change(?: the name of)?) <F> (?:to|into|as) (?:be called )?"
    r"[`'\"]?(?P<to>[a-z][\w ]*?)[`'\"]?(?: instead)?",
)
_REMOVE = _patterns(r"(?:remove|delete|drop|get rid of) <FS>")
_FILL = (
    r"(?:,? (?:with|using|and)?(?: a| the)? ?(?:default|fill)(?: value)?(?: of| to| with|:)? <V>)?"
)
_REQUIRED = _patterns(
    rf"make <F> (?:required|mandatory|compulsory){_FILL}",
    rf"require <F>{_FILL}",
    rf"<F> <MUST> be (?:required|mandatory|sent){_FILL}",
)
_OPTIONAL = _patterns(
    "make <F> (?:optional|not required)", "<F> <MUST> be (?:optional|left out|omitted)"
)
_FILTER = _patterns(
    r"(?:allow|enable|support|add|let (?:me|us|people|users|callers))?(?: a| to)? ?"
    r"(?:filter(?:ing|s)?|look(?:ing)? up)(?: the list| lists| them)? (?:by|on|for) <FS>",
    "make <FS> filterable",
)
_LONGEST = _patterns(
    r"(?:limit|restrict|cap|shorten|set) <F>(?: length)? (?:to|at)(?: at most| a maximum of)? "
    r"<N> <SIZE>",
    r"<F> <MUST> (?:be|have) (?:at most|no more than|up to|no longer than|max(?:imum)?) <N> <SIZE>",
    r"allow (?:up to |at most )?<N> <SIZE> (?:in|for) <F>",
)
_BETWEEN = _patterns(
    r"(?:limit|restrict|make|set|let)? ?<F> (?:should |must |may )?(?:be |go )?(?:to |to be )?"
    r"(?:between|from|range from)? ?(?P<low>-?\d{1,9}) ?(?:to|and|-|\.\.) ?(?P<high>-?\d{1,9})",
)
_AT = _patterns(
    r"<F> <MUST> be (?P<side>at least|at most|no more than|no less than) (?P<n>-?\d{1,9})",
    r"<F> <MUST> (?P<side>not be negative)(?P<n>)",
)
_CHOICES = _patterns(
    r"<F> (?:<MUST>|is)(?: only)?(?: be)?:? (?:either |one of |only )?:? ?(?P<list>.+ or .+)",
)
_ONE_MORE = _patterns(
    r"(?:allow|add) (?:the |a )?(?:value |option |choice )?<V> (?:as|to|for|in) "
    r"(?:an? |the )?(?:options? |choices? |values? )?(?:of |for |in )?<F>",
    "<F> (?:can|may) also be <V>",
)
_PRESET = _patterns(
    "(?:set )?(?:the )?default (?:value )?(?:of |for )?<F> (?:to|is|should be|as) <V>",
    "<F> (?:should )?defaults? (?:to|is) <V>",
)
_SAFE = re.compile(r"^\w[\w .+#&-]{0,39}$", re.ASCII)


def read(change: str, resource: Resource) -> list[Wish]:
    """What a change asks for. Raises Unclear."""
    text = on_one_line(change).strip().rstrip(".!? ")
    parts = [_POLITE.sub("", part.strip()) for part in _PARTS.split(text)]
    wishes = [wish for part in parts if part for wish in _read_part(part, resource)]
    if not wishes:
        raise Unclear("it is empty")
    return wishes


def _read_part(part: str, resource: Resource) -> list[Wish]:
    things = f"{resource.plural}|{resource.singular}".replace("_", " ")
    part = re.sub(
        rf" (?:of|for|on|in|from) (?:(?:the|each|every|all|my|of) )*(?:{things})$", "", part
    )
    for reader in _READERS:
        if found := list(reader(part, resource)):
            return found
    return list(additions(part, resource))


# --- readers: nothing, if the part says something else ----------------------------------


def _match(patterns: tuple[re.Pattern[str], ...], part: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.match(part))), None)


def _rename(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_RENAME, part):
        name = field_name(found["name"], resource)
        to = parse_item(" ".join(words(found["to"].replace("_", " "))), resource.singular).name
        yield Rename(name, to)


def _remove(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_REMOVE, part):
        for name in _LISTED.split(found["name"]):
            yield Remove(field_name(name, resource))


def _require(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_REQUIRED, part):
        fill = None if found["value"] is None else constant(found["value"])
        yield Require(field_name(found["name"], resource), fill)


def _optional(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_OPTIONAL, part):
        yield MakeOptional(field_name(found["name"], resource))


def _filter(part: str, resource: Resource) -> Iterator[Wish]:
    things = resource.plural.replace("_", " ")
    part = re.sub(rf"^((?:.+ )?filter(?:ing)?) (?:the )?{things} ", r"\1 ", part)
    if found := _match(_FILTER, part):
        for name in _LISTED.split(found["name"]):
            yield Filter(field_name(name, resource))


def _longest(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_LONGEST, part):
        yield Longest(field_name(found["name"], resource), int(found["n"]))


def _between(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_BETWEEN, part):
        name = field_name(found["name"], resource)
        yield Between(name, int(found["low"]), int(found["high"]))
    elif found := _match(_AT, part):
        name, number = field_name(found["name"], resource), int(found["n"] or 0)
        least = found["side"] in {"at least", "no less than", "not be negative"}
        yield Between(name, number if least else None, None if least else number)


def _choices(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_ONE_MORE, part):
        # `add a price to the book` reads alike, and means no value.
        if (name := _find(found["name"], resource)) is not None:
            yield Choose(name, (_choice(found["value"]),), besides=True)
    elif found := _match(_CHOICES, part):
        choices = tuple(dict.fromkeys(_choice(one) for one in _LISTED.split(found["list"]) if one))
        yield Choose(field_name(found["name"], resource), choices)


def _preset(part: str, resource: Resource) -> Iterator[Wish]:
    if found := _match(_PRESET, part):
        yield Preset(field_name(found["name"], resource), constant(found["value"]))


_READERS: tuple[Callable[[str, Resource], Iterator[Wish]], ...] = (
    *(_rename, _require, _optional, _filter, _longest, _preset, _choices, _between, _remove),
)


# --- names and values -----------------------------------------------------------------


def field_name(spoken: str, resource: Resource) -> str:
    """The field that is meant. Raises Unclear."""
    name = _find(spoken, resource)
    if name is None:
        known = ", ".join(field.words for field in resource.fields)
        raise Unclear(f"there is no field `{spoken.strip()}`; there are {known}")
    return name


def _find(spoken: str, resource: Resource) -> str | None:
    said = "_".join(words(spoken.replace("_", " ")))
    names = {field.name for field in resource.fields}
    return next((n for n in (said, f"{resource.singular}_{said}") if n in names), None)


def _choice(text: str) -> str:
    plain = text.strip(" '\"`")
    if not _SAFE.match(plain):
        raise Unclear(f"`{plain}` cannot be one of a field's values")
    return plain


def constant(text: str) -> Constant:
    """A value as it is written. Raises Unclear."""
    plain = text.strip(" '\"`")
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return _choice(plain)
