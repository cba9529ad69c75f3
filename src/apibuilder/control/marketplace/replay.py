"""Runs the tests of listed Revisions again and again, so that a badge says what was seen.

A listing's own tests run against a fresh Instance of its current Revision in the sandbox that
generation uses: empty `/data`, no network, nobody's secrets. Only the platform writes the outcome.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import structlog

from apibuilder.domain import Check
from apibuilder.errors import ApiBuilderError, DeployRefused, Unavailable
from apibuilder.generator.base import Sandbox
from apibuilder.generator.cases import TestCase
from apibuilder.generator.runner import run_case
from apibuilder.store.base import DueReplay, MarketStore, Replay

_log = structlog.get_logger()

_LOOK_SECONDS = 15.0
_LONGEST_SECONDS = 60.0  # for all tests of one listing
_LEASE = timedelta(minutes=5)  # then another process may try


class Replayer:
    """`hours` is how often each listing's tests run; a new Revision's run at once."""

    def __init__(self, market: MarketStore, sandbox: Sandbox, *, hours: float) -> None:
        self._market = market
        self._sandbox = sandbox
        self._again_in = timedelta(hours=hours)

    async def run(self) -> None:
        """For ever, one listing after the other."""
        while True:
            try:
                while await self.replay_one():
                    pass
            except Unavailable as error:
                _log.warning("replays wait", detail=error.detail)
            await asyncio.sleep(_LOOK_SECONDS)

    async def replay_one(self) -> bool:
        """The next that is due; False if none is. Raises Unavailable."""
        due = await self._market.take_replay(_LEASE)
        if due is None:
            return False
        replay = await self._replay(due)
        await self._market.add_replay(due, replay, self._again_in)
        facts = {"listing_id": str(due.listing_id), "passed": replay.passed, "total": replay.total}
        _log.info("the tests of a listing were replayed", **facts, failed=replay.failed)
        return True

    async def _replay(self, due: DueReplay) -> Replay:
        cases = [TestCase.model_validate(test) for test in due.tests]
        began = time.monotonic()
        checks = await self._run(due.source, cases) if cases else []
        # By place: two tests may have one name.
        good = [check.passed for check in checks] + [False] * (len(cases) - len(checks))
        failed = [case.name for case, passed in zip(cases, good, strict=True) if not passed]
        seconds = time.monotonic() - began
        return Replay(
            passed=len(cases) - len(failed), total=len(cases), seconds=seconds, failed=failed
        )

    async def _run(self, source: str, cases: list[TestCase]) -> list[Check]:
        """As many as could be run; those that are missing count as failed."""
        checks: list[Check] = []
        try:
            async with asyncio.timeout(_LONGEST_SECONDS), self._sandbox.open(source) as session:
                for case in cases:
                    checks.append(await run_case(session, case))
        except TimeoutError:
            _log.warning("a replay took too long", ran=len(checks), of=len(cases))
        except DeployRefused as refused:
            _log.warning("a listed revision does not start", code=refused.code)
        except Unavailable:
            raise  # of the platform, not of the listing
        except ApiBuilderError as error:
            _log.warning("a replay broke off", code=error.code, detail=error.detail)
        return checks
