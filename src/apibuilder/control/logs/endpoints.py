"""/api/v1/apis/{ref}/logs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from apibuilder.backends.base import LogLine
from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.control.logs.filters import LogFilter
from apibuilder.errors import ApiBuilderError

router = APIRouter(prefix="/api/v1/apis", tags=["apis"])

_NDJSON, _SSE = "application/x-ndjson", "text/event-stream"
_KEEPALIVE_SECONDS = 15.0  # of a follower that hears nothing: proxies end what is silent


@router.get("/{ref}/logs", response_class=Response)
async def logs(
    ref: str,
    *,
    principal: CurrentPrincipal,
    services: TheServices,
    tail: Annotated[
        int, Query(ge=0, le=10_000, description="How many past lines are looked through.")
    ] = 100,
    follow: bool = False,
    level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        Query(description="The least severe."),
    ] = "debug",
    request_id: Annotated[str | None, Query(max_length=128)] = None,
    since: datetime | None = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """What it printed: one JSON object a line; with `follow`, new lines as they come.

    With `Accept: text/event-stream` each is an event, `log`.
    """
    wanted = LogFilter(level=level, request_id=request_id, since=since)
    lines = await services.apis.logs(principal, ref, wanted, tail=tail, follow=follow)
    if _SSE in accept:
        no_buffers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_events(lines), media_type=_SSE, headers=no_buffers)
    if follow:
        return StreamingResponse(_stream(lines), media_type=_NDJSON)
    return Response("".join([_line(one) async for one in lines]), media_type=_NDJSON)


async def _stream(lines: AsyncIterator[LogLine]) -> AsyncIterator[str]:
    """The status line is sent by now, so what goes wrong is said as a last log line."""
    try:
        async for one in lines:
            yield _line(one)
    except ApiBuilderError as error:
        now = datetime.now(UTC).isoformat()
        yield _line(LogLine(at=now, stream="platform", level="error", message=error.detail))


async def _events(lines: AsyncIterator[LogLine]) -> AsyncIterator[str]:
    """The same as events, with a comment now and then while there are none."""
    stream = aiter(_stream(lines))
    following = asyncio.ensure_future(anext(stream, None))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=_KEEPALIVE_SECONDS)
            if not done:
                yield ": nothing new\n\n"
                continue
            line = following.result()
            if line is None:
                return
            yield f"event: log\ndata: {line}\n"
            following = asyncio.ensure_future(anext(stream, None))
    finally:
        following.cancel()


def _line(line: LogLine) -> str:
    return json.dumps(asdict(line), ensure_ascii=False) + "\n"
