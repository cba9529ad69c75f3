"""An edit: a Generation that starts from what is there and must not hurt those who rely on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.service import Ask
from apibuilder.control.edits.schemas import (
    CreateEdit,
    EditResult,
    RevisionDiff,
    changes_out,
)
from apibuilder.control.generations.schemas import CreateGeneration
from apibuilder.control.generations.service import GenerationService, Run
from apibuilder.domain import Api, Revision
from apibuilder.errors import BreakingChange, NeedsModel, NotFound
from apibuilder.generator.base import Generated, Report
from apibuilder.generator.cases import TestCase
from apibuilder.generator.contract.change import breaking
from apibuilder.generator.contract.compare import compare
from apibuilder.generator.edits.base import Edit, Present, Proposal
from apibuilder.generator.edits.editor import Editor, unified
from apibuilder.generator.edits.propose import propose
from apibuilder.generator.plan import Plan
from apibuilder.store.base import ApiStore, EditStore

ByModel = Callable[[Plan, str, Report], Awaitable[Generated]]


@dataclass(slots=True, kw_only=True)
class EditRun:
    """An edit that is under way, and what came of it."""

    run: Run
    made: list[Edit] = field(default_factory=list[Edit])


class EditService:
    """Edits and differences."""

    def __init__(
        self,
        apis: ApiStore,
        edits: EditStore,
        generations: GenerationService,
        editor: Editor,
        by_model: ByModel | None = None,
    ) -> None:
        """`by_model` makes what the grammar of changes does not understand; None: nobody does."""
        self._apis = apis
        self._edits = edits
        self._generations = generations
        self._editor = editor
        self._by_model = by_model

    async def begin(self, principal: Principal, ref: str, wanted: CreateEdit, ask: Ask) -> EditRun:
        """Note a run. Raises NotFound, TooManyGenerations."""
        api = await self._apis.get(principal.user_id, ref)
        made: list[Edit] = []

        async def make(report: Report) -> Generated:
            present = await self._present(principal, api)
            edit = await self._edit(present, wanted.change, report)
            await self._refuse_unconfirmed(api, edit, confirmed=wanted.confirm_breaking)
            made.append(edit)
            return edit.generated

        noted = CreateGeneration(prompt=wanted.change, api=str(api.id))
        run = await self._generations.begin(principal, noted, ask, make)
        return EditRun(run=run, made=made)

    async def outcome(self, run: EditRun, report: Report) -> EditResult:
        """Raises NeedsModel, BreakingChange, a DeployRefused, or what publishing raises."""
        result = await self._generations.outcome(run.run, report)
        (edit,) = run.made
        return EditResult(
            **result.model_dump(),
            changes=changes_out(edit.changes),
            diff=edit.diff,
            notes=list(edit.notes),
        )

    async def diff(
        self, principal: Principal, ref: str, before: int | None, after: int | None
    ) -> RevisionDiff:
        """By default of what serves and the one before it. Raises NotFound."""
        api = await self._apis.get(principal.user_id, ref)
        after = after or await self._current(principal, api)
        before = before or max(after - 1, 1)
        old = await self._apis.revision(principal.user_id, str(api.id), before)
        new = await self._apis.revision(principal.user_id, str(api.id), after)
        known = old.openapi is not None and new.openapi is not None
        changes = compare(old.openapi or {}, new.openapi or {})
        names = (f"revision {before}", f"revision {after}")
        return RevisionDiff(
            before=before,
            after=after,
            diff=unified(old.source, new.source, names),
            changes=changes_out(changes) if known else None,
        )

    async def _edit(self, present: Present, change: str, report: Report) -> Edit:
        async def proposed() -> Proposal:
            return propose(present, change)

        try:
            return await self._editor.edit(present, proposed, report)
        except NeedsModel:
            if self._by_model is None or present.plan is None:
                raise
        generated = await self._by_model(present.plan, change, report)
        return await self._editor.finish(present, generated, report)

    async def _refuse_unconfirmed(self, api: Api, edit: Edit, *, confirmed: bool) -> None:
        broken = breaking(edit.changes)
        if not broken or confirmed:
            return
        subscribers = await self._edits.subscribers(api.id)
        if subscribers:
            raise BreakingChange(
                f"This breaks calls that {subscribers} subscriber(s) may make today: "
                f"{'; '.join(one.sentence() for one in broken)}. Nothing was published. "
                "To publish it all the same, repeat it with `--confirm-breaking`.",
                changes=[one.model_dump(mode="json") for one in changes_out(broken)],
                subscribers=subscribers,
            )

    async def _present(self, principal: Principal, api: Api) -> Present:
        number = await self._current(principal, api)
        revision = await self._apis.revision(principal.user_id, str(api.id), number)
        plan = await self._edits.plan_behind(api.id, number)
        return Present(
            api_id=api.id,
            title=api.name,
            source=revision.source,
            openapi=revision.openapi,
            plan=None if plan is None else Plan.model_validate(plan),
            tests=_tests(revision),
        )

    async def _current(self, principal: Principal, api: Api) -> int:
        if api.current_revision is not None:
            return api.current_revision
        newest = await self._apis.revisions(principal.user_id, str(api.id))
        if not newest:
            raise NotFound(f"{api.name} has no revision.")
        return newest[0].number


def _tests(revision: Revision) -> list[TestCase]:
    return [TestCase.model_validate(test) for test in revision.tests]
