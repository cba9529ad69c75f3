"""/api/v1/generations: from a sentence to a live Api, as one answer or with its progress."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import Asked, TheServices
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.edits.schemas import CreateEdit
from apibuilder.control.generations.events import EVENTS, RESPONSES, answered
from apibuilder.control.generations.schemas import CreateGeneration

router = APIRouter(prefix="/api/v1", tags=["generations"])


@router.post("/generations", status_code=201, response_model=DeployResult, responses=RESPONSES)
async def generate(
    body: CreateGeneration,
    *,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    request: Request,
    response: Response,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> DeployResult | StreamingResponse:
    """Make an Api of a sentence, or change one. With `Accept: text/event-stream` every stage is
    told as it begins and ends; leaving such an answer cancels the Generation."""
    stream = EVENTS in accept
    if body.api is not None:
        change = CreateEdit(change=body.prompt, confirm_breaking=body.confirm_breaking)
        edit = await services.edits.begin(principal, body.api, change, ask)
        return await answered(
            partial(services.edits.outcome, edit), request, response, stream=stream
        )
    run = await services.generations.begin(principal, body, ask)
    return await answered(
        partial(services.generations.outcome, run), request, response, stream=stream
    )
