"""Code as a whole module: for models that can. Known slips are mended before it is tried."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable

from apibuilder.generator.base import Finding
from apibuilder.generator.packages import runtime_packages
from apibuilder.generator.plan import Plan
from apibuilder.generator.providers.base import Answer, Question
from apibuilder.generator.written.answers import read_module
from apibuilder.generator.written.mend import mended
from apibuilder.generator.written.prompt_files import prompt_text

_MODULE_TOKENS = 8000
_FIRST, _AGAIN = 0.2, (0.4, 0.7, 1.0)
_NOT_TOLD = frozenset({"fastapi", "uvicorn"})  # it is told of fastapi anyway


class Whole:
    """One Generation's."""

    def __init__(
        self, ask: Callable[[Question], Awaitable[Answer]], tell: Callable[[str], None]
    ) -> None:
        self._ask = ask
        self._tell = tell
        self._repairs = 0

    async def code(self, plan: Plan) -> str:
        """The module."""
        self._tell("writing the module")
        return await self._module(_asked(plan), _FIRST)

    async def repair(self, plan: Plan, source: str, findings: list[Finding]) -> str:
        """The module anew, with what was found; the last time without the old one."""
        temperature = _AGAIN[min(self._repairs, len(_AGAIN) - 1)]
        self._repairs += 1
        wrong = "\n".join(f"- {one.name}: {one.detail}" for one in findings[:8])
        old = f"\n\nThe module so far:\n```python\n{source}\n```" if self._repairs < 3 else ""
        self._tell(findings[0].name if findings else "again")
        return await self._module(
            f"{_asked(plan)}{old}\n\nThese tests of it failed:\n{wrong}\n\n"
            "Write the whole module again so that they pass and all else stays as it is.",
            temperature,
        )

    async def _module(self, text: str, temperature: float) -> str:
        offered = sorted(set(runtime_packages().offered) - _NOT_TOLD)
        rules = prompt_text("whole.md").replace("{packages}", ", ".join(offered))
        question = Question(
            rules=rules, text=text, max_tokens=_MODULE_TOKENS, temperature=temperature
        )
        source = read_module((await self._ask(question)).text)
        try:
            ast.parse(source)
        except SyntaxError:
            return source  # the check says what is wrong, and where
        return mended(source)


def _asked(plan: Plan) -> str:
    told = plan.model_dump_json(
        exclude={"memo", "packages", "storage"}, exclude_defaults=True, indent=1
    )
    return f"The plan:\n{told}"
