"""From a prompt to a Resource: what is kept, and with which fields.

Says what it does not understand instead of guessing: a prompt that asks for more than a collection
would otherwise get an API that looks right and is not.
"""

from __future__ import annotations

import re

from apibuilder.generator.recipes.resource.items import (
    NEVER_KEPT,
    Unclear,
    field_items,
    parse_item,
)
from apibuilder.generator.recipes.resource.lines import on_one_line
from apibuilder.generator.recipes.resource.model import MAX_FIELDS, FieldSpec, Kind, Resource
from apibuilder.generator.recipes.resource.nouns import (
    NATURAL_NAME,
    OTHER_FIELDS,
    SPOKEN,
    USUAL_FIELDS,
    plural,
    singular,
)
from apibuilder.generator.recipes.words import (
    FILLER,
    beyond,
    stem,
    word_set,
    words,
)

# Say that something is kept; also what such collections are called.
_KEEPING = word_set(
    """
    list lists listing track tracks tracking tracker manage manages managing manager
    management store stores storing storage save saves saving keep keeps keeping record
    records recording log logs logging register registry organise organize organises
    organizes organizer organiser maintain maintains catalog catalogue catalogs collect
    collects collection collections inventory directory diary journal planner remember
    remembers handle handles add edit update delete remove view see show read create crud
    hold holds wishlist
    """
)
# A noun that ends in one of these is called a collection: `expense tracker`.
_CALLED = FILLER - word_set("applications") | _KEEPING - word_set("record records")
# Ask for something to be done, not kept: as the first word, or as what all of it is called.
_DO = word_set(
    """
    calculate calculates compute computes convert converts verify verifies validate validates check
    checks estimate estimates compare compares analyse analyses analyze analyzes approve approves
    match matches generate generates find finds count counts parse parses extract extracts decide
    """
)
_DONE = word_set(
    """
    verification validation approval calculation conversion estimation comparison analysis
    calculator converter generator checker validator verifier parser finder matcher analyzer
    """
)
_FIELDS_BEGIN = re.compile(
    r"""\s*(?:
        \(\s*(?:with\s+)?|:\s*|\s-\s
      | ,?\s*\b(?:and\s+)?(?:each|every)\s+(?:\w+\s+)?(?:of\s+(?:them|which)\s+)?
          (?:has|have|with|having|should\s+have|needs)\b
      | ,?\s*\b(?<!\bi\s)(?<!\bwe\s)(?:(?:that|which|who|they|it)\s+)?(?:should\s+)?
          (?:has|have|having|contains?|containing|includes?|including)\b
      | ,?\s*\b(?:with\b|w/(?!o)) | ,?\s*\bconsisting\s+of\b | ,?\s*\bfields?\s+(?:are\b)?
    )\s*(?:the\s+)?(?:(?:following\s+)?(?:fields?|properties|attributes|columns)\b\s*:?)?\s*""",
    re.VERBOSE,
)
_SENTENCE = re.compile(r"[.!?]+(?:\s+|$)")
_TAIL = word_set(
    """
    for in at from on by about using during so because when where that which i we you
    """
)
_CLAUSE = word_set("that which so because when where who and")
# What people say of every such collection, and to whoever makes it.
_SAID_BESIDES = word_set(
    """
    user users people everyone anyone person customer customers developer developers frontend
    mobile site page pages thanks thank hello hi hey ok sorry search searching searchable sort
    sorting sortable filter filtering filterable pagination paginate paging find look see mark
    change changes data persist persists persisted persistent permanently id ids unique operation
    operations action actions standard usual typical proper documented documentation docs swagger
    openapi validate validation errors error handling codes code work works working business
    company family friends team home house hobby project school class club work myself ourselves
    entry entries item items object objects one model called named need important required
    optional possible marked fine enough nothing else more
    """
)
_BUILT_IN = re.compile(
    r"\b(?:full[- ]text |with )*(?:search|filtering|sorting|pagination|paging)\b"
)
_ING = word_set("booking planning scheduling rating reviewing monitoring sharing posting")
_MOST_NOUN_WORDS = 3
_MOST_TAIL_WORDS = 6


def understand(prompt: str) -> Resource:
    """The Resource that a prompt describes. Raises Unclear."""
    text = on_one_line(prompt)
    subject, section, rest = _divide(text)
    noun, kept = _noun(subject)
    _refuse_rest(rest, {stem(word) for word in (*noun, *words(section))})
    items = [item for item in field_items(section) if item]
    if not (items or kept or (len(noun) == 1 and noun[0] in USUAL_FIELDS)):
        raise Unclear("it does not say what to keep and with which fields")
    usual = items or field_items(USUAL_FIELDS.get(noun[-1], OTHER_FIELDS))
    name = "_".join(noun)
    fields = [parse_item(item, name) for item in usual]
    return _resource(noun, _with_name(fields, noun[-1], name))


# --- the parts of a prompt ---------------------------------------------------------


def _divide(text: str) -> tuple[str, str, str]:
    """What is kept, its fields, and all that is said besides."""
    sentences = [part.strip(" ,") for part in _SENTENCE.split(text) if part.strip(" ,")]
    if not sentences:
        raise Unclear("it is empty")
    for index, sentence in enumerate(sentences):
        if found := _FIELDS_BEGIN.search(sentence):
            before, section = sentence[: found.start()], sentence[found.end() :]
            if found[0].lstrip().startswith("("):
                section = section.removesuffix(")")
            others = [one for number, one in enumerate(sentences) if number != index]
            if not words(_without_filler(before)) and others:
                before, others = others[0], others[1:]
            return before, section, " ".join(others)
    return sentences[0], "", " ".join(sentences[1:])


def _without_filler(text: str) -> str:
    return " ".join(word for word in words(text) if word not in FILLER | _KEEPING)


def _noun(subject: str) -> tuple[list[str], bool]:
    """The words of one thing that is kept, and whether the subject says that it is kept."""
    if found := beyond(subject):
        raise Unclear(_too_much(found))
    for spoken, plain in SPOKEN.items():
        subject = re.sub(rf"\b{spoken}\b" if spoken[-1] != ")" else rf"\b{spoken}", plain, subject)
    said = words(_BUILT_IN.sub("", subject))
    kept = any(word in _KEEPING for word in said)
    start = next((i for i, word in enumerate(said) if word not in FILLER | _KEEPING), len(said))
    noun, tail = _cut(said[start:])
    noun = _trimmed(noun) or (["items"] if "inventory" in said else [])
    if not noun:
        raise Unclear("it does not name what to keep")
    if noun[0] in _DO or (noun[-1] in _DONE and not kept):
        raise Unclear(f"`{' '.join(noun)}` is more than keeping a list")
    if noun[-1] in NEVER_KEPT:
        raise Unclear(f"recipes never keep {' '.join(noun)} in clear text")
    if "and" in said[start:]:
        raise Unclear("it names several kinds of things; recipes keep one kind at a time")
    if len(noun) > _MOST_NOUN_WORDS or any(not word.isalpha() for word in noun):
        raise Unclear("what to keep is not one plain noun")
    _refuse_tail(tail)
    if noun[-1].endswith("ing") and said[-1] in _KEEPING:
        noun.append("entry")  # a running log has no runnings
    return [*noun[:-1], singular(noun[-1])], kept


def _trimmed(noun: list[str]) -> list[str]:
    """Without what the collection is called, and what is done with it."""
    while noun and noun[-1] in _CALLED:
        noun = noun[:-1]
    return noun[1:] if len(noun) > 1 and noun[0] in _ING else noun


def _cut(said: list[str]) -> tuple[list[str], list[str]]:
    """The noun, and what follows it: `for my shop`."""
    stop = next((i for i, word in enumerate(said) if i and word in _TAIL), len(said))
    return said[:stop], said[stop:]


def _refuse_tail(tail: list[str]) -> None:
    begin = next((i for i, word in enumerate(tail) if word in _CLAUSE), len(tail))
    meaning = [word for word in tail[begin:] if word not in FILLER | _KEEPING]
    if len(tail) > _MOST_TAIL_WORDS or meaning:
        raise Unclear(f"`{' '.join(tail)}` is more than keeping a list")


def _refuse_rest(rest: str, known: set[str]) -> None:
    """Other sentences may only say the same again."""
    if found := beyond(rest):
        raise Unclear(_too_much(found))
    harmless = FILLER | _KEEPING | _SAID_BESIDES
    unknown = [word for word in words(rest) if word not in harmless and stem(word) not in known]
    if unknown:
        raise Unclear(f"`{' '.join(unknown[:6])}` is more than keeping a list")


def _too_much(found: list[str]) -> str:
    return f"`{'`, `'.join(dict.fromkeys(found))}` is more than recipes can do"


# --- the Resource ------------------------------------------------------------------


def _with_name(asked: list[FieldSpec], noun: str, name: str) -> list[FieldSpec]:
    """Fields without repetition, one of them required, and the thing's own name among them."""
    fields = list({field.name: field for field in asked}.values())
    natural = NATURAL_NAME.get(noun)
    identity = next((f for f in fields if f.name in _IDENTITY), None)
    if not any(field.required for field in fields):
        first = identity or next((f for f in fields if f.kind in _CAN_BE_FIRST), None)
        fields = [f.model_copy(update={"required": f == first}) for f in fields]
    if identity is None and natural is not None:
        # It was not asked for, so nobody has to send it.
        fields.insert(0, parse_item(natural, name))
    return fields


_IDENTITY = word_set("title name first_name full_name")
_CAN_BE_FIRST = frozenset(Kind) - {Kind.BOOLEAN, Kind.TAGS}


def _resource(noun: list[str], fields: list[FieldSpec]) -> Resource:
    if len(fields) > MAX_FIELDS:
        raise Unclear(f"{len(fields)} fields are more than {MAX_FIELDS}")
    name = "_".join(noun)
    many = "_".join([*noun[:-1], plural(noun[-1])])
    if len(many) > 40:
        raise Unclear("the name of what to keep is too long")
    return Resource(singular=name, plural=many, fields=tuple(fields))
