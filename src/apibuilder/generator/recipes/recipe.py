"""A recipe of the library: a real module, the prompts that mean it, and its tests."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from apibuilder.generator.cases import TestCase
from apibuilder.generator.plan import Plan, PlanEndpoint
from apibuilder.generator.recipes.words import stems

_LIBRARY = "apibuilder.generator.recipes.library"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
MEMO = "recipe"


@dataclass(frozen=True)
class Recipe:
    """`intents` are phrases of which a prompt has all words of one, in any order; `words` are what
    it may say besides. `packages` are those of the runtime that it imports, beside FastAPI."""

    name: str
    title: str
    intents: tuple[str, ...]
    words: str
    tests: tuple[TestCase, ...]
    packages: tuple[str, ...] = ()
    storage: bool = False

    @cached_property
    def source(self) -> str:
        """The module, as it is in `library/`."""
        return resources.files(_LIBRARY).joinpath(f"{self.name}.py").read_text()

    @cached_property
    def wanted(self) -> tuple[frozenset[str], ...]:
        """The intents as stems."""
        return tuple(frozenset(stems(intent)) for intent in self.intents)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Stems of all that a prompt for this may say."""
        return frozenset[str]().union(*self.wanted, stems(self.words), stems(self.title))

    def plan(self) -> Plan:
        """What is going to be built, read from the module."""
        module = ast.parse(self.source)
        doc = (ast.get_docstring(module) or self.title).split("\n\n")[0]
        return Plan(
            title=self.title,
            description=" ".join(doc.split()),
            endpoints=[e for node in module.body if (e := _endpoint(node)) is not None],
            packages=["fastapi", *self.packages],
            storage=self.storage,
            memo={MEMO: self.name},
        )


def _endpoint(node: ast.stmt) -> PlanEndpoint | None:
    """The operation that `@app.get("/path", summary="...")` declares."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="app"), attr=method),
                args=[ast.Constant(value=path), *_],
            ) if method in _METHODS:
                facts: dict[str, Any] = {"method": method.upper(), "path": path}
                return PlanEndpoint.model_validate({**facts, "summary": _summary(decorator, node)})
            case _:
                pass
    return None


def _summary(decorator: ast.Call, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    for keyword in decorator.keywords:
        if keyword.arg == "summary" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return node.name.replace("_", " ")
