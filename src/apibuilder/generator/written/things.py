"""The collections of a plan, and the operations on them that rules write without a model."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Literal

from apibuilder.generator.plan import Plan, PlanEndpoint, PlanField

_SEGMENT = re.compile(r"/([\w-]+)/\{(\w+)\}")
Operation = Literal["create", "list", "read", "replace", "change", "delete", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Things of one kind: where they are, and what one is known by."""

    path: str
    table: str  # Python name of its Table
    thing: str  # Python name of one
    key: str  # the path parameter that names one
    by_id: bool  # whether that is the number they are given; else a field
    put: bool = False  # whether one is made by PUT under the caller's own key

    def found(self, parent: Collection | None) -> str:
        """Python that looks one up, below `parent` if it is not at the top."""
        if parent is None and self.by_id:
            return f"{self.table}.get({self.key})"
        wanted = [f"{'id' if self.by_id else self.key}={self.key}"]
        if parent is not None:
            wanted.append(f'{parent.link}={parent.thing}["id"]')
        return f"{self.table}.first({', '.join(wanted)})"

    @property
    def link(self) -> str:
        """The field by which other rows say which of these they belong to."""
        return f"{self.thing}_id"


def collections_of(plan: Plan) -> dict[str, Collection]:
    """By path. Something is a collection if one of it is created."""
    keys: dict[str, str] = {}
    for endpoint in plan.endpoints:
        for match in _SEGMENT.finditer(endpoint.path):
            keys.setdefault(endpoint.path[: match.start()] + f"/{match[1]}", match[2])
    found: dict[str, Collection] = {}
    for endpoint in plan.endpoints:
        last = endpoint.path.rsplit("/", 1)[-1]
        if endpoint.method != "POST" or endpoint.status != 201 or not re.fullmatch(r"[\w-]+", last):
            continue
        if "}/" in endpoint.path and not last.endswith("s"):
            continue  # `/polls/{id}/vote` does something to a poll
        key = keys.get(endpoint.path) or _key_at_root(plan, endpoint) or "id"
        by_id = key == "id" or key.lower().endswith("id")
        found[endpoint.path] = Collection(
            path=endpoint.path, table=_table(last), thing=_one(_name(last)), key=key, by_id=by_id
        )
    for endpoint in plan.endpoints:
        match = re.fullmatch(r"(/(?:[\w-]+/)*([\w-]+))/\{(\w+)\}", endpoint.path)
        if endpoint.method == "PUT" and match is not None and match[1] not in found:
            found[match[1]] = Collection(
                path=match[1], table=_table(match[2]), thing=_one(_name(match[2])), key=match[3],
                by_id=False, put=True,
            )  # fmt: skip
    return found


_TAKEN = frozenset(
    {"all", "list", "id", "app", "json", "math", "re", "table", "body", "row", "rows"}
)


def _name(segment: str) -> str:
    return re.sub(r"\W", "_", segment).lower()


def _table(segment: str) -> str:
    name = _name(segment)
    return f"{name}_table" if name in _TAKEN or keyword.iskeyword(name) else name


def _key_at_root(plan: Plan, creator: PlanEndpoint) -> str | None:
    """`GET /{code}` beside `POST /shorten`: there the things are known by a place at the root."""
    if creator.path.count("/") != 1:
        return None
    for endpoint in plan.endpoints:
        match = re.search(r"\{(\w+)\}", endpoint.path)
        if match is not None and not any(
            endpoint.path.startswith(f"{other.path}/")
            for other in plan.endpoints
            if other.method == "POST"
        ):
            return match[1]
    return None


def _one(name: str) -> str:
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else f"one_{name}"


def owner_of(path: str, collections: dict[str, Collection]) -> Collection | None:
    """The collection of the one thing that a path names last: `/posts/{id}/like` names a post."""
    best: Collection | None = None
    for collection in collections.values():
        if path.startswith(f"{collection.path}/{{"):  # noqa: SIM102
            if best is None or len(collection.path) > len(best.path):
                best = collection
    if best is None and (match := re.search(r"\{(\w+)\}", path)):
        keyed = [c for c in collections.values() if c.key == match[1] and not c.by_id]
        best = keyed[0] if keyed else None
    return best


def chain_of(path: str, collections: dict[str, Collection]) -> list[Collection]:
    """Owners of a path, the outermost first."""
    chain: list[Collection] = []
    while (owner := owner_of(path, collections)) is not None and owner not in chain:
        chain.insert(0, owner)
        path = owner.path
    return chain


def operation_of(endpoint: PlanEndpoint, collections: dict[str, Collection]) -> Operation:
    """What an endpoint does to its collection, as its method and path say it."""
    if endpoint.path in collections:
        return {"POST": "create", "GET": "list"}.get(endpoint.method, "other")  # pyright: ignore[reportReturnType]
    owner = owner_of(endpoint.path, collections)
    if owner is None or not re.fullmatch(re.escape(owner.path) + r"/\{\w+\}", endpoint.path):
        return "other"
    kinds: dict[str, Operation] = {
        "GET": "read", "PUT": "replace", "PATCH": "change", "DELETE": "delete",
    }  # fmt: skip
    return kinds.get(endpoint.method, "other")


# What asks for more than keeping and finding things; then the model writes it.
_MORE = re.compile(
    r"\b(comput\w*|calculat\w*|total\w*|average|mean|sum|revers\w*|hash\w*|random\w*|unique (?:short )?"  # noqa: E501
    r"(?:code|slug|token)|short code|generat\w*|convert\w*|counts?|counting|how many|\d+ (?:letters|characters|digits)|rank\w*|highest|lowest|largest|"  # noqa: E501
    r"smallest|redirect\w*|increment\w*|decrement\w*|balance|remaining|available|expire\w*|hits|visits|"
    r"only if|unless|overlap\w*|conflict|sorted|order(?:ed)? by|newest|oldest|top|group\w*|percent\w*|"  # noqa: E501
    r"winner|score|cannot|must not|stat\w*|each with|including|nested|plain text|csv)\b", re.I
)  # fmt: skip
_UNIQUE = re.compile(r"\b(already|exists?|duplicate\w*|taken|unique|twice|same)\b", re.I)


def is_plain(endpoint: PlanEndpoint, operation: Operation, fields: list[PlanField]) -> bool:
    """Whether rules can write it: it keeps or finds things, and nothing else is said of it."""
    if operation == "other":
        return False
    text = endpoint.does
    for error in endpoint.errors:
        if error.status not in {404, 422} and not (
            error.status == 409 and _UNIQUE.search(error.when)
        ):
            return False
        text = text.replace(error.when, " ")
    names = {f.name for f in fields} | {p.name for p in endpoint.parameters}
    names |= {name.replace("_", " ") for name in names}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text, flags=re.I)
    text = re.sub(r"\{[^}]*\}", " ", text)
    return _MORE.search(text) is None


def unique_field(endpoint: PlanEndpoint, fields: list[PlanField]) -> str | None:
    """The field that a second thing may not share, if a 409 says so."""
    for error in endpoint.errors:
        if error.status == 409 and _UNIQUE.search(error.when):
            named = [
                f.name for f in fields if re.search(rf"\b{re.escape(f.name)}\b", error.when, re.I)
            ]
            return named[0] if named else (fields[0].name if fields else None)
    return None
