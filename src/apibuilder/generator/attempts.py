"""A source tried in the sandbox: what was found about it, and whether it came further."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from apibuilder.domain import Check
from apibuilder.errors import DeployRefused, TestsFailed
from apibuilder.generator.base import Finding, Sandbox
from apibuilder.generator.cases import TestCase
from apibuilder.generator.properties import check_properties
from apibuilder.generator.runner import run_case

_FILE = "main.py"
# Appended to a source whose tests met a server error, to learn its cause; never published.
_TELLING = """

import traceback as _traceback
from fastapi.responses import PlainTextResponse as _Plain


@app.exception_handler(Exception)
async def _tell(_request, error):
    own = [f for f in _traceback.extract_tb(error.__traceback__) if f.filename == _tell.__code__.co_filename]
    line = own[-1].lineno if own else 0
    return _Plain(f"{type(error).__name__}: {error} (line {line})"[:350], 500)
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Attempt:
    """A source, and what was found about it."""

    source: str
    checks: list[Check]
    refused: DeployRefused | None = None  # why it could not even be run

    @property
    def passed(self) -> frozenset[tuple[int, str]]:
        """The Checks that passed; their names alone need not differ."""
        return frozenset((place, c.name) for place, c in enumerate(self.checks) if c.passed)

    @property
    def good(self) -> bool:
        """Whether it may be published."""
        return self.refused is None and all(check.passed for check in self.checks)

    def findings(self) -> list[Finding]:
        """What its author should mend."""
        if self.refused is not None:
            where = f" (line {self.refused.line})" if self.refused.line else ""
            return [Finding(name=self.refused.code, detail=f"{self.refused.detail}{where}")]
        return [Finding(name=c.name, detail=c.detail) for c in self.checks if not c.passed]

    def error(self) -> DeployRefused:
        """Why it is not published."""
        if self.refused is not None:
            return self.refused
        failed = self.findings()
        more = f" ({len(failed) - 1} more of its tests failed.)" if len(failed) > 1 else ""
        return TestsFailed(f"{failed[0].name}: {failed[0].detail}.{more}", file=_FILE)

    def is_better_than(self, best: Attempt) -> bool:
        """Nothing that passed breaks, and it came further."""
        if not best.passed <= self.passed:
            return False
        came_further = self.refused is None and best.refused is not None
        return came_further or self.good or len(self.passed) > len(best.passed)


async def run_tests(sandbox: Sandbox, source: str, tests: list[TestCase]) -> Attempt:
    """Each test on an instance of its own, then the properties that hold of every API."""
    checks: list[Check] = []
    try:
        for test in tests:
            async with sandbox.open(source) as session:
                checks.append(await run_case(session, test))
        async with sandbox.open(source) as session:
            checks += await check_properties(session)
    except DeployRefused as refused:
        return Attempt(source, checks, refused)
    return Attempt(source, checks)


async def explained(sandbox: Sandbox, attempt: Attempt, tests: list[TestCase]) -> list[Finding]:
    """Its findings; a server error with its exception, and the line of code that raised it."""
    findings = attempt.findings()
    if attempt.refused is not None or not any(_is_server_error(f) for f in findings):
        return findings
    wanted = {finding.name for finding in findings}
    telling = await run_tests(
        sandbox, attempt.source + _TELLING, [test for test in tests if test.name in wanted]
    )
    if telling.refused is not None:
        return findings
    told = {check.name: check.detail for check in telling.checks if not check.passed}
    lines = attempt.source.splitlines()
    return [replace(f, detail=_with_line(told.get(f.name, f.detail), lines)) for f in findings]


def _is_server_error(finding: Finding) -> bool:
    return re.search(r"\banswered 5\d\d\b", finding.detail) is not None


def _with_line(detail: str, lines: list[str]) -> str:
    def line_of(match: re.Match[str]) -> str:
        number = int(match[1])
        return f"(in `{lines[number - 1].strip()}`)" if 0 < number <= len(lines) else ""

    return re.sub(r"\(line (\d+)\)", line_of, detail)
