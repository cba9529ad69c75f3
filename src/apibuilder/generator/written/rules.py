"""The Generator that needs no model for a prompt that says it all: things to keep, path by path."""

from __future__ import annotations

from collections.abc import Callable

from apibuilder.errors import NeedsModel
from apibuilder.generator.base import Finding
from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.spend import Spend
from apibuilder.generator.written.facts import is_explicit, said
from apibuilder.generator.written.pieces import by_rules
from apibuilder.generator.written.plan_tests import call_of, tests_of
from apibuilder.generator.written.planning import Proposal, complete, described, title_of


class RulesGenerator:
    """base.Generator."""

    @property
    def model(self) -> str:
        """What a Revision names as its author."""
        return "rules"

    def for_run(self, spend: Spend, tell: Callable[[str], None]) -> RulesGenerator:  # noqa: ARG002 (the port's)
        """The same: it asks no model and keeps no notes."""
        return self

    async def plan(self, prompt: str) -> Plan:
        """What the prompt says, word by word. Raises NeedsModel, naming the first endpoint that
        does more than keeping and finding things."""
        told = said(prompt)
        if not is_explicit(told, fields=bool(described(prompt))):
            raise NeedsModel("This prompt leaves open what its endpoints take or answer.")
        plan = complete(prompt, Proposal(title=title_of(told[0].path), endpoints=[]))
        _, unknown = by_rules(plan)
        if unknown:
            raise NeedsModel(
                f"{call_of(unknown[0])} does more than keeping and finding things, which takes a "
                "model: set a key of one (docs/operations.md), or bring your own FastAPI file with "
                "`apibuilder deploy FILE.py`."
            )
        return plan

    async def revise(self, plan: Plan, change: str) -> Plan:  # noqa: ARG002 (the port's)
        """Raises NeedsModel."""
        raise NeedsModel(f"Changing {plan.title!r} needs a model.")

    async def tests(self, plan: Plan) -> list[TestCase]:
        """From the plan."""
        return tests_of(plan)

    async def code(self, plan: Plan) -> str:
        """Assembled."""
        source, _ = by_rules(plan)
        return source

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:  # noqa: ARG002 (the port's)
        """The same: rules have no second idea."""
        return source
