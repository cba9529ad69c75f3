"""Several models as one: the next is asked when one is away; one that is busy is asked again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import structlog

from apibuilder.errors import ModelUnavailable
from apibuilder.generator.providers.base import Answer, LanguageModel, Question
from apibuilder.generator.providers.spend import Spend

_ATTEMPTS = 3  # of one model
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 20.0  # whoever asks for more is passed over
_log = structlog.get_logger()


class Failover:
    """See base.LanguageModel."""

    def __init__(
        self, models: Sequence[LanguageModel], *, first_wait_seconds: float = _FIRST_WAIT_SECONDS
    ) -> None:
        self._models = models
        self._first_wait_seconds = first_wait_seconds

    @property
    def name(self) -> str:
        """That of the first."""
        return self._models[0].name

    @property
    def pieces(self) -> bool:
        """That of the first: a module is begun and ended in one way."""
        return self._models[0].pieces

    async def ask(self, question: Question, spend: Spend) -> Answer:
        """Of the first model that answers. Raises ModelUnavailable when none does, naming each."""
        failures: list[str] = []
        for model in self._models:
            try:
                return await self._ask(model, question, spend)
            except ModelUnavailable as error:
                _log.warning("a model is away", model=model.name, detail=error.detail)
                failures.append(error.detail)
        raise ModelUnavailable(" ".join(failures))

    async def _ask(self, model: LanguageModel, question: Question, spend: Spend) -> Answer:
        wait = self._first_wait_seconds
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await model.ask(question, spend)
            except ModelUnavailable as error:
                pause = wait if error.wait is None else error.wait
                if not error.again or attempt == _ATTEMPTS or pause > _LONGEST_WAIT_SECONDS:
                    raise
                await asyncio.sleep(pause + random.uniform(0, wait / 4))  # noqa: S311 (spreads load)
                wait *= 2
        raise AssertionError("every attempt answers or raises")
