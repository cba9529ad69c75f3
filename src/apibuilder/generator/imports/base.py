"""What every import ends in."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue

from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan

MAX_CHARACTERS = 3 * 1024 * 1024
MEMO = "import"


class Kind(StrEnum):
    """What is imported."""

    OPENAPI = "openapi"
    CSV = "csv"
    FASTAPI = "fastapi"
    SQL = "sql"
    CURL = "curl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An API made of something, not yet tried."""

    kind: Kind
    plan: Plan
    source: str
    tests: list[TestCase]
    notes: tuple[str, ...] = ()  # what could not be carried over, and what stands for it
    simpler: Imported | None = None  # what to try if this one fails its tests
    answers_all: bool = False  # examples are answered for every address, known or not
    own_code: bool = False  # it was written by somebody: how it answers is theirs to say


def identifier(text: str, taken: Iterable[str] = (), *, fallback: str = "field") -> str:
    """A name that is safe in Python, SQL and an address, and not taken: `first_name`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:40].strip("_")
    if not name or not name[0].isalpha():
        name = f"{fallback}_{name}".rstrip("_")
    used = set(taken)
    if keyword.iskeyword(name):
        name = f"{name}_value"
    free, number = name, 2
    while free in used:
        free, number = f"{name}_{number}", number + 1
    return free


def class_name(text: str, taken: Iterable[str] = (), *, fallback: str = "Model") -> str:
    """A name of a class that is not taken: `UserProfile` of `user-profile`."""
    parts = identifier(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text), fallback=fallback).split("_")
    name = "".join(part.capitalize() for part in parts)
    used = set(taken)
    free, number = name, 2
    while free in used:
        free, number = f"{name}{number}", number + 1
    return free


def text_of(value: object, most: int = 300) -> str:
    """What somebody wrote, on one line and never too long: data, wherever it is put."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def python(value: JsonValue) -> str:
    """A literal. Texts are always quoted and escaped, whatever they say."""
    return repr(value)


def comment(value: object) -> str:
    """A text that may stand in a docstring between three quotes."""
    return text_of(value).replace("\\", "/").replace('"', "'")
