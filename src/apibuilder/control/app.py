"""The control API as an app: routers, errors and what every request passes."""

from __future__ import annotations

from importlib.metadata import version

import aiohttp
from fastapi import FastAPI

from apibuilder.control import problems
from apibuilder.control.apis.endpoints import router as apis
from apibuilder.control.authentication import Authenticator
from apibuilder.control.billing.endpoints import router as billing
from apibuilder.control.body_limit import BodyLimit
from apibuilder.control.canaries.endpoints import router as canaries
from apibuilder.control.dashboard import Build, Dashboard
from apibuilder.control.dependencies import Services
from apibuilder.control.deployments.endpoints import router as deployments
from apibuilder.control.edits.endpoints import router as edits
from apibuilder.control.generations.endpoints import router as generations
from apibuilder.control.imports.endpoints import router as imports
from apibuilder.control.keys.endpoints import router as keys
from apibuilder.control.local_origin import LocalOrigin
from apibuilder.control.logs.endpoints import router as logs
from apibuilder.control.marketplace.endpoints import router as marketplace
from apibuilder.control.metrics.endpoints import router as metrics
from apibuilder.control.request_id import RequestId
from apibuilder.control.schedules.endpoints import router as schedules
from apibuilder.control.secrets.endpoints import router as secrets
from apibuilder.control.system.endpoints import router as system
from apibuilder.control.usage.endpoints import router as usage


def create_app(
    services: Services,
    authenticators: tuple[Authenticator, ...],
    local: aiohttp.ClientSession | None = None,
    dashboard: Build | None = None,
) -> FastAPI:
    """Everything on the platform origin; `local` reaches one machine's own Auth and REST."""
    app = FastAPI(
        title="AI API Builder: control API",
        version=version("apibuilder"),
        docs_url="/api/v1/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.services = services
    app.state.authenticators = authenticators
    problems.install(app)
    # The last added is the outermost: even an answer that a handler of errors makes has an id.
    app.add_middleware(BodyLimit)
    if dashboard is not None:
        app.add_middleware(Dashboard, build=dashboard)
    if local is not None:
        app.add_middleware(LocalOrigin, web=local)
    app.add_middleware(RequestId)
    for router in (system, apis, deployments, canaries, keys, secrets, usage, generations):
        app.include_router(router)
    for router in (edits, imports, schedules, logs, metrics, marketplace, billing):
        app.include_router(router)
    return app
