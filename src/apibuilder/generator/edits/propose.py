"""From a sentence to a Proposal without a model. Raises NeedsModel for what that cannot do."""

from __future__ import annotations

from apibuilder.errors import NeedsModel
from apibuilder.generator.edits.apply import Edited, apply
from apibuilder.generator.edits.base import Present, Proposal
from apibuilder.generator.edits.constraints import tighten
from apibuilder.generator.edits.grammar import read
from apibuilder.generator.edits.merge import MergeConflict, merge
from apibuilder.generator.recipes.generator import UNDERSTOOD
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.model import Resource
from apibuilder.generator.recipes.resource.plan import plan_of, resource_of
from apibuilder.generator.recipes.resource.source import source_of
from apibuilder.generator.recipes.resource.tests import tests_of


def propose(present: Present, change: str) -> Proposal:
    """What the change makes of what is there."""
    resource = None if present.plan is None else resource_of(present.plan)
    try:
        if resource is None or present.plan is None:
            return tighten(present, change)
        edited = apply(resource, read(change, resource))
    except Unclear as unclear:
        whose = (
            "" if present.plan else "This API was written by hand, so there is no plan to change. "
        )
        raise NeedsModel(f"{whose}This change is not understood: {unclear}. {UNDERSTOOD}") from None
    source, kept = _merged(present.source, resource, edited.resource)
    return _proposal(source, edited, kept)


def _merged(mine: str, before: Resource, after: Resource) -> tuple[str, bool]:
    """The source, and whether there was something hand-written to keep."""
    base = source_of(before)
    try:
        return merge(base, mine, source_of(after)), mine != base
    except MergeConflict as conflict:
        raise NeedsModel(
            f"The code was changed by hand at line {conflict.line}, just where this change would "
            "have to be made, so it needs a model. Or make the change there yourself and send the "
            "file with `apibuilder deploy FILE.py --api ID`."
        ) from None


def _proposal(source: str, edited: Edited, kept: bool) -> Proposal:
    notes = ["What was changed by hand is kept."] if kept else []
    if edited.removed:
        names = ", ".join(sorted(edited.removed))
        notes.append(f"What was stored of {names} stays stored, so a rollback brings it back.")
    return Proposal(
        source=source,
        plan=plan_of(edited.resource),
        tests=tests_of(edited.resource),
        subjects=edited.subjects,
        renamed=edited.renamed,
        removed=edited.removed,
        notes=tuple(notes),
    )
