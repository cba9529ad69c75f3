"""A Generation: one run of the pipeline that ends in a Revision, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.deployments.service import Ask, DeploymentService
from apibuilder.control.generations.schemas import CreateGeneration
from apibuilder.domain import Failure
from apibuilder.errors import ApiBuilderError, DeployRefused
from apibuilder.generator.base import Generated, Progress, Report, Stage
from apibuilder.generator.pipeline import Pipeline
from apibuilder.store.base import GenerationEnd, GenerationStore, NewRevision

Make = Callable[[Report], Awaitable[Generated]]
_DEPLOY_SECONDS = 60.0  # to wait for the outcome of the Deployment, unless asked to wait longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A Generation that is noted, and what it starts from."""

    id: UUID
    principal: Principal
    wanted: CreateGeneration
    ask: Ask
    make: Make | None = None  # what makes it, if it is no new Api from a sentence


class GenerationService:
    """Begins Generations and sees them to their end."""

    def __init__(
        self, generations: GenerationStore, pipeline: Pipeline, deployments: DeploymentService
    ) -> None:
        self._generations = generations
        self._pipeline = pipeline
        self._deployments = deployments

    async def begin(
        self, principal: Principal, wanted: CreateGeneration, ask: Ask, make: Make | None = None
    ) -> Run:
        """Note a run; without `make` the pipeline makes a new Api of the prompt.

        Raises NotFound, TooManyGenerations.
        """
        generation_id = await self._generations.start(principal.user_id, wanted.prompt, wanted.api)
        ask = replace(ask, wait_seconds=max(ask.wait_seconds, _DEPLOY_SECONDS))
        return Run(id=generation_id, principal=principal, wanted=wanted, ask=ask, make=make)

    async def outcome(self, run: Run, report: Report) -> DeployResult:
        """Generate and publish; cancelling it ends the run, and that is noted.

        Raises NeedsModel, GenerationTimeout, a DeployRefused, or what publishing raises.
        """
        try:
            generated = await self._generate(run, report)
            result = await self._deploy(run, generated, report)
        except BaseException as error:
            # Shielded: whoever has left must not leave a run that never ends.
            await asyncio.shield(self._generations.finish(run.id, _end_of(error)))
            raise
        end = GenerationEnd(
            status="succeeded",
            deployment_id=result.deployment_id,
            model=generated.model,
            plan=generated.plan.model_dump(mode="json"),
        )
        await asyncio.shield(self._generations.finish(run.id, end))
        return result

    async def _generate(self, run: Run, report: Report) -> Generated:
        if run.make is not None:
            return await run.make(report)
        return await self._pipeline.create(run.wanted.prompt, report)

    async def _deploy(self, run: Run, generated: Generated, report: Report) -> DeployResult:
        report(Progress(stage=Stage.DEPLOY, status="started"))
        try:
            result = await self._publish(run, generated)
        except ApiBuilderError as error:
            report(Progress(stage=Stage.DEPLOY, status="failed", detail=error.detail))
            raise
        report(Progress(stage=Stage.DEPLOY, status="done", detail=result.endpoint_url))
        return result

    async def _publish(self, run: Run, generated: Generated) -> DeployResult:
        wanted, ask = run.wanted, run.ask
        revision = NewRevision(
            source=generated.source,
            prompt=wanted.prompt,
            model=generated.model,
            tests=[test.model_dump(mode="json") for test in generated.tests],
            checks=generated.checks,
        )
        if wanted.api is None:
            name = wanted.name or generated.plan.title
            return await self._deployments.create(run.principal, revision, name=name, ask=ask)
        return await self._deployments.publish(
            run.principal, wanted.api, revision, name=wanted.name, ask=ask
        )


def _end_of(error: BaseException) -> GenerationEnd:
    match error:
        case asyncio.CancelledError():
            return GenerationEnd(status="cancelled")
        case DeployRefused():
            failure = error.failure()
        case ApiBuilderError():
            failure = Failure(code=error.code, detail=error.detail)
        case _:  # a bug: its text is for the log, not for the maker
            failure = Failure(code=ApiBuilderError.code, detail=ApiBuilderError.title())
    return GenerationEnd(status="failed", error=failure)
