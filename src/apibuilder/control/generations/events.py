"""The answer of what takes a while: whole, or as server-sent events while it goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from apibuilder.control.deployments.endpoints import answer
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.generations.schemas import ProgressOut, StageOut
from apibuilder.control.request_id import request_id
from apibuilder.errors import ApiBuilderError
from apibuilder.generator.base import Progress, Report

EVENTS = "text/event-stream"
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {EVENTS: {}}, "description": "Events: `stage`, `progress`, `result`, `error`."}
}
Result = TypeVar("Result", bound=DeployResult)
_log = structlog.get_logger()
_SILENCE_SECONDS = 10.0  # then a comment is sent, so that no proxy takes the answer for dead


async def answered(
    outcome: Callable[[Report], Coroutine[Any, Any, Result]],
    request: Request,
    response: Response,
    *,
    stream: bool,
) -> Result | StreamingResponse:
    """The outcome, or a stream in which leaving cancels it."""
    if not stream:
        result = await outcome(_ignore)
        answer(result, response)
        return result
    events = _events(outcome, request_id(request.scope))
    return StreamingResponse(events, media_type=EVENTS, headers={"Cache-Control": "no-store"})


def _ignore(_progress: Progress) -> None:
    """Nobody watches."""


async def _events(
    outcome_of: Callable[[Report], Coroutine[Any, Any, Result]], identity: str
) -> AsyncGenerator[str]:
    """What happens, as server-sent events; the status line is sent by the time it may fail."""
    stages: asyncio.Queue[Progress] = asyncio.Queue()
    outcome = asyncio.create_task(outcome_of(stages.put_nowait))
    try:
        async with aclosing(_until(outcome, stages)) as told:
            async for stage in told:
                yield ": working\n\n" if stage is None else _told(stage)
        yield _event("result", outcome.result().model_dump(mode="json"))
    except ApiBuilderError as error:
        yield _event("error", error.problem(identity))
    except Exception:  # noqa: BLE001 (the answer has begun, so no handler can say it any more)
        _log.exception("a generation failed for a reason of ours", request_id=identity)
        yield _event("error", ApiBuilderError().problem(identity))
    finally:
        outcome.cancel()  # the caller left
        await asyncio.wait([outcome])


async def _until(
    outcome: asyncio.Task[Result], stages: asyncio.Queue[Progress]
) -> AsyncGenerator[Progress | None]:
    """Stages until the outcome is there; None when nothing was said for a while."""
    while not (outcome.done() and stages.empty()):
        getting = asyncio.create_task(stages.get())
        try:
            await asyncio.wait(
                {getting, outcome},
                timeout=_SILENCE_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if getting.done():
                yield getting.result()
            elif not outcome.done():
                yield None
        finally:
            getting.cancel()


def _told(progress: Progress) -> str:
    if progress.status != "progress":
        stage = StageOut(stage=progress.stage, status=progress.status, detail=progress.detail)
        return _event("stage", stage.model_dump(mode="json"))
    going_on = ProgressOut(
        stage=progress.stage,
        detail=progress.detail,
        input_tokens=progress.input_tokens,
        output_tokens=progress.output_tokens,
        usd=progress.usd,
    )
    return _event("progress", going_on.model_dump(mode="json"))


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
