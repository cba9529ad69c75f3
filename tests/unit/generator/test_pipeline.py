"""Pipeline: what it reports, what it keeps, and how it ends."""

from __future__ import annotations

import asyncio

import pytest

from apibuilder import errors
from apibuilder.errors import (
    AppMissing,
    DeployRefused,
    GenerationTimeout,
    ImportFailed,
    NeedsModel,
    SourceSyntaxError,
)
from apibuilder.generator.base import Generated, Progress, Stage
from apibuilder.generator.pipeline import MAX_REPAIRS, Pipeline
from tests.unit.generator.twins import PLAN, SandboxTwin, ScriptedGenerator, cases, source

BROKEN = "def ("


def scripted(*sources: str, tests: str = "a b", **more: object) -> ScriptedGenerator:
    return ScriptedGenerator(list(sources), cases(*tests.split()), **more)  # type: ignore[arg-type]


async def create(
    generator: ScriptedGenerator,
    sandbox: SandboxTwin | None = None,
    reports: list[Progress] | None = None,
    seconds: float = 60,
) -> Generated:
    pipeline = Pipeline(generator, sandbox or SandboxTwin(), deadline_seconds=seconds)
    return await pipeline.create("things", (reports if reports is not None else []).append)


def told(reports: list[Progress]) -> list[str]:
    return [f"{one.stage} {one.status}" for one in reports]


async def test_all_that_passes_is_returned_with_how_it_came_about() -> None:
    reports: list[Progress] = []
    generated = await create(scripted(source("a", "b")), reports=reports)
    assert generated.source == source("a", "b")
    assert generated.plan == PLAN
    assert generated.model == "scripted"
    assert [test.name for test in generated.tests] == ["a", "b"]
    assert [(check.name, check.passed) for check in generated.checks] == [("a", True), ("b", True)]
    assert told(reports) == [
        "plan started", "plan done", "tests started", "tests done", "code started", "code done",
        "check started", "check done", "run started", "run done",
    ]  # fmt: skip
    details = {one.stage: one.detail for one in reports if one.status == "done"}
    assert details == {
        Stage.PLAN: "Things",
        Stage.TESTS: "2 steps",
        Stage.CODE: "2 lines",
        Stage.CHECK: "",
        Stage.RUN: "2 checks passed",
    }


async def test_an_edit_starts_from_the_plan_that_is_there() -> None:
    generator = scripted(source("a", "b"))
    pipeline = Pipeline(generator, SandboxTwin(), deadline_seconds=60)
    generated = await pipeline.edit(PLAN, "other things", [].append)
    assert generated.plan.description == "other things"
    assert generator.asked == ["revise", "tests", "code"]


async def test_every_test_has_an_instance_of_its_own_and_none_stays() -> None:
    sandbox = SandboxTwin()
    await create(scripted(source("a", "b")), sandbox)
    assert sandbox.opened == sandbox.closed == 3  # the properties have one too


async def test_a_repair_that_passes_all_is_returned() -> None:
    reports: list[Progress] = []
    generator = scripted(source("a"), source("a", "b"))
    generated = await create(generator, reports=reports)
    assert generated.source == source("a", "b")
    ((seen, findings),) = generator.repairs
    assert seen == source("a")
    assert [finding.name for finding in findings] == ["b"]
    assert "step 1: GET /b answered 500, but status 200 was expected" in findings[0].detail
    assert told(reports)[6:] == [
        "check started", "check done", "run started", "run failed", "repair started",
        "repair done", "check started", "check done", "run started", "run done",
    ]  # fmt: skip
    assert [one.detail for one in reports if one.stage is Stage.REPAIR] == ["", "1 of 3"]


async def test_nothing_is_returned_while_a_test_is_red() -> None:
    with pytest.raises(errors.TestsFailed, match=r"^b: step 1: GET /b answered 500") as failed:
        await create(scripted(source("a")))
    assert failed.value.file == "main.py"


async def test_no_repair_is_kept_that_breaks_what_passed() -> None:
    generator = scripted(
        source("a", "b"), source("b", "c", "d"), source("a", "b", "c"), tests="a b c d"
    )
    with pytest.raises(errors.TestsFailed, match=r"^d: "):
        await create(generator)
    based_on = [seen for seen, _ in generator.repairs]
    assert based_on == [source("a", "b"), source("a", "b"), source("a", "b", "c")]


async def test_two_tests_of_one_name_are_two_tests() -> None:
    generator = scripted(source("a"), source("b", "c"), tests="a b c")
    for test in generator.written[:2]:
        test.name = "the same"
    with pytest.raises(errors.TestsFailed):
        await create(generator)
    assert {seen for seen, _ in generator.repairs} == {source("a")}


async def test_at_most_three_repairs() -> None:
    never = [source("x", str(number)) for number in range(9)]
    generator = scripted(source(), *never)
    with pytest.raises(errors.TestsFailed):
        await create(generator)
    assert generator.asked.count("repair") == MAX_REPAIRS == 3


async def test_a_third_repair_still_counts() -> None:
    generator = scripted(source(), source("a"), source("x"), source("a", "b"))
    assert (await create(generator)).source == source("a", "b")


async def test_the_same_source_again_ends_it() -> None:
    generator = scripted(source("a"))
    with pytest.raises(errors.TestsFailed):
        await create(generator)
    assert generator.asked.count("repair") == 1


async def test_the_error_is_that_of_the_best_attempt() -> None:
    generator = scripted(source(), source("a", "b"), BROKEN, source("b"), tests="a b c d")
    with pytest.raises(errors.TestsFailed, match=r"^c: .*\(1 more of its tests failed\.\)$"):
        await create(generator)


async def test_code_that_is_refused_by_the_check_is_repaired_and_never_run() -> None:
    reports: list[Progress] = []
    sandbox = SandboxTwin()
    generator = scripted(BROKEN, source("a", "b"))
    generated = await create(generator, sandbox, reports)
    assert generated.source == source("a", "b")
    ((_, (finding,)),) = generator.repairs
    assert finding.name == "syntax_error"
    assert finding.detail.endswith("(line 1)")
    assert told(reports)[6:9] == ["check started", "check failed", "repair started"]
    assert sandbox.opened == 3


@pytest.mark.parametrize(("broken", "error"), [(BROKEN, SourceSyntaxError), ("x = 1", AppMissing)])
async def test_code_that_stays_refused_is_refused(broken: str, error: type[DeployRefused]) -> None:
    with pytest.raises(error):
        await create(scripted(broken))


async def test_a_start_that_fails_is_a_finding_then_the_error() -> None:
    reports: list[Progress] = []
    refusal = ImportFailed("NameError: name 'x' is not defined", file="main.py", line=7)
    sandbox = SandboxTwin(refuses={source("a", "b"): refusal})
    generator = scripted(source("a", "b"))
    with pytest.raises(ImportFailed) as refused:
        await create(generator, sandbox, reports)
    assert refused.value is refusal
    ((_, (finding,)),) = generator.repairs
    assert (finding.name, finding.detail[-8:]) == ("import_failed", "(line 7)")
    assert reports[9] == Progress(stage=Stage.RUN, status="failed", detail=refusal.detail)


async def test_a_repair_that_starts_is_better_than_code_that_does_not() -> None:
    sandbox = SandboxTwin(refuses={source(): ImportFailed("no")})
    generator = scripted(source(), source("x"), source("a", "b"))
    assert (await create(generator, sandbox)).source == source("a", "b")
    assert [seen for seen, _ in generator.repairs] == [source(), source("x")]


@pytest.mark.parametrize("stage", ["plan", "tests", "code", "repair"])
async def test_what_needs_a_model_is_told_and_passed_on(stage: str) -> None:
    reports: list[Progress] = []
    error = NeedsModel("no recipe fits")
    with pytest.raises(NeedsModel) as raised:
        await create(scripted(source("a"), fails={stage: error}), reports=reports)
    assert raised.value is error
    assert reports[-1] == Progress(stage=Stage(stage), status="failed", detail="no recipe fits")


@pytest.mark.parametrize("stage", ["plan", "tests", "code", "repair"])
async def test_a_deadline_bounds_every_stage(stage: str) -> None:
    with pytest.raises(GenerationTimeout) as timeout:
        await create(scripted(source("a"), hangs=stage), seconds=0.05)
    assert timeout.value.facts == {"limit": "generation_seconds", "allowed": 0.05, "seen": 0.05}
    assert "0.05 seconds" in timeout.value.detail


async def test_a_deadline_bounds_the_run_and_closes_what_is_open() -> None:
    sandbox = SandboxTwin(open_limit=1)
    with pytest.raises(GenerationTimeout):
        await create(scripted(source("a", "b")), sandbox, seconds=0.05)
    assert sandbox.opened == sandbox.closed == 2


async def test_a_timeout_that_is_not_the_deadline_is_not_called_one() -> None:
    class Slow(ScriptedGenerator):
        async def code(self, plan: object) -> str:
            raise TimeoutError("of something else")

    with pytest.raises(TimeoutError, match="of something else"):
        await create(Slow([source()], cases("a")))


async def test_a_cancelled_run_ends_at_once_and_leaves_nothing_open() -> None:
    sandbox = SandboxTwin(open_limit=1)
    task = asyncio.create_task(create(scripted(source("a", "b")), sandbox))
    await sandbox.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sandbox.opened == sandbox.closed == 2


async def test_one_pipeline_serves_many_runs_at_once() -> None:
    pipeline = Pipeline(scripted(source("a", "b")), SandboxTwin(), deadline_seconds=60)
    made = await asyncio.gather(*(pipeline.create("things", [].append) for _ in range(5)))
    assert {one.source for one in made} == {source("a", "b")}
