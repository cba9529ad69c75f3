"""An import: a Generation whose source comes from a document instead of a sentence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.service import Ask
from apibuilder.control.generations.schemas import CreateGeneration
from apibuilder.control.generations.service import GenerationService, Run
from apibuilder.control.imports.schemas import CreateImport, ImportResult
from apibuilder.generator.base import Generated, Report, Sandbox, Stage
from apibuilder.generator.imports.base import Imported, Kind
from apibuilder.generator.imports.detect import make
from apibuilder.generator.imports.prove import prove_import
from apibuilder.generator.proof import staged


@dataclass(slots=True, kw_only=True)
class ImportRun:
    """An import that is under way, and what came of it."""

    run: Run
    made: list[Imported] = field(default_factory=list[Imported])


class ImportService:
    """Begins imports and sees them to their end."""

    def __init__(
        self, generations: GenerationService, sandbox: Sandbox, *, deadline_seconds: float
    ) -> None:
        self._generations = generations
        self._sandbox = sandbox
        self._deadline_seconds = deadline_seconds

    async def begin(self, principal: Principal, wanted: CreateImport, ask: Ask) -> ImportRun:
        """Note a run. Raises TooManyGenerations."""
        made: list[Imported] = []
        kind = None if wanted.kind == "auto" else Kind(wanted.kind)

        async def produce(report: Report) -> Generated:
            with staged(Stage.PLAN, report) as done:
                # Off the loop: a large document takes a while to read.
                imported = await asyncio.to_thread(
                    make, wanted.content, kind, wanted.filename, wanted.name
                )
                done.detail = f"{imported.kind}: {imported.plan.title}"
            passed, generated = await prove_import(
                self._sandbox, imported, report, deadline_seconds=self._deadline_seconds
            )
            made.append(passed)
            return generated

        # Of the document nothing is noted but that there was one: it may hold anything.
        noted = CreateGeneration(prompt="Imported from a document", name=wanted.name)
        run = await self._generations.begin(principal, noted, ask, produce)
        return ImportRun(run=run, made=made)

    async def outcome(self, run: ImportRun, report: Report) -> ImportResult:
        """Raises ImportUnclear, another DeployRefused, or what publishing raises."""
        result = await self._generations.outcome(run.run, report)
        (made,) = run.made
        return ImportResult(**result.model_dump(), kind=made.kind, notes=list(made.notes))
