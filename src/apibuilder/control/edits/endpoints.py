"""/api/v1/apis/{ref}/edits and /api/v1/apis/{ref}/diff."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import Asked, TheServices
from apibuilder.control.edits.schemas import CreateEdit, EditResult, RevisionDiff
from apibuilder.control.generations.events import EVENTS, RESPONSES, answered

router = APIRouter(prefix="/api/v1", tags=["edits"])
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.post("/apis/{ref}/edits", status_code=201, response_model=EditResult, responses=RESPONSES)
async def edit_api(
    ref: str,
    body: CreateEdit,
    *,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    request: Request,
    response: Response,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> EditResult | StreamingResponse:
    """Change an Api by saying what should be different. The new Revision passed its tests, and was
    tried on a copy of the data; 409 `breaking_change` names what subscribers would lose."""
    run = await services.edits.begin(principal, ref, body, ask)
    outcome = partial(services.edits.outcome, run)
    return await answered(outcome, request, response, stream=EVENTS in accept)


@router.get("/apis/{ref}/diff")
async def diff_revisions(
    ref: str,
    principal: CurrentPrincipal,
    services: TheServices,
    before: Number = None,
    after: Number = None,
) -> RevisionDiff:
    """How two Revisions differ, in source and for callers. Default: what serves, and the one
    before it."""
    return await services.edits.diff(principal, ref, before, after)
