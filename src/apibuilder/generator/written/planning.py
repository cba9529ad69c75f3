"""A plan from a model's proposal and what the prompt says, checked and completed by rules."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, Field

from apibuilder.generator.plan import (
    Plan,
    PlanEndpoint,
    PlanError,
    PlanField,
    PlanModel,
    PlanParameter,
)
from apibuilder.generator.written.facts import Said, said
from apibuilder.generator.written.fields import parse_fields

_PLACE = re.compile(r"\{(\w+)\}")
_CREATES = re.compile(
    r"\b(adds?|creates?|registers?|stores?|saves?|submits?|new|posts?|books?|places?|records?|logs?|"
    r"uploads?|opens?|shortens?)\b", re.I
)  # fmt: skip
_TEXT_KEYS = re.compile(
    r"(code|slug|name|key|token|word|text|username|uuid|symbol|currency|city|sku|isbn|short|title|tag)",
    re.I,
)
_INTEGERS = frozenset(
    ["n", "number", "a", "b", "x", "y", "year", "month", "day", "hour", "count", "page"]
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Proposed(BaseModel):
    """One endpoint as a model proposes it: short texts, because a small model is slow."""

    call: str = Field(max_length=80)
    does: str = Field(max_length=200)
    query: str = Field("", max_length=200)
    body: str = Field("", max_length=300)
    answer: str = Field("", max_length=300)
    status: int = 200
    errors: str = Field("", max_length=200)


class Proposal(BaseModel):
    """A plan as a model proposes it."""

    title: str = Field(max_length=60)
    endpoints: list[Proposed] = Field(max_length=16)


def proposal_schema() -> dict[str, Any]:
    """JSON schema of a Proposal, in the strict form that providers want."""
    text = {"type": "string"}
    names = ("call", "does", "query", "body", "answer", "status", "errors")
    endpoint = {
        "type": "object",
        "properties": dict.fromkeys(names, text) | {"status": {"type": "integer"}},
        "required": list(names),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"title": text, "endpoints": {"type": "array", "items": endpoint}},
        "required": ["title", "endpoints"],
        "additionalProperties": False,
    }


def complete(prompt: str, proposal: Proposal) -> Plan:
    """What to build: what the prompt says wins over what the model proposes."""
    told = said(prompt)
    proposed = {_key(one.call): one for one in proposal.endpoints if _key(one.call) is not None}
    if not told or re.search(r"\bcrud\b", prompt, re.I):
        known = {_normal(one.method, one.path) for one in told}
        told += [
            Said(method=key[0], path=_path(one.call), text=one.does)
            for key, one in proposed.items()
            if key is not None and key not in known
        ]
    plan = Plan(title=_title(proposal.title), description=" ".join(prompt.split())[:500])
    intro = described(prompt)
    for one in told:
        _add(plan, one, proposed.get(_normal(one.method, one.path)), intro)
    _share_bodies(plan)
    plan.storage = any(_PLACE.search(e.path) or e.status == 201 for e in plan.endpoints)
    plan.packages = ["fastapi"]
    return plan


def _title(text: str) -> str:
    return " ".join(text.split())[:100] or "API"


def title_of(path: str) -> str:
    """What an API is called whose first endpoint is there."""
    words = re.sub(r"\{\w+\}", "", path).replace("/", " ").replace("-", " ").replace("_", " ")
    return " ".join(words.split()).capitalize()[:60] or "API"


def has_all(plan: Plan, prompt: str, source: str) -> bool:
    """Whether a plan has every endpoint that a prompt names by method and path, and its source
    every field."""
    there = {_normal(e.method, e.path) for e in plan.endpoints}
    told = said(prompt)
    words = set(re.findall(r"\w+", source))
    named = {f.name for one in told for f in (*one.body, *one.query, *one.answer)}
    return named <= words and all(_normal(one.method, one.path) in there for one in told)


def _normal(method: str, path: str) -> tuple[str, str]:
    return method, _PLACE.sub("{}", path)


def _key(call: str) -> tuple[str, str] | None:
    method, _, rest = call.strip().partition(" ")
    if method.upper() not in _METHODS or not rest.strip().startswith("/"):
        return None
    return _normal(method.upper(), _path(call))


def _path(call: str) -> str:
    path = call.strip().partition(" ")[2].strip().partition("?")[0].split(" ")[0]
    path = re.sub(r"[<:](\w+)>?", r"{\1}", path)
    return path.rstrip("/") or "/"


def described(prompt: str) -> list[PlanField]:
    """Fields that are named before any endpoint: `books with title, author and year`."""
    begin = re.search(r"\b(GET|POST|PUT|PATCH|DELETE)\s+/|(?<!\w)/[a-z]", prompt)
    text = prompt[: begin.start()] if begin else prompt
    match = re.search(
        r"\b(?:with|has|have|having|fields?:?|contains?|stores?|of)(?: an?| the| these| fields?:?)* "  # noqa: E501
        r"(?P<list>[a-z_]\w*(?: \([^)]*\))?(?:(?:, (?:and )?| and )(?:an? |the |optional )*"
        r"[a-z_]\w*(?: \([^)]*\))?)+)", text, re.I
    )  # fmt: skip
    if match is None:
        return []
    listed = re.sub(r"\b(?:an? )?optional (\w+)", r"\1 (optional)", match["list"])
    return parse_fields(re.sub(r"\b(?:an?|the) (?=\w)", "", listed))


def _add(plan: Plan, one: Said, proposed: Proposed | None, intro: list[PlanField]) -> None:
    places = _PLACE.findall(one.path)
    stem = _stem(one)
    sends = one.method in {"POST", "PUT", "PATCH"}
    body = one.body
    if sends and not body and proposed is not None:
        body = parse_fields(proposed.body)
    creates = (
        one.method == "POST" and not one.path.endswith("}") and bool(_CREATES.search(one.text[:80]))
    )
    nested = "}/" in one.path  # there a verb acts on one thing, and only a plural is a collection
    creates = creates and (not nested or one.path.endswith("s"))
    keeps = (
        creates or one.status == 201 or (one.method in {"PUT", "PATCH"} and one.path.endswith("}"))
    )
    if sends and not body and keeps and (proposed is None or intro):
        body = [f.model_copy() for f in intro]
    body = [f for f in body if f.name not in places] if sends else []
    query = one.query or (parse_fields(proposed.query) if proposed and not sends else [])
    answer = one.answer or (parse_fields(proposed.answer) if proposed else [])
    endpoint = PlanEndpoint.model_validate(
        {
            "method": one.method,
            "path": one.path,
            "summary": _summary(one, proposed),
            "does": one.text or (proposed.does if proposed else ""),
            "status": one.status or _usual_status(one, creates=creates),
            "many": one.many,
            "errors": _errors(one, proposed, places),
            "examples": one.examples,
        }
    )
    endpoint.parameters = [
        PlanParameter(name=name, location="path", type=_path_type(name, one.text), required=True)
        for name in places
    ] + [
        PlanParameter(name=f.name, type=f.type, required=_is_needed(f, one), description=_bounds(f))
        for f in query
        if f.name not in places
    ]
    if body:
        endpoint.request = f"{stem}In"
        plan.models.append(PlanModel(name=endpoint.request, fields=body))
    if answer and one.method != "DELETE":
        endpoint.response = f"{stem}Out"
        plan.models.append(
            PlanModel(
                name=endpoint.response, fields=answer, description="said" if one.answer else ""
            )
        )
    plan.endpoints.append(endpoint)


def _is_needed(f: PlanField, one: Said) -> bool:
    """A query of one that computes is needed; one that filters a list is not."""
    lists = re.search(r"\b(filters?|optional|lists)\b", one.text, re.I)
    return f.required and not lists and not one.many


def _bounds(f: PlanField) -> str:
    parts = [f.description] if f.description else []
    if f.choices:
        parts = ["|".join(f.choices)]
    if f.default is not None:
        parts.append(f"default {f.default}")
    return " ".join(parts)


def _stem(one: Said) -> str:
    words = re.findall(r"[A-Za-z0-9]+", _PLACE.sub(lambda m: f" by {m[1]}", one.path)) or ["Root"]
    return one.method.capitalize() + "".join(word[:1].upper() + word[1:] for word in words)


def _summary(one: Said, proposed: Proposed | None) -> str:
    text = proposed.does if proposed and proposed.does.strip() else one.text
    text = " ".join(text.split()).split(". ")[0][:80].strip(" .,;:")
    return (text[:1].upper() + text[1:]) or f"{one.method} {one.path}"


def _usual_status(one: Said, *, creates: bool) -> int:
    if one.method == "DELETE":
        return 204
    return 201 if creates else 200


def _errors(one: Said, proposed: Proposed | None, places: list[str]) -> list[PlanError]:
    found = {error.status: error for error in one.errors}
    if not found and proposed is not None:
        for part in re.split(r"[;,]", proposed.errors):
            match = re.match(r"\s*(4\d\d)\s+(.{3,})", part)
            if match is not None:
                found.setdefault(int(match[1]), PlanError(status=int(match[1]), when=match[2]))
    if any(name == "id" or name.endswith(("_id", "Id", "code", "slug")) for name in places):
        found.setdefault(404, PlanError(status=404, when="there is no such thing"))
    return list(found.values())


def _path_type(name: str, text: str) -> str:
    if re.search(rf"\b(?:integer|whole number|number) `?{name}\b|\b{name}`? \(?integer", text):
        return "integer"
    if _TEXT_KEYS.search(name):
        return "string"
    if name == "id" or name.endswith(("_id", "Id")) or name in _INTEGERS:
        return "integer"
    return "string"


def _share_bodies(plan: Plan) -> None:
    """PUT and PATCH of one take what POST to its collection takes, unless something else is said."""  # noqa: E501
    models = {model.name: model for model in plan.models}
    posts = {e.path: e for e in plan.endpoints if e.method == "POST" and e.request}
    for endpoint in plan.endpoints:
        collection = posts.get(re.sub(r"/\{\w+\}$", "", endpoint.path))
        if endpoint.method not in {"PUT", "PATCH"} or collection is None or not collection.request:
            continue
        fields = [f.model_copy() for f in models[collection.request].fields]
        if endpoint.request is None:
            endpoint.request = f"{collection.request.removesuffix('In')}{endpoint.method.title()}In"
            plan.models.append(PlanModel(name=endpoint.request, fields=fields))
        if endpoint.method == "PATCH":
            own = next(m for m in plan.models if m.name == endpoint.request)
            for f in own.fields:
                f.required = False
