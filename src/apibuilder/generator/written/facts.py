"""What a prompt says of its endpoints in so many words: rules read it, so no model can lose it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from apibuilder.generator.plan import PlanError, PlanExample, PlanField
from apibuilder.generator.written.fields import parse_fields

_CALL = re.compile(
    r"\b(?P<methods>(?:GET|POST|PUT|PATCH|DELETE)(?:\s*(?:/|,|or|and|\|)\s*(?:GET|POST|PUT|PATCH|DELETE))*)"
    r"\s*(?:requests?\s*)?(?:to|on|at|for|endpoint|:)?\s*[`\"']?(?P<path>/[^\s,;`\"')]*)"
)
_BARE = re.compile(r"(?<![\w/.:<])[`\"']?(?P<path>/[a-z][\w{}/<>-]*(?:\?[^\s,;`\"')]*)?)")
_STATUS = re.compile(r"(?<![\d.#/_-])([1-5]\d\d)(?![\d%.]*\d|\w)")
_TAKES = re.compile(
    r"\b(?:takes?|taking|accepts?|accepting|body|payload|receives?|given|sends?|input|posts?)\b"
    r"[^.{}]{0,40}$", re.I
)  # fmt: skip
_GIVES = re.compile(
    r"(?:\b(?:returns?|returning|answers?|answering|responds?|responding|gives?|giving|yields?|outputs?|"
    r"response|result|respond with|shows?|is|be|->)\b|=>|->|\u2192)[^.{}]{0,40}$", re.I
)  # fmt: skip
_WITH = re.compile(
    r"\b(?:takes?|accepts?|with|body|has|have|having|stores?|contains?|containing|fields?:?|params?|parameters?:?)"
    r"(?: an?| the| required| optional| json| fields?:?| query| parameters?:?| body:?| of)* "
    r"(?P<list>[a-z_]\w*(?: \([^)]*\))?(?:(?:, (?:and )?| and )(?:an? |the |optional |required )*"
    r"[a-z_]\w*(?: \([^)]*\))?)*)", re.I
)  # fmt: skip


_LIST = r"(?P<list>[a-z_]\w*(?:=\w+)?(?: \([^)]*\))?(?:(?:, (?:and )?| and | or )(?:[a-z_]\w*)(?:=\w+)?(?: \([^)]*\))?)*)"  # noqa: E501
_QUERY = re.compile(
    rf"\b(?:the )?(?:optional )?(?:numbers |integers |strings |texts )?query param\w*:? (?!{{){_LIST}"  # noqa: E501
    rf"|\btakes? (?:the |an? )?(?:optional )?(?:numbers? |integers? |strings? |texts? )?{_LIST.replace('list', 'before')}"  # noqa: E501
    r" (?:as|in|by) (?:the )?query", re.I
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Said:
    """What a prompt says of one endpoint."""

    method: str
    path: str
    text: str = ""
    query: list[PlanField] = field(default_factory=list[PlanField])
    body: list[PlanField] = field(default_factory=list[PlanField])
    answer: list[PlanField] = field(default_factory=list[PlanField])
    status: int | None = None
    errors: list[PlanError] = field(default_factory=list[PlanError])
    examples: list[PlanExample] = field(default_factory=list[PlanExample])
    many: bool = False


def said(prompt: str) -> list[Said]:
    """Every endpoint that a prompt names by method and path, in its order."""
    found: dict[tuple[str, str], Said] = {}
    calls = list(_CALL.finditer(prompt))
    ends = [*(call.start() for call in calls[1:]), len(prompt)]
    texts = [_trimmed(prompt[call.end() : end]) for call, end in zip(calls, ends, strict=False)]
    queries = [_path_of(call["path"])[1] for call in calls]
    for number in range(len(calls) - 2, -1, -1):
        if not texts[number]:  # `GET /a and GET /b take ...`
            texts[number] = texts[number + 1]
            queries[number] = queries[number] or queries[number + 1]
    for call, text, query in zip(calls, texts, queries, strict=True):
        raw_path = _path_of(call["path"])[0]
        for method in re.findall(r"[A-Z]+", call["methods"]):
            key = (method, re.sub(r"\{\w+\}", "{}", raw_path))
            one = found.setdefault(key, Said(method=method, path=raw_path))
            _read(one, text, query)
    if not found:
        return _bare(prompt)
    for text in _OF_ALL.findall(prompt):
        for one in found.values():
            if text not in one.text and not (one.query or one.body or one.answer):
                _read(one, text, [])
    return list(found.values())


_OF_ALL = re.compile(r"(?:^|(?<=[.;:] ))((?:Each|All|Both|Every \w+|They)\b[^.]*(?:\.\d[^.]*)*)")
_ACTS = re.compile(r"\b(takes?|accepts?|body|with|given|receives?|from)\b", re.I)


def is_explicit(told: list[Said], *, fields: bool = False) -> bool:
    """Whether a prompt leaves nothing of its endpoints open: what each takes and gives is said.

    What keeps things shares what it takes; a bare action takes nothing. `fields` says whether what
    is kept is described before."""
    if not told:
        return False
    for one in told:
        takes = one.body or one.query or "{" in one.path or one.method in {"GET", "DELETE"}
        takes = takes or fields or not _ACTS.search(one.text)
        keeps = one.status == 201 or any(
            other.path.startswith(f"{one.path}/{{") for other in told if other is not one
        )
        if not takes or not (
            one.answer
            or keeps
            or "{" in one.path
            or one.many
            or one.method == "DELETE"
            or len(one.text) > 25
        ):
            return False
    return True


def _bare(prompt: str) -> list[Said]:
    """Paths without a method: a body makes a POST of one."""
    found: dict[str, Said] = {}
    calls = list(_BARE.finditer(prompt))
    for number, call in enumerate(calls):
        end = calls[number + 1].start() if number + 1 < len(calls) else len(prompt)
        text = _trimmed(prompt[call.end() : end])
        path, query = _path_of(call["path"])
        posts = re.search(r"\b(body|payload|post|upload|json (?:object|with))\b", text, re.I)
        one = found.setdefault(path, Said(method="POST" if posts else "GET", path=path))
        _read(one, text, query)
    return list(found.values())


def _trimmed(text: str) -> str:
    """Without the beginnings of what comes next."""
    text = re.sub(r"\n\s*\d+[.)]\s*$", "", text)
    text = re.sub(r"[\s\-*\u2022(]*(?:\b(?:and|then|also|an?|the|with|plus)\b\s*)*$", "", text)
    return text.strip(" \n\t`\"'-\u2013\u2014:,;")


def _path_of(raw: str) -> tuple[str, list[PlanField]]:
    """A path with `{name}` places, and the parameters of its query."""
    path, _, query = raw.rstrip(".:!?").partition("?")
    path = re.sub(r"[<:](\w+)>?", r"{\1}", path).rstrip("/") or "/"
    path = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
    fields: list[PlanField] = []
    for part in re.split(r"[&,]", query):
        name, _, example = part.partition("=")
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            given = example.strip("{}<>. ")
            parsed = parse_fields(f"{name}: {given}" if given else name)
            fields += [one for one in parsed if one.name == name]
    return path, fields


def _read(one: Said, text: str, query: list[PlanField]) -> None:
    one.text = f"{one.text} {text}".strip()
    known = {f.name for f in one.query}
    one.query += [f for f in query if f.name not in known]
    for before, block in _blocks(text):
        _read_block(one, before, block)
    _read_statuses(one, text)
    if (
        one.method in {"POST", "PUT", "PATCH"}
        and "{" not in text
        and not one.body
        and (spoken := _WITH.search(text))
    ):
        one.body = [f for f in parse_fields(spoken["list"]) if _is_name(f.name)]
    asked = _QUERY.search(text)
    if asked is not None and not one.query and not one.body:
        one.query = [f for f in parse_fields(asked["list"] or asked["before"]) if _is_name(f.name)]
        for f in one.query:
            f.required = f.required and "optional" not in asked[0]
            if "number" in asked[0] and f.type == "string":
                f.type = "number"
            if f.name.startswith(("min_", "max_")):
                f.type = "number"
    if one.method == "GET" and re.search(r"\b(lists?|all|array)\b", text[:60], re.I):
        one.many = not one.answer
    if re.search(
        r"(?:returns?|answers?|gives?|an?|responds? with) (?:json )?(?:array|list) of\b", text
    ):
        one.many = True


_NO_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "its",
        "it",
        "json",
        "body",
        "optional",
        "required",
        "following",
        "id",
        "status",
        "code",
        "message",
        "error",
        "text",
        "this",
        "that",
        "same",
        "new",
        "given",
        "all",
        "each",
        "one",
        "field",
        "fields",
        "query",
        "path",
        "param",
        "params",
        "parameter",
        "data",
        "object",
        "list",
        "array",
        "string",
        "number",
        "integer",
        "success",
        "no",
        "not",
        "only",
        "and",
        "or",
        "answering",
        "returning",
        "responding",
        "giving",
        "returns",
        "answers",
    ]
)


def _is_name(name: str) -> bool:
    return name.lower() not in _NO_NAMES


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each `{...}` or `[{...}]` with what stands before it."""
    place = 0
    while (begin := text.find("{", place)) >= 0:
        depth = 0
        for end in range(begin, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0:
                break
        else:
            return
        block = text[begin : end + 1]
        if not re.fullmatch(r"\{\w+\}", block) or text[begin - 1 : begin] not in "/":
            yield text[max(place, begin - 80) : begin], block
        place = end + 1


def _read_block(one: Said, before: str, block: str) -> None:
    fields = parse_fields(block)
    if not fields or ("error" in fields[0].name.lower() and len(fields) == 1):
        return
    gives, takes = _GIVES.search(before), _TAKES.search(before)
    is_answer = gives is not None and (takes is None or gives.start() >= takes.start())
    if is_answer or one.method in {"GET", "DELETE"} or one.body:
        if one.answer:
            return
        one.answer = fields
        one.many = before.rstrip().endswith("[")
        value = _json(block)
        if isinstance(value, dict) and one.body and one.examples == [] and _json_body(one):
            one.examples.append(
                PlanExample(
                    path=one.path, body=_json_body(one), status=one.status or 200, answer=value
                )
            )
    else:
        one.body = fields
        value = _json(block)
        if isinstance(value, dict):
            for f in one.body:
                f.example = value.get(f.name)


def _json_body(one: Said) -> JsonValue:
    body: dict[str, JsonValue] = {f.name: f.example for f in one.body if f.example is not None}
    return body if body and "{" not in one.path else None


def _json(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _read_statuses(one: Said, text: str) -> None:
    for match in _STATUS.finditer(text):
        number = int(match[1])
        clause = _clause(text, match)
        if 200 <= number < 400:
            if one.status is None:
                one.status = number
        elif number >= 400 and all(error.status != number for error in one.errors):
            one.errors.append(PlanError(status=number, when=clause))


def _clause(text: str, match: re.Match[str]) -> str:
    """The part of a sentence that says when a status is answered."""
    begin = max(text.rfind(sign, 0, match.start()) for sign in (".", ";", ",", "(", "\n")) + 1
    ends = [e for sign in (". ", ";", ",", ")", "\n") if (e := text.find(sign, match.end())) >= 0]
    clause = text[begin : min(ends, default=len(text))].strip(" .(),")
    if len(clause.split()) < 3:
        clause = text[max(0, match.start() - 60) : match.end() + 60].strip()
    return " ".join(clause.split())[:200]
