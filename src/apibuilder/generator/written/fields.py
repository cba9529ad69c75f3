"""Fields as people and models write them: `title string, copies integer >= 1, size S|M|L optional`,
or as the JSON of an example: `{"value": number, "from": "C" | "F"}`."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator

from pydantic import JsonValue

from apibuilder.generator.plan import PlanField

_TYPES = {
    **dict.fromkeys(("str", "string", "text", "char", "uuid", "url", "any"), "string"),
    **dict.fromkeys(("int", "integer", "count", "id", "timestamp"), "integer"),
    **dict.fromkeys(("float", "number", "decimal", "double", "numeric", "num"), "number"),
    **dict.fromkeys(("bool", "boolean", "true", "false", "flag"), "boolean"),
    **dict.fromkeys(("datetime", "date-time"), "datetime"),
    **dict.fromkeys(("object", "dict", "map", "json"), "object"),
    **dict.fromkeys(("array", "list"), "list"),
    "date": "date",
    "email": "email",
}
_NUMBERS = ("integer", "number")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ITEM = re.compile(
    r"""^\W*["'`]?(?P<name>[A-Za-z_][\w-]*)["'`]?\??(?P<mark>\?)?\s*[:=(\s]?\s*(?P<rest>.*)$""",
    re.S,
)
_LIST_OF = re.compile(r"\b(?:list|array|lists|arrays) of (\w+)|\[\s*\"?(\w+)\"?|\b(\w+)\[\]")
_BOUNDS = (
    (
        re.compile(r">=\s*(-?\d+(?:\.\d+)?)|\b(?:at least|min(?:imum)?|from)\s*:?\s*(-?\d+)"),
        "minimum",
        0,
    ),
    (re.compile(r">\s*(-?\d+(?:\.\d+)?)|\b(?:more|greater) than (-?\d+)"), "minimum", 1),
    (
        re.compile(r"<=\s*(-?\d+(?:\.\d+)?)|\b(?:at most|max(?:imum)?|up to)\s*:?\s*(-?\d+)"),
        "maximum",
        0,
    ),
    (re.compile(r"<\s*(-?\d+(?:\.\d+)?)|\b(?:less|smaller) than (-?\d+)"), "maximum", -1),
    (re.compile(r"\b(-?\d+)\s*(?:-|\u2013|to)\s*\d+\b"), "minimum", 0),
    (re.compile(r"\b-?\d+\s*(?:-|\u2013|to)\s*(\d+)\b"), "maximum", 0),
)
_AND = re.compile(r",? and (?=[a-z_]+\b)(?![^(\[{]*[)\]}])")
_OPTIONAL = re.compile(r"\b(optional|optionally|nullable|default|defaults|null|none)\b", re.I)
_DEFAULT = re.compile(r"\bdefaults?\s*(?:to|is|=|:)?\s*(\"[^\"]*\"|'[^']*'|[\w.+-]+)", re.I)
_CHOICES = re.compile(r"""["']?[\w+.-]+["']?(?:\s*(?:\||/)\s*["']?[\w+.-]+["']?)+""")
_ONE_OF = re.compile(r"\bone of:? ((?:[\"']?[\w+.-]+[\"']?(?:, (?:or )?|/| or )?)+)", re.I)
_BY_NAME = (
    (re.compile(r"(^|_)(is|has)_|^(done|active|completed|available|enabled|paid|public|valid|found)$"), "boolean"),  # noqa: E501
    (re.compile(r"(^|_)(price|amount|total|cost|rate|weight|height|balance|average|mean|score|value|"
                r"celsius|fahrenheit|kelvin|percent|percentage|tax|tip|lat|lon|latitude|longitude)$"), "number"),  # noqa: E501
    (re.compile(r"(^|_)(id|age|count|quantity|qty|stock|copies|year|pages|size|limit|offset|n|"
                r"number|length|words|characters|points|seconds|minutes|hours|days|seats|duration)$"), "integer"),  # noqa: E501
    (re.compile(r"(^|_)email$"), "email"),
    (re.compile(r"^(tags|words|items|lines|values|numbers|names|options|results)$"), "list"),
)  # fmt: skip


def type_by_name(name: str) -> str:
    """What a field most likely holds if nobody says it."""
    for pattern, kind in _BY_NAME:
        if pattern.search(name.lower()):
            return kind
    return "string"


def parse_fields(text: str) -> list[PlanField]:
    """Fields of a comma-separated text; what is no field is left out."""
    text = text.strip()
    is_json = text.startswith("{")
    text = text.removeprefix("{").removesuffix("}")
    found: dict[str, PlanField] = {}
    items = list(split(text if is_json else _AND.sub(", ", text), ",;\n"))
    if is_json and any(":" in item for item in items):
        items = [item for item in items if ":" in item]  # the rest are remarks
    for item in items:
        field = parse_field(item)
        if field is not None and field.name not in found:
            found[field.name] = field
    return list(found.values())


def parse_field(item: str) -> PlanField | None:
    """One field, if the text begins with a name."""
    match = _ITEM.match(item.strip())
    if match is None:
        return None
    name, rest = match["name"], match["rest"].strip().strip(")").strip()
    name = re.sub(r"\W", "_", name)
    if keyword.iskeyword(name) and name not in {"from", "in", "is", "class", "pass", "global"}:
        return None
    if rest.startswith("and "):
        return None
    kind = _type_of_value(rest) or type_of(rest) or type_by_name(name)
    if kind == "integer" and rest.lstrip("-").isdigit() and type_by_name(name) != "integer":
        kind = "number"  # an example of one may have no fraction by chance
    if type_of(rest) is None and _choices(rest, "string"):
        kind = "string"
    field = PlanField(
        name=name,
        type=kind,
        required=not (
            match["mark"] or "?" in item.split(":", maxsplit=1)[0] or _OPTIONAL.search(rest)
        ),
        choices=_choices(rest, kind),
        description=rest if " " in rest else "",
    )
    if default := _DEFAULT.search(rest):
        field.default, field.required = _value(default[1]), False
    _bound(field, rest)
    return field


def type_of(text: str) -> str | None:
    """The type that a text begins with or names."""
    listed = _LIST_OF.search(text)
    if listed is not None:
        inner = _TYPES.get((listed[1] or listed[2] or listed[3]).lower().rstrip("s"), "")
        return f"list of {inner}s" if inner and inner != "list" else "list"
    for word in re.findall(r"[A-Za-z-]+", text):
        if word.lower() in _TYPES:
            return _TYPES[word.lower()]
    return _type_of_value(text)


def _type_of_value(text: str) -> str | None:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None
    return type_of_value(value)


def type_of_value(value: JsonValue) -> str | None:  # noqa: PLR0911
    """The type of an example."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            inner = type_of_value(value[0]) if value else None
            return f"list of {inner}s" if inner and inner != "list" else "list"
        case dict():
            return "object"
        case None:
            return None


def _choices(text: str, kind: str) -> list[str]:
    if kind not in {"string"}:
        return []
    for pattern in (_ONE_OF, _CHOICES):
        match = pattern.search(text)
        if match is not None:
            whole = match[1] if pattern is _ONE_OF else match[0]
            words = re.split(r"\s*(?:\||/|,| or )\s*", whole)
            cut = [word.strip("\"' ").removeprefix("or ") for word in words]
            cut = [word for word in cut if word]
            if len(cut) > 1 and not {word.lower() for word in cut} & _TYPES.keys():
                return cut
    return []


def _bound(field: PlanField, text: str) -> None:
    if field.type.startswith("list") or field.choices:
        return
    for pattern, name, step in _BOUNDS:
        match = pattern.search(text)
        if match is None or getattr(field, name) is not None:
            continue
        value = float(next(part for part in match.groups() if part is not None))
        if step and field.type == "number":
            continue  # just above a bound is for the function to say
        setattr(field, name, value + step)
    if "positive" in text and field.type in _NUMBERS and field.minimum is None:
        field.minimum = 1 if field.type == "integer" else None
    if (
        re.search(r"non-?empty|not empty|cannot be empty|not be empty", text)
        and field.type == "string"
    ):
        field.minimum = 1


def _value(text: str) -> JsonValue:
    try:
        return json.loads(text.lower() if text in {"True", "False"} else text)
    except ValueError:
        return text.strip("\"'")


def split(text: str, at: str) -> Iterator[str]:
    """Parts of a text, cut where no bracket is open."""
    depth, begin, quoted = 0, 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter in at and depth == 0:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]
