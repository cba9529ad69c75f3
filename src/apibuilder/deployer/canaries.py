"""Watches canaries: promotes one that has proved itself, rolls back one that is worse.

It keeps nothing: how often a canary was looked at, and at how many calls, is in its row. So it goes
on where it was after a restart, and a canary that nobody watches for a while just runs longer.
"""

from __future__ import annotations

import asyncio

import structlog

from apibuilder.deployer.verdict import FIRST_CALLS, Verdict, is_due, judge
from apibuilder.errors import ApiBuilderError
from apibuilder.store.base import CanaryStore, Trial

_log = structlog.get_logger()

PERIOD_SECONDS = 2.0


class CanaryWatch:
    """`run` never returns; `look` is one pass."""

    def __init__(self, canaries: CanaryStore) -> None:
        self._canaries = canaries

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(PERIOD_SECONDS)
            try:
                await self.look()
            except ApiBuilderError as error:  # the database is away: it goes on where it was
                _log.warning("canaries are not watched just now", detail=error.detail)
            except Exception:  # noqa: BLE001 - the loop must outlive a bug in one pass; it is logged
                _log.exception("a pass over the canaries failed")

    async def look(self) -> None:
        """Judge all that have enough calls for it. Raises Unavailable."""
        for trial in await self._canaries.trials():
            await self._decide(trial)

    async def _decide(self, trial: Trial) -> None:
        canary = trial.canary
        last = (canary.verdict or {}).get("canary", {}).get("calls", 0)
        proved = _has_baked(trial)
        if not proved and not is_due(trial.new, trial.stable, last):
            return
        verdict = judge(trial.stable, trial.new, canary.looks)
        if verdict.worse is not None:
            await self._roll_back(trial, verdict)
        elif proved:
            await self._promote(trial, verdict)
        else:
            await self._canaries.looked(canary, verdict.as_dict())

    async def _roll_back(self, trial: Trial, verdict: Verdict) -> None:
        reason = verdict.reason()
        ended = await self._canaries.end(
            trial.canary, "rolled_back", reason=reason, verdict=verdict.as_dict()
        )
        if ended:
            _log.warning("a canary was rolled back", api=str(trial.canary.api_id), reason=reason)

    async def _promote(self, trial: Trial, verdict: Verdict) -> None:
        reason = f"No worse after {trial.new.calls} calls in {trial.age_seconds:.0f} s."
        ended = await self._canaries.end(
            trial.canary, "promoted", reason=reason, verdict=verdict.as_dict()
        )
        if ended:
            _log.info("a canary was promoted", api=str(trial.canary.api_id), reason=reason)


def _has_baked(trial: Trial) -> bool:
    wish = trial.canary.wish
    return (
        trial.age_seconds >= wish.bake_seconds
        and trial.new.calls >= wish.min_calls
        and trial.stable.calls >= FIRST_CALLS
    )
