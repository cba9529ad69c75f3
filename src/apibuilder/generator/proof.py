"""Proof of a source that is not repaired: policy, its tests, and properties in the sandbox.

For what is made or sent whole: imports and edits. The pipeline has its own, which mends.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from apibuilder.domain import Check
from apibuilder.errors import ApiBuilderError, TestsFailed
from apibuilder.generator.base import Progress, Report, Sandbox, Stage
from apibuilder.generator.cases import TestCase
from apibuilder.generator.check import check_source
from apibuilder.generator.properties import check_properties
from apibuilder.generator.review import refuse_concerns
from apibuilder.generator.runner import run_case


@dataclass(slots=True)
class Done:
    """What is said of a Stage when it has ended."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What was seen of a source that runs."""

    openapi: dict[str, Any]
    checks: list[Check] = field(default_factory=list[Check])


@contextmanager
def staged(stage: Stage, report: Report) -> Generator[Done]:
    """Say that a Stage begins, and how it ends."""
    report(Progress(stage=stage, status="started"))
    done = Done()
    try:
        yield done
    except ApiBuilderError as error:
        report(Progress(stage=stage, status="failed", detail=error.detail))
        raise
    report(Progress(stage=stage, status="done", detail=done.detail))


async def prove(
    sandbox: Sandbox,
    source: str,
    tests: list[TestCase],
    report: Report,
    *,
    file: str,
    known: str = "",
) -> Proven:
    """What the source before it, `known`, did already is its maker's own doing.

    Raises the DeployRefused that says why it may not be published."""
    with staged(Stage.CHECK, report):
        check_source(source)
        refuse_concerns(source, beside=known)
    with staged(Stage.RUN, report) as done:
        proven = await run(sandbox, source, tests)
        failed = [check for check in proven.checks if not check.passed]
        if failed:
            raise TestsFailed(f"{failed[0].name}: {failed[0].detail}", file=file)
        done.detail = f"{len(proven.checks)} checks passed"
    return proven


async def run(sandbox: Sandbox, source: str, tests: list[TestCase]) -> Proven:
    """All tests, each on a fresh instance, then the properties. Raises a DeployRefused."""
    checks: list[Check] = []
    for test in tests:
        async with sandbox.open(source) as session:
            checks.append(await run_case(session, test))
    async with sandbox.open(source) as session:
        checks += await check_properties(session)
        return Proven(openapi=session.openapi, checks=checks)
