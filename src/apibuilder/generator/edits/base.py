"""The ports of edits: what is there, what it may become, and on whose data that is tried."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from apibuilder.generator.base import Generated, Sandbox, Session
from apibuilder.generator.cases import TestCase
from apibuilder.generator.contract.change import ContractChange
from apibuilder.generator.plan import Plan


class DataSandbox(Sandbox, Protocol):
    """A Sandbox that can begin with a copy of an Api's own data."""

    def open_copy(self, source: str, api_id: UUID) -> AbstractAsyncContextManager[Session]:
        """As `open`. Raises DataNotCopied too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The Revision that is to be changed."""

    api_id: UUID
    title: str
    source: str
    openapi: dict[str, Any] | None = None  # None: not known, ask the source
    plan: Plan | None = None  # of the last generated Revision at or before it
    tests: list[TestCase] = field(default_factory=list[TestCase])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What it should become, not yet tried."""

    source: str
    plan: Plan
    tests: list[TestCase]
    # Names that callers may see changed; None: whatever the change is about.
    subjects: frozenset[str] | None = None
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    removed: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change that passed all of its tests, with what it means for callers."""

    generated: Generated
    changes: list[ContractChange]
    diff: str  # unified
    notes: tuple[str, ...] = ()
