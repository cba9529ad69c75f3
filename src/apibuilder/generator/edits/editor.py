"""A change from a sentence to an Edit: propose, check, test, try on a copy of the data, compare.

Whoever made the proposal, grammar or model, meets the same proof.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from typing import Any

from apibuilder.domain import Check
from apibuilder.errors import ContractChanged, GenerationTimeout
from apibuilder.generator.base import Generated, Report, Stage
from apibuilder.generator.contract.change import ContractChange, breaking
from apibuilder.generator.contract.compare import compare
from apibuilder.generator.edits.base import DataSandbox, Edit, Present, Proposal
from apibuilder.generator.edits.data import Expected, check_data
from apibuilder.generator.proof import prove, staged
from apibuilder.generator.review import refuse_concerns

_MODEL = "recipes"


class Editor:
    """Tries Proposals. Holds nothing of a run, so one serves all."""

    def __init__(self, sandbox: DataSandbox, *, deadline_seconds: float) -> None:
        self._sandbox = sandbox
        self._deadline_seconds = deadline_seconds

    async def edit(
        self, present: Present, propose: Callable[[], Awaitable[Proposal]], report: Report
    ) -> Edit:
        """Raises NeedsModel, a DeployRefused, or GenerationTimeout."""
        timeout = asyncio.timeout(self._deadline_seconds)
        try:
            async with timeout:
                with staged(Stage.PLAN, report) as done:
                    proposal = await propose()
                    done.detail = _size(present.source, proposal.source)
                proof = await prove(
                    self._sandbox,
                    proposal.source,
                    proposal.tests,
                    report,
                    file="main.py",
                    known=present.source,
                )
                return await self._finish(
                    present, proposal, proof.checks, proof.openapi, report, model=_MODEL
                )
        except TimeoutError:
            if not timeout.expired():
                raise
            raise _too_slow(self._deadline_seconds) from None

    async def finish(self, present: Present, generated: Generated, report: Report) -> Edit:
        """The same last steps for a change that a model's pipeline has tested already."""
        refuse_concerns(generated.source, beside=present.source)
        proposal = Proposal(source=generated.source, plan=generated.plan, tests=generated.tests)
        async with self._sandbox.open(generated.source) as session:
            openapi = session.openapi
        return await self._finish(
            present, proposal, generated.checks, openapi, report, model=generated.model
        )

    async def _finish(
        self,
        present: Present,
        proposal: Proposal,
        checks: list[Check],
        openapi: dict[str, Any],
        report: Report,
        *,
        model: str,
    ) -> Edit:
        with staged(Stage.RUN, report) as done:
            expected = Expected(renamed=proposal.renamed, removed=proposal.removed)
            data = await check_data(
                self._sandbox, present.api_id, present.source, proposal.source, expected
            )
            done.detail = f"on a copy of the data: {data.detail}"
        before = present.openapi or await self._openapi_of(present.source)
        changes = compare(before, openapi)
        _refuse_more(changes, proposal.subjects)
        detail = "; ".join(one.detail for one in breaking(changes)) or "nothing breaks"
        contract = Check(name="contract compared", passed=True, detail=detail)
        return Edit(
            generated=Generated(
                plan=proposal.plan,
                source=proposal.source,
                tests=proposal.tests,
                checks=[*checks, data, contract],
                model=model,
            ),
            changes=changes,
            diff=unified(present.source, proposal.source),
            notes=proposal.notes,
        )

    async def _openapi_of(self, source: str) -> dict[str, Any]:
        async with self._sandbox.open(source) as session:
            return session.openapi


def _refuse_more(changes: list[ContractChange], subjects: frozenset[str] | None) -> None:
    """What was not asked for must not have changed for anybody."""
    if subjects is None:
        return
    others = [one for one in changes if one.subject not in subjects]
    if others:
        raise ContractChanged(
            f"The change would also do something that was not asked for: {others[0].sentence()}. "
            "Nothing was published."
        )


def unified(old: str, new: str, names: tuple[str, str] = ("before", "after")) -> str:
    """The difference as `diff -u` shows it."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), names[0], names[1], lineterm=""
    )
    return "\n".join(lines) + "\n" if old != new else ""


def _size(old: str, new: str) -> str:
    lines = [one for one in unified(old, new).splitlines() if one[:3] not in {"---", "+++"}]
    added = sum(one.startswith("+") for one in lines)
    removed = sum(one.startswith("-") for one in lines)
    return f"{added} lines more, {removed} less"


def _too_slow(seconds: float) -> GenerationTimeout:
    return GenerationTimeout(
        f"The change was not through its tests in {seconds:g} seconds.",
        limit="generation_seconds",
        allowed=seconds,
        seen=seconds,
    )
