"""What a person may want to be different about a field, each as a value."""

from __future__ import annotations

from dataclasses import dataclass

from apibuilder.generator.recipes.resource.model import FieldSpec

Constant = str | int | float


@dataclass(frozen=True, slots=True)
class Add:
    """A field that was not there."""

    field: FieldSpec


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name for what is stored already."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Neither taken nor answered any more."""

    name: str


@dataclass(frozen=True, slots=True)
class Require:
    """It must be sent. `fill` is for what is stored without it."""

    name: str
    fill: Constant | None = None


@dataclass(frozen=True, slots=True)
class MakeOptional:
    """It may be left out."""

    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Lists take its exact value."""

    name: str


@dataclass(frozen=True, slots=True)
class Longest:
    """Most characters of a text."""

    name: str
    characters: int


@dataclass(frozen=True, slots=True)
class Between:
    """Least and greatest of a number; None: as it is."""

    name: str
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Choose:
    """One of a few texts: these, or these besides those there are."""

    name: str
    choices: tuple[str, ...]
    besides: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """What it is when it is left out."""

    name: str
    value: Constant


Wish = Add | Rename | Remove | Require | MakeOptional | Filter | Longest | Between | Choose | Preset
