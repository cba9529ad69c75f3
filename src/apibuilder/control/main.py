"""Wiring of the control process: the control API and the deployer's loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from apibuilder import logs
from apibuilder.backends.base import Backend
from apibuilder.backends.remote import RemoteBackend
from apibuilder.billing.base import Payments
from apibuilder.control.apis.service import ApiService
from apibuilder.control.app import create_app
from apibuilder.control.authentication import (
    OPERATOR_HANDLE,
    OPERATOR_ID,
    Authenticator,
    OperatorToken,
    load_operator_token,
)
from apibuilder.control.billing.close import BillingLoop
from apibuilder.control.billing.service import BillingService
from apibuilder.control.canaries.service import CanaryService
from apibuilder.control.dashboard import Build
from apibuilder.control.dependencies import Services
from apibuilder.control.deployments.service import DeploymentService
from apibuilder.control.deployments.watch import DeploymentWatch
from apibuilder.control.edits.service import EditService
from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.control.generations.service import GenerationService
from apibuilder.control.housekeeping import keep_house
from apibuilder.control.imports.service import ImportService
from apibuilder.control.keys.service import KeyService
from apibuilder.control.local_origin import open_session
from apibuilder.control.logs.shipper import LogShipper
from apibuilder.control.marketplace.replay import Replayer
from apibuilder.control.marketplace.service import MarketService
from apibuilder.control.metrics.service import MetricsService
from apibuilder.control.model_access import model_access
from apibuilder.control.schedules.runner import ScheduleRunner
from apibuilder.control.schedules.service import ScheduleService
from apibuilder.control.secrets.service import SecretService
from apibuilder.control.sign_in import Expected, SignInTokens
from apibuilder.control.signing_keys import Jwks
from apibuilder.control.system.schemas import PublicConfig
from apibuilder.control.system.service import SystemService
from apibuilder.control.usage.rollup import Rollup
from apibuilder.control.usage.service import UsageService
from apibuilder.deployer.canaries import CanaryWatch
from apibuilder.deployer.reconcile import Pace, Reconciler
from apibuilder.errors import Unavailable
from apibuilder.generator.choice import InTurn
from apibuilder.generator.edits.editor import Editor
from apibuilder.generator.pipeline import Pipeline
from apibuilder.generator.providers.choose import choose
from apibuilder.generator.providers.spend import Budget
from apibuilder.generator.recipes.generator import RecipeGenerator
from apibuilder.generator.written.generator import ModelGenerator
from apibuilder.generator.written.rules import RulesGenerator
from apibuilder.settings import Settings
from apibuilder.store.postgres import (
    Database,
    PostgresAccountStore,
    PostgresApiStore,
    PostgresBillingStore,
    PostgresCanaryStore,
    PostgresDeployerStore,
    PostgresDeploymentStore,
    PostgresEditStore,
    PostgresGenerationStore,
    PostgresKeyStore,
    PostgresLogStore,
    PostgresMarketStore,
    PostgresMetricsStore,
    PostgresScheduleStore,
    PostgresSecretStore,
    PostgresUsageStore,
)
from apibuilder.store.sealing import Sealer

_log = structlog.get_logger()

_DRAIN_SECONDS = 5
_BACKLOG = 1024


def run(settings: Settings, *, listen_fd: int | None) -> None:
    """Serve until SIGTERM or SIGINT, on the inherited socket or one of its own."""
    logs.configure(settings.log_level)
    uvloop.run(_serve(settings, _listen(settings, listen_fd)))


def _listen(settings: Settings, listen_fd: int | None) -> socket.socket:
    if listen_fd is not None:
        return socket.socket(fileno=listen_fd)
    return socket.create_server((settings.host, settings.platform_port), backlog=_BACKLOG)


async def _serve(settings: Settings, listening: socket.socket) -> None:
    token = load_operator_token(settings.state_dir / "operator.token")
    async with AsyncExitStack() as stack:
        backend = RemoteBackend(settings.runtime_socket)
        stack.push_async_callback(backend.close)
        database = await stack.enter_async_context(Database(settings.database_dsn))
        payments = _payments(settings)
        if payments is not None:
            stack.push_async_callback(payments.close)
        parts = Parts(settings, backend, database, payments)
        await _prepare(parts.accounts, parts.apis, settings.operator_plan)
        authenticators = (OperatorToken(token), *_sign_in(settings))
        local = await _local(settings, stack)
        app = create_app(parts.services(), authenticators, local, _dashboard(settings))
        await _run_beside(_server(app), listening, parts.background())


def _sign_in(settings: Settings) -> list[Authenticator]:
    """None without a Supabase project, hosted or local: then there is the operator alone."""
    if settings.supabase_url is None:
        return []
    auth = f"{settings.supabase_url.rstrip('/')}/auth/v1"
    is_local = settings.supabase_socket is not None
    expected = Expected(
        audience=settings.jwt_audience,
        issuer=settings.jwt_issuer or auth,
        issuer_required=not is_local,
    )
    keys = None if is_local else Jwks(f"{auth}/.well-known/jwks.json")
    return [SignInTokens(expected, secret=settings.jwt_secret, keys=keys)]


def _dashboard(settings: Settings) -> Build:
    folder = Path(__file__).resolve().parents[3] / "frontend" / "dist"
    return Build.at(folder, gateway=settings.gateway_origin, supabase=settings.supabase_url)


def _payments(settings: Settings) -> Payments | None:
    """None without a provider: then invoices are computed, and say that they are unpaid."""
    if settings.stripe_key is None:
        return None
    from apibuilder.billing.stripe_payments import (  # noqa: PLC0415 - its library takes 1.5 s
        StripePayments,
    )

    return StripePayments(
        settings.stripe_key,
        webhook_secret=settings.stripe_webhook_secret,
        url=settings.stripe_url,
    )


async def _local(settings: Settings, stack: AsyncExitStack) -> aiohttp.ClientSession | None:
    if settings.supabase_socket is None:
        return None
    return await stack.enter_async_context(open_session(settings.supabase_socket))


class Parts:
    """The stores, services and loops of this process, each given what it needs."""

    def __init__(
        self,
        settings: Settings,
        backend: Backend,
        database: Database,
        payments: Payments | None = None,
    ) -> None:
        self._settings = settings
        self._payments = payments
        self._backend = backend
        self._database = database
        kind, gateway_url = settings.backend, settings.gateway_origin
        self.accounts = PostgresAccountStore(database)
        self.apis = PostgresApiStore(database, backend=kind, gateway_url=gateway_url)
        self._deployments = PostgresDeploymentStore(database, backend=kind)
        self._generations = PostgresGenerationStore(database)
        self._usage = PostgresUsageStore(database)
        self._schedules = PostgresScheduleStore(database)
        self._market = PostgresMarketStore(database)
        self._billing = PostgresBillingStore(database)
        self._sealer = Sealer.load(settings.secrets_key, settings.state_dir / "secrets.key")
        self._secrets = PostgresSecretStore(database, self._sealer, backend=kind)
        self._canaries = PostgresCanaryStore(database)
        self._watch = DeploymentWatch(self._deployments)

    def services(self) -> Services:
        """What endpoints call."""
        deployments = DeploymentService(self.apis, self._deployments, self._watch)
        pipeline = self._pipeline()
        generations = GenerationService(self._generations, pipeline, deployments)
        return Services(
            apis=ApiService(self.apis, self._backend),
            canaries=CanaryService(self._canaries),
            deployments=deployments,
            keys=KeyService(PostgresKeyStore(self._database)),
            metrics=MetricsService(self.apis, PostgresMetricsStore(self._database)),
            secrets=SecretService(self._secrets),
            usage=UsageService(
                self.apis, self._usage, self._settings.usage_dir, self._settings.apis_dir
            ),
            system=SystemService(
                backend=self._backend,
                database_version=self._database.version,
                public=PublicConfig(
                    supabase_url=self._settings.supabase_url,
                    supabase_publishable_key=self._settings.supabase_anon_key,
                    gateway_url=self._settings.gateway_origin,
                    version=version("apibuilder"),
                ),
            ),
            generations=generations,
            edits=EditService(
                self.apis,
                PostgresEditStore(self._database),
                generations,
                self._editor(),
                pipeline.edit,
            ),
            imports=ImportService(
                generations,
                BackendSandbox(self._backend),
                deadline_seconds=self._settings.generation_timeout_seconds,
            ),
            schedules=ScheduleService(self._schedules),
            market=MarketService(self._market, deployments),
            billing=BillingService(self._billing, self._payments),
        )

    def _pipeline(self) -> Pipeline:
        settings = self._settings
        model = choose(model_access(settings))
        written = None if model is None else ModelGenerator(model)
        return Pipeline(
            InTurn(RecipeGenerator(), RulesGenerator(), written),
            BackendSandbox(self._backend),
            deadline_seconds=settings.generation_timeout_seconds,
            budget=Budget(tokens=settings.generation_tokens, usd=settings.generation_usd),
        )

    def _editor(self) -> Editor:
        return Editor(
            BackendSandbox(self._backend),
            deadline_seconds=self._settings.generation_timeout_seconds,
        )

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the server, for as long as it does."""
        store = PostgresDeployerStore(self._database, self._sealer)
        pace = Pace(grace=self._settings.drain_seconds)
        reconciler = Reconciler(store, self._backend, pace)
        rollup = Rollup(
            self._usage,
            usage_days=self._settings.usage_retention_days,
            log_days=self._settings.log_retention_days,
        )
        log_store = PostgresLogStore(self._database)
        chores = (
            self._deployments.forget_old_requests,
            self._generations.abandon_dead,
            self._secrets.reseal,
            rollup.retain,
            log_store.trim,
            self._usage.refresh_listings,
            self._market.forget_replays,
        )
        return [
            rollup.run(),
            LogShipper(self._backend, log_store).run(),
            reconciler.run(),
            CanaryWatch(self._canaries).run(),
            _spread(store.events(), self._watch, reconciler),
            keep_house(self._usage, chores),
            ScheduleRunner(
                self._schedules, self._settings.gateway_origin, self._backend.note
            ).run(),
            BillingLoop(self._billing, self._payments).run(),
            Replayer(
                self._market, BackendSandbox(self._backend), hours=self._settings.replay_hours
            ).run(),
        ]


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )


async def _run_beside(
    server: uvicorn.Server, listening: socket.socket, background: list[Coroutine[Any, Any, None]]
) -> None:
    """Until the server is told to stop. If one of `background` fails, the process ends with it."""
    # uvicorn raises the signal that stopped it once more when it is done; what is left to do then
    # is ours, so that must not end the process. Before this line there is nothing to clean up.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in background]
        await server.serve(sockets=[listening])
        for task in tasks:
            task.cancel()


def _ignore(_number: int, _frame: object) -> None:
    """uvicorn has heard it."""


async def _prepare(accounts: PostgresAccountStore, apis: PostgresApiStore, plan: str) -> None:
    """What must be there before the first request; callers wait in the socket's backlog."""
    while True:
        try:
            await accounts.ensure_operator(OPERATOR_ID, OPERATOR_HANDLE, plan)
            await apis.set_endpoint_urls()
        except Unavailable as error:  # it has waited a while by itself
            _log.warning("waiting for the database", detail=error.detail)
        else:
            return


async def _spread(
    events: AsyncIterator[UUID | None], watch: DeploymentWatch, reconciler: Reconciler
) -> None:
    """Hand every notice of the store to those who wait for it."""
    async for deployment_id in events:
        if deployment_id is not None:
            watch.changed(deployment_id)
        reconciler.wake()
