"""What a model said, read with the leniency that models need."""

from __future__ import annotations

import json
import re

from pydantic import JsonValue, ValidationError

from apibuilder.generator.written.planning import Proposal, Proposed

_FENCE = re.compile(r"```(?:json)?[ \t]*\n?(.*?)(?:```|\Z)", re.S)
_OBJECT = re.compile(r"\{[^{}]*\"call\"[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_LIMITS = {
    name: meta.max_length
    for name, field in Proposed.model_fields.items()
    for meta in field.metadata
    if hasattr(meta, "max_length")
}


def read_proposal(text: str) -> Proposal | None:
    """A plan, or as many of its endpoints as can be read; None if there are none."""
    block = _FENCE.search(text)
    text = block[1] if block else text
    whole = _json(text[text.find("{") : text.rfind("}") + 1])
    listed = whole.get("endpoints") if isinstance(whole, dict) else None
    raw = listed if isinstance(listed, list) else [_json(found) for found in _OBJECT.findall(text)]
    endpoints = [one for item in raw if (one := _proposed(item)) is not None]
    title = re.search(r'"title"\s*:\s*"([^"]{1,60})', text)
    if not endpoints:
        return None
    return Proposal(title=title[1] if title else "API", endpoints=endpoints[:16])


def _json(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _proposed(item: JsonValue) -> Proposed | None:
    if not isinstance(item, dict):
        return None
    facts: dict[str, object] = {}
    for name, given in item.items():
        value = given
        if name in _LIMITS and not isinstance(given, str):
            value = json.dumps(given) if given else ""
        facts[name] = (
            value[: _LIMITS[name]] if isinstance(value, str) and name in _LIMITS else value
        )
    try:
        return Proposed.model_validate(facts)
    except ValidationError:
        return None


def read_module(text: str) -> str:
    """The Python of an answer: its blocks, or all of it."""
    blocks = re.findall(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", text, re.S)
    return ("\n\n".join(blocks) if blocks else text).strip() + "\n"
