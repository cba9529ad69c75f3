"""Forty prompts by level: no model (recipes and rules), a model asked once, and the pipeline.

    make bench-generation            # with the model that the environment names
    .venv/bin/python -m bench.generation [--way pipeline] [--levels 1,2] [--seconds 600]

Writes bench/results/generation.json after every prompt, so it can be stopped and gone on with.
Steps are calls to the finished API that no generator saw; each way's best attempt is called,
published or not. `published` counts only what passed its own tests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from apibuilder.control.generations.sandbox import BackendSandbox
from apibuilder.control.model_access import model_access
from apibuilder.errors import ApiBuilderError
from apibuilder.generator.base import Draft, Progress
from apibuilder.generator.check import check_source
from apibuilder.generator.choice import InTurn
from apibuilder.generator.pipeline import Pipeline
from apibuilder.generator.providers.base import LanguageModel
from apibuilder.generator.providers.choose import choose
from apibuilder.generator.providers.spend import Budget, Spend
from apibuilder.generator.recipes.generator import RecipeGenerator
from apibuilder.generator.runner import Captured, run_step
from apibuilder.generator.written.generator import ModelGenerator
from apibuilder.generator.written.rules import RulesGenerator
from apibuilder.settings import Settings
from bench.generation import computing, keeping, ruling
from bench.generation.single_shot import single_shot
from bench.generation.task import Task
from tests.contracts.backends import fork_backend

TASKS = (*computing.TASKS, *keeping.TASKS, *ruling.TASKS)
RESULTS = Path(__file__).parents[1] / "results"
WAYS = ("offline", "single", "pipeline")
_BUDGET = Budget(tokens=60_000, usd=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one prompt, one way."""

    task: str
    level: int
    way: str
    starts: bool
    published: bool
    steps: int
    passed: int
    tokens: int
    seconds: float
    repairs: int
    error: str
    failures: list[str]


@dataclass(slots=True)
class Made:
    """The best source that a way came to."""

    source: str | None = None
    published: bool = False
    tokens: int = 0
    repairs: int = 0
    error: str = ""


async def make(
    task: Task, way: str, model: LanguageModel | None, sandbox: BackendSandbox, seconds: float
) -> Made:
    """One way with one prompt."""
    made = Made()
    if way == "single":
        assert model is not None
        spend = Spend(budget=_BUDGET)
        try:
            async with asyncio.timeout(seconds):
                made.source = await single_shot(model, task.prompt, spend)
        except (ApiBuilderError, TimeoutError) as error:
            made.error = repr(error)
        made.tokens = spend.tokens
        return made
    written = None if model is None else ModelGenerator(model)
    generator = InTurn(RecipeGenerator(), RulesGenerator(), written)
    pipeline = Pipeline(generator, sandbox, deadline_seconds=seconds, budget=_BUDGET)

    async def keep(draft: Draft) -> None:
        made.source = draft.source

    def report(progress: Progress) -> None:
        made.tokens = progress.input_tokens + progress.output_tokens
        if progress.stage == "repair" and progress.status == "started":
            made.repairs += 1

    try:
        made.source = (await pipeline.create(task.prompt, report, keep=keep)).source
        made.published = True
    except ApiBuilderError as error:
        made.error = f"{error.code}: {error.detail}"[:500]
    return made


async def judge(
    task: Task, source: str | None, sandbox: BackendSandbox
) -> tuple[bool, int, list[str]]:
    """Whether it starts, how many steps pass, and what is wrong with the others."""
    if source is None:
        return False, 0, ["nothing was written"]
    failures: list[str] = []
    captured: Captured = {}
    try:
        check_source(source)
        async with sandbox.open(source) as session:
            for step in task.steps:
                if failure := await run_step(session, step, captured):
                    failures.append(failure[:300])
    except ApiBuilderError as error:
        return False, 0, [f"{error.code}: {error.detail}"[:300]]
    return True, len(task.steps) - len(failures), failures


async def measure(
    task: Task, way: str, model: LanguageModel | None, sandbox: BackendSandbox, seconds: float
) -> Outcome:
    """One prompt, one way."""
    began = time.monotonic()
    made = await make(task, way, None if way == "offline" else model, sandbox, seconds)
    took = time.monotonic() - began
    starts, passed, failures = await judge(task, made.source, sandbox)
    return Outcome(
        task=task.name, level=task.level, way=way, starts=starts, published=made.published,
        steps=len(task.steps), passed=passed, tokens=made.tokens, seconds=round(took, 1),
        repairs=made.repairs, error=made.error, failures=failures,
    )  # fmt: skip


def summary(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """By way and level."""
    found: dict[str, Any] = {}
    for way in WAYS:
        own = [one for one in outcomes if one["way"] == way]
        levels = sorted({one["level"] for one in own})
        groups = {"all": own, **{f"level {n}": [o for o in own if o["level"] == n] for n in levels}}
        if own:
            found[way] = {name: _rates(group) for name, group in groups.items()}
    return found


def _rates(group: list[dict[str, Any]]) -> dict[str, float | int]:
    steps = sum(one["steps"] for one in group)
    share = 100 / len(group)
    return {
        "prompts": len(group),
        "starts_percent": round(share * sum(one["starts"] for one in group), 1),
        "published_percent": round(share * sum(one["published"] for one in group), 1),
        "steps_percent": round(100 * sum(one["passed"] for one in group) / steps, 1),
        "prompts_passed_percent": round(
            share * sum(one["passed"] == one["steps"] for one in group), 1
        ),
        "tokens_mean": round(sum(one["tokens"] for one in group) / len(group)),
        "seconds_mean": round(sum(one["seconds"] for one in group) / len(group), 1),
        "repairs": sum(one["repairs"] for one in group),
    }


def interleaved() -> list[Task]:
    """Level by level in turn, so that a run that is cut short has some of each."""
    by_level = {n: [t for t in TASKS if t.level == n] for n in range(1, 6)}
    longest = max(len(tasks) for tasks in by_level.values())
    return [tasks[i] for i in range(longest) for tasks in by_level.values() if i < len(tasks)]


async def run(ways: list[str], levels: set[int], seconds: float, path: Path) -> None:
    model = choose(model_access(Settings()))  # pyright: ignore[reportCallIssue] - every field has a default
    done: list[dict[str, Any]] = json.loads(path.read_text())["outcomes"] if path.exists() else []
    known = {(one["task"], one["way"]) for one in done}
    async with fork_backend(("full", "no-namespace"), spares=2) as backend:
        sandbox = BackendSandbox(backend)
        for task in interleaved():
            for way in ways:
                if task.level not in levels or (task.name, way) in known:
                    continue
                if way != "offline" and model is None:
                    raise SystemExit("no model: set APIBUILDER_MODEL_URL or a key")
                outcome = await measure(task, way, model, sandbox, seconds)
                done.append(asdict(outcome))
                print(f"{task.level} {task.name:12} {way:9} {outcome.passed}/{outcome.steps} "
                      f"{'published' if outcome.published else outcome.error[:90]} {outcome.tokens} tokens {outcome.seconds} s", flush=True)  # fmt: skip  # noqa: E501
                write(path, done, model.name if model else None)


def write(path: Path, outcomes: list[dict[str, Any]], model: str | None) -> None:
    """The file, whole."""
    report = {
        "model": model,
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
        "prompts": len(TASKS),
        "summary": summary(outcomes),
        "outcomes": outcomes,
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=WAYS, action="append")
    parser.add_argument("--levels", default="1,2,3,4,5")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--out", type=Path, default=RESULTS / "generation.json")
    asked = parser.parse_args()
    levels = {int(level) for level in asked.levels.split(",")}
    uvloop.run(run(asked.way or list(WAYS), levels, asked.seconds, asked.out))


if __name__ == "__main__":
    main()
