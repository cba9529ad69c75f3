"""A Generation: one run of the pipeline that ends in a Revision, or says why not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.control.deployments.schemas import DeployResult
from apibuilder.control.deployments.service import Ask, DeploymentService
from apibuilder.control.generations.schemas import CreateGeneration
from apibuilder.domain import Failure
from apibuilder.errors import ApiBuilderError, DeployRefused, NeedsModel
from apibuilder.generator.base import Generated, Progress, Report, Stage
from apibuilder.generator.pipeline import Pipeline
from apibuilder.generator.plan import Plan
from apibuilder.store.base import GenerationEnd, GenerationStore, NewRevision

_DEPLOY_SECONDS = 60.0  # to wait for the outcome of the Deployment, unless asked to wait longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A Generation that is noted, and what it starts from."""

    id: UUID
    principal: Principal
    wanted: CreateGeneration
    plan: Plan | None  # of what is there, if that is to be changed
    ask: Ask


class GenerationService:
    """Begins Generations and sees them to their end."""

    def __init__(
        self, generations: GenerationStore, pipeline: Pipeline, deployments: DeploymentService
    ) -> None:
        self._generations = generations
        self._pipeline = pipeline
        self._deployments = deployments

    async def begin(self, principal: Principal, wanted: CreateGeneration, ask: Ask) -> Run:
        """Note a run, and what it starts from. Raises NotFound, TooManyGenerations, NeedsModel."""
        user_id = principal.user_id
        plan = None if wanted.api is None else await self._plan_of(user_id, wanted.api)
        generation_id = await self._generations.start(user_id, wanted.prompt, wanted.api)
        ask = replace(ask, wait_seconds=max(ask.wait_seconds, _DEPLOY_SECONDS))
        return Run(id=generation_id, principal=principal, wanted=wanted, plan=plan, ask=ask)

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
        if run.plan is None:
            return await self._pipeline.create(run.wanted.prompt, report)
        return await self._pipeline.edit(run.plan, run.wanted.prompt, report)

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

    async def _plan_of(self, user_id: UUID, ref: str) -> Plan:
        stored = await self._generations.plan_of(user_id, ref)
        if stored is None:
            raise NeedsModel(
                "This API's present revision was written by hand, so there is no plan to change. "
                "Change the file and send it with `apibuilder deploy FILE.py --api ID`."
            )
        return Plan.model_validate(stored)


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
