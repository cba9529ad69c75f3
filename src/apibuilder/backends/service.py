"""The runtime's face: the Backend port over HTTP on a private Unix socket.

Only processes of the platform's own user can reach it, so it knows no callers. Errors are
application/problem+json; remote.py turns them back into their classes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from apibuilder import __version__
from apibuilder.backends.base import Backend, LogLine
from apibuilder.domain import DeploymentSpec
from apibuilder.errors import ApiBuilderError, Invalid

_DEFAULT_GRACE = 30.0
_DEFAULT_TAIL = 100

router = APIRouter()


def _backend(request: Request) -> Backend:
    return request.app.state.backend


Runtime = Annotated[Backend, Depends(_backend)]
Grace = Annotated[float, Query(ge=0, le=3600, description="Seconds for requests in flight.")]


def create_app(backend: Backend) -> FastAPI:
    """The runtime service over any Backend."""
    app = FastAPI(title="AI API Builder runtime", version=__version__)
    app.state.backend = backend
    app.include_router(router)
    app.add_exception_handler(ApiBuilderError, _problem)
    return app


@router.put("/v1/deployments/{deployment_id}")
async def place(deployment_id: UUID, request: Request, runtime: Runtime) -> Response:
    """Start and verify a Deployment; the body is a DeploymentSpec."""
    try:
        spec = msgspec.json.decode(await request.body(), type=DeploymentSpec)
    except msgspec.MsgspecError as error:
        raise Invalid(f"The body is not a deployment spec: {error}") from error
    if spec.deployment_id != deployment_id:
        raise Invalid("The deployment_id in the body and the one in the path differ.")
    return _json(await runtime.place(spec))


@router.post("/v1/deployments/{deployment_id}/acquire")
async def acquire(
    deployment_id: UUID,
    runtime: Runtime,
    instances: Annotated[int, Query(ge=1, le=1000, description="As many as that, if allowed.")] = 1,
) -> Response:
    """The live Instances, at least one; starts one if there is none."""
    return _json({"instances": await runtime.acquire(deployment_id, instances)})


@router.post("/v1/deployments/{deployment_id}/suspend", status_code=204)
async def suspend(deployment_id: UUID, runtime: Runtime, grace: Grace = _DEFAULT_GRACE) -> None:
    """Drain and stop the Instances; keep the Deployment."""
    await runtime.suspend(deployment_id, grace)


@router.delete("/v1/deployments/{deployment_id}", status_code=204)
async def retire(deployment_id: UUID, runtime: Runtime, grace: Grace = _DEFAULT_GRACE) -> None:
    """Drain and stop the Instances; forget the Deployment."""
    await runtime.retire(deployment_id, grace)


@router.delete("/v1/apis/{api_id}", status_code=204)
async def forget_api(api_id: UUID, runtime: Runtime) -> None:
    """Retire all of an Api and remove its data and logs."""
    await runtime.forget_api(api_id)


@router.get("/v1/deployments")
async def placed(runtime: Runtime) -> Response:
    """All Deployments the runtime holds."""
    return _json({"deployments": await runtime.placed()})


@router.get("/v1/instances/{instance_id}/ending")
async def ending(instance_id: str, runtime: Runtime) -> Response:
    """Why an Instance ended."""
    return _json({"ending": await runtime.ending(instance_id)})


@router.post("/v1/instances/{instance_id}/overdue")
async def overdue(instance_id: str, runtime: Runtime) -> Response:
    """Whether an Instance computes on which a call is overdue."""
    return _json({"ending": await runtime.overdue(instance_id)})


@router.post("/v1/apis/{api_id}/notes", status_code=204)
async def note(api_id: UUID, request: Request, runtime: Runtime) -> None:
    """Write a line of the platform's to an Api's log; the body is the line as JSON."""
    try:
        message = msgspec.json.decode(await request.body(), type=str)
    except msgspec.MsgspecError as error:
        raise Invalid(f"The body is not a line: {error}") from error
    await runtime.note(api_id, message)


@router.get("/v1/apis/{api_id}/logs")
async def logs(
    api_id: UUID,
    runtime: Runtime,
    tail: Annotated[int, Query(ge=0, le=10_000)] = _DEFAULT_TAIL,
    follow: bool = False,
) -> Response:
    """Log lines as NDJSON, oldest first."""
    lines = runtime.logs(api_id, tail=tail, follow=follow)
    return StreamingResponse(_ndjson(lines), media_type="application/x-ndjson")


@router.get("/v1/logs")
async def log_feed(
    runtime: Runtime,
    epoch: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Log lines of all Apis, by number."""
    return _json(await runtime.log_feed(epoch, after))


@router.get("/v1/status")
async def status(runtime: Runtime) -> Response:
    """What `doctor` shows."""
    return _json(await runtime.status())


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(runtime: Runtime) -> dict[str, str]:
    """May place Deployments."""
    await runtime.status()
    return {"status": "ready"}


async def _ndjson(lines: AsyncIterator[LogLine]) -> AsyncIterator[bytes]:
    async for line in lines:
        yield msgspec.json.encode(line) + b"\n"


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiBuilderError)
    document = error.problem(request_id=uuid4().hex)
    return JSONResponse(
        document, error.status, error.headers, media_type="application/problem+json"
    )
