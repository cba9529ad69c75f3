"""/api/v1/imports: from what is there already to a live Api."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from apibuilder.control.authentication import CurrentPrincipal
from apibuilder.control.dependencies import Asked, TheServices
from apibuilder.control.generations.events import EVENTS, RESPONSES, answered
from apibuilder.control.imports.schemas import CreateImport, ImportResult

router = APIRouter(prefix="/api/v1", tags=["imports"])


@router.post("/imports", status_code=201, response_model=ImportResult, responses=RESPONSES)
async def import_api(
    body: CreateImport,
    *,
    principal: CurrentPrincipal,
    services: TheServices,
    ask: Asked,
    request: Request,
    response: Response,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> ImportResult | StreamingResponse:
    """Make an Api of an OpenAPI document, a CSV file, a FastAPI file, CREATE TABLE statements or
    cURL commands. `notes` say what could not be carried over."""
    run = await services.imports.begin(principal, body, ask)
    outcome = partial(services.imports.outcome, run)
    return await answered(outcome, request, response, stream=EVENTS in accept)
