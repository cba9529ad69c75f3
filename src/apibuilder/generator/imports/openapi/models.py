"""JSON Schemas as Pydantic models: what a schema says, as far as a type can say it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import Field, JsonValue, PydanticUserError, TypeAdapter
from pydantic_core import SchemaError

from apibuilder.generator.imports.base import class_name, identifier, python, text_of
from apibuilder.generator.imports.openapi.document import Document, Json, mapping, sequence

_MOST_DEPTH = 12
_MOST_CLASSES = 300
_LIMITS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "minItems": "min_length",
    "maxItems": "max_length",
}
_FORMATS = {"date": "dt.date", "date-time": "dt.datetime", "time": "dt.time", "uuid": "UUID"}
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_LARGEST = 1_000_000_000_000_000_000
# Names of the module and of BaseModel that a member cannot have.
_TAKEN = frozenset(
    {"copy", "json", "dict", "schema", "construct", "validate", "dt", "str", "int", "float"}
    | {"bool", "list", "fields", "register"}
)
_CLASSES = frozenset(
    {"Any", "BaseModel", "ConfigDict", "Field", "Path", "Query", "Request", "Store", "Literal"}
    | {"UUID", "FastAPI", "Annotated", "Documents", "Message", "Depends", "AsyncGenerator"}
    | {"HTTPException", "JSONResponse", "Response", "None", "True", "False", "Body"}
)


class Models:
    """Writes classes as they are asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_reference: dict[str, str] = {}
        self.classes: dict[str, str] = {}  # name -> source
        self.notes: dict[str, None] = {}

    def type_of(self, schema: Any, hint: str, depth: int = 0) -> str:
        """Python of the type; classes that it needs are written on the way."""
        schema = mapping(schema)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._referred(reference, depth)
        if depth > _MOST_DEPTH:
            return "Any"
        if "allOf" in schema:
            schema = self.merged(schema)
        if "const" in schema or "enum" in schema:
            return _literal(schema)
        variants = sequence(schema.get("anyOf")) or sequence(schema.get("oneOf"))
        if variants:
            kinds = [
                self.type_of(one, f"{hint}{n}", depth + 1) for n, one in enumerate(variants, 1)
            ]
            return _union(kinds, nullable=bool(schema.get("nullable")))
        return self._plain(schema, hint, depth)

    def _plain(self, schema: Json, hint: str, depth: int) -> str:
        kinds: Any = schema.get("type")
        listed = [str(one) for one in sequence(kinds)] or ([str(kinds)] if kinds else [])
        if not listed and "properties" in schema:
            listed = ["object"]
        if not listed:
            return "Any"
        found = [self._one(kind, schema, hint, depth) for kind in listed]
        return _union(found, nullable=bool(schema.get("nullable")))

    def _one(self, kind: str, schema: Json, hint: str, depth: int) -> str:
        match kind:
            case "object" if mapping(schema.get("properties")):
                return self._class(schema, hint, depth)
            case "object":
                inner = schema.get("additionalProperties")
                value = self.type_of(inner, f"{hint}Value", depth + 1) if inner else "Any"
                return f"dict[str, {value}]"
            case "array":
                return f"list[{self.type_of(schema.get('items'), f'{hint}Item', depth + 1)}]"
            case "string":
                return _FORMATS.get(str(schema.get("format")), "str")
            case _:
                return _PLAIN.get(kind, "Any")

    def _referred(self, reference: str, depth: int) -> str:
        if reference in self._by_reference:
            return self._by_reference[reference]
        schema = self._document.resolved({"$ref": reference})
        if not schema:
            self.notes[
                f"`{text_of(reference, 80)}` is not in the document; anything goes there."
            ] = None
            return "Any"
        if "allOf" in schema:
            schema = self.merged(schema)
        if not mapping(schema.get("properties")):
            self._by_reference[reference] = "Any"  # while it is being read: it may hold itself
            self._by_reference[reference] = self.type_of(schema, _last(reference), depth + 1)
            return self._by_reference[reference]
        name = class_name(_last(reference), {*self.classes, *_CLASSES})
        self._by_reference[reference] = name
        return self._class(schema, name, depth, name)

    def merged(self, schema: Json, depth: int = 0) -> Json:
        """An object with the members of all that `allOf` names."""
        whole: Json = {name: value for name, value in schema.items() if name != "allOf"}
        properties, required = (
            dict(mapping(whole.get("properties"))),
            list(sequence(whole.get("required"))),
        )
        for part in sequence(schema.get("allOf")):
            one = self._document.resolved(part)
            if "allOf" in one and depth < _MOST_DEPTH:
                one = self.merged(one, depth + 1)
            properties = {**mapping(one.get("properties")), **properties}
            required += sequence(one.get("required"))
            whole = {**one, **whole}
            whole.pop("allOf", None)
        if properties:
            whole |= {"type": "object", "properties": properties, "required": required}
        return whole

    def _class(self, schema: Json, hint: str, depth: int, name: str | None = None) -> str:
        if len(self.classes) >= _MOST_CLASSES:
            return "dict[str, Any]"
        name = name or class_name(hint, {*self.classes, *_CLASSES})
        self.classes[name] = ""  # its name is taken while its members are read
        taken: set[str] = set(_TAKEN)
        lines: list[str] = []
        needed = {str(one) for one in sequence(schema.get("required"))}
        for wire, member in mapping(schema.get("properties")).items():
            python_name = identifier(wire, taken)
            if python_name.startswith("model_"):
                python_name = f"the_{python_name}"
            taken.add(python_name)
            lines.append(self._member(name, wire, python_name, member, wire in needed, depth))
        said = text_of(schema.get("description") or schema.get("title") or name, 200)
        doc = said.replace("\\", "/").replace('"', "'")
        body = "\n".join(f"    {line}" for line in lines)
        config = "model_config = ConfigDict(populate_by_name=True)"
        self.classes[name] = f'class {name}(BaseModel):\n    """{doc}"""\n\n    {config}\n{body}\n'
        return name

    def _member(
        self,
        owner: str,
        wire: str,
        name: str,
        schema: Any,
        needed: bool,
        depth: int,
    ) -> str:
        plain = self._document.resolved(schema)
        kind = self.type_of(schema, f"{owner}{class_name(wire)}", depth + 1)
        needed = needed and not plain.get("readOnly")
        facts: list[str] = []
        default = plain.get("default")
        if not needed:
            fits = default is not None and _fits(plain, default)
            facts.append(python(default) if fits else "None")
            if not fits and kind != "Any":
                kind = _union([kind], nullable=True)
        if name != wire:
            facts.append(f"alias={python(wire)}")
        facts += self.limits(plain, wire)
        if isinstance(said := plain.get("description"), str):
            facts.append(f"description={python(text_of(said))}")
        return f"{name}: {kind} = Field({', '.join(facts)})" if facts else f"{name}: {kind}"

    def limits(self, schema: Json, where: str) -> list[str]:
        """Arguments of `Field` that a schema's limits become."""
        kind = schema.get("type")
        facts: list[str] = []
        if kind in {"string", "integer", "number", "array"} and "enum" not in schema:
            if str(schema.get("format")) in _FORMATS and kind == "string":
                return []
            facts = [
                f"{name}={python(schema[keyword])}"
                for keyword, name in _LIMITS.items()
                if isinstance(schema.get(keyword), int | float)
                and (kind in {"string", "array"}) == (name in {"min_length", "max_length"})
                and (kind == "array") == keyword.endswith("Items")
            ]
        if kind == "integer":
            facts += [] if any(f.startswith("ge=") for f in facts) else [f"ge=-{_LARGEST}"]
            facts += [] if any(f.startswith("le=") for f in facts) else [f"le={_LARGEST}"]
        pattern = schema.get("pattern")
        if kind == "string" and isinstance(pattern, str) and "enum" not in schema:
            if _compiles(pattern):
                facts.append(f"pattern={python(pattern)}")
            else:
                self.notes[f"The pattern of `{text_of(where, 60)}` is not checked."] = None
        return facts


def _last(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]


def _union(kinds: list[str], *, nullable: bool) -> str:
    listed = [*kinds, "None"] if nullable else kinds
    parts = list(dict.fromkeys(listed))
    if "Any" in parts:
        return "Any"
    flat: dict[str, None] = {}
    for kind in parts:
        pieces = [kind] if "[" in kind else kind.split(" | ")
        flat |= dict.fromkeys(pieces)
    return " | ".join(flat)


def _literal(schema: Json) -> str:
    values = [schema["const"]] if "const" in schema else sequence(schema.get("enum"))
    plain = [one for one in values if isinstance(one, str | int | bool)]
    nullable = bool(schema.get("nullable")) or None in values
    if not plain or any(isinstance(one, float) for one in values):
        return "Any"
    return _union([f"Literal[{', '.join(map(python, plain))}]"], nullable=nullable)


def _fits(schema: Json, value: JsonValue) -> bool:
    """Whether a default may stand in code as it is: what is no plain value is left out."""
    if "enum" in schema:
        return value in sequence(schema["enum"])
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = kinds.get(str(schema.get("type")))
    if (
        kind is None
        or str(schema.get("format")) in _FORMATS
        or isinstance(value, bool) != (kind is bool)
    ):
        return False
    return isinstance(value, kind) and len(json.dumps(value)) < 1000


def _compiles(pattern: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except (SchemaError, PydanticUserError):
        return False
    return len(pattern) <= 500
