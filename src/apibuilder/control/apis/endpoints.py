"""/api/v1/apis: reading, pausing, resuming and deleting Apis, their Revisions and logs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from apibuilder.backends.base import LogLine
from apibuilder.control.apis.schemas import (
    ApiList,
    ApiOut,
    DeletedOut,
    RevisionList,
    RevisionOut,
    RevisionSummary,
)
from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import TheServices
from apibuilder.errors import ApiBuilderError

router = APIRouter(prefix="/api/v1/apis", tags=["apis"])

_NDJSON = "application/x-ndjson"


@router.get("")
async def list_apis(principal: CurrentPrincipal, services: TheServices) -> ApiList:
    """Your Apis, newest first."""
    return ApiList(apis=[ApiOut.of(api) for api in await services.apis.of_account(principal)])


@router.get("/{ref}")
async def get_api(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """One Api, by id or slug."""
    return ApiOut.of(await services.apis.get(principal, ref))


@router.post("/{ref}/pause")
async def pause(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """Refuse its calls with 503 until it is resumed."""
    return ApiOut.of(await services.apis.pause(principal, ref))


@router.post("/{ref}/resume")
async def resume(ref: str, principal: CurrentPrincipal, services: TheServices) -> ApiOut:
    """Undo a pause."""
    return ApiOut.of(await services.apis.resume(principal, ref))


@router.delete("/{ref}")
async def delete(ref: str, principal: CurrentPrincipal, services: TheServices) -> DeletedOut:
    """Remove the Api, its keys, its code and its data. This cannot be undone."""
    api_id, deleted_at = await services.apis.delete(principal, ref)
    return DeletedOut(api_id=api_id, deleted_at=deleted_at)


@router.get("/{ref}/revisions")
async def list_revisions(
    ref: str, principal: CurrentPrincipal, services: TheServices
) -> RevisionList:
    """Its Revisions, newest first."""
    api, found = await services.apis.revisions(principal, ref)
    summaries = [RevisionSummary.of(one, api.current_revision) for one in found]
    return RevisionList(api_id=api.id, revisions=summaries)


@router.get("/{ref}/revisions/{number}")
async def get_revision(
    ref: str,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    principal: CurrentPrincipal,
    services: TheServices,
) -> RevisionOut:
    """One Revision with its source, tests, checks and OpenAPI document."""
    return RevisionOut.of(await services.apis.revision(principal, ref, number))


@router.get("/{ref}/logs", response_class=Response)
async def logs(
    ref: str,
    principal: CurrentPrincipal,
    services: TheServices,
    tail: Annotated[int, Query(ge=0, le=10_000)] = 100,
    follow: bool = False,
) -> Response:
    """What it printed: one JSON object a line; with `follow`, new lines as they come."""
    lines = await services.apis.logs(principal, ref, tail=tail, follow=follow)
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


def _line(line: LogLine) -> str:
    return json.dumps(asdict(line), ensure_ascii=False) + "\n"
