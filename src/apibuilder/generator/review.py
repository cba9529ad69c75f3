"""A review of what code does anywhere in it, in functions too: each concern with line and reason.

It is no wall: whatever it misses meets the sandbox. Of generated code it refuses what no API needs,
before it is run; a maker's own file gets the same as warnings, for there it may have its reasons.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from apibuilder.domain import Check
from apibuilder.errors import CodeRefused
from apibuilder.generator.check import CANNOT_WORK

Located = ast.stmt | ast.expr  # what has a line
_FILE = "main.py"
_NAME = "review"
_MOST = 20
_RUNS_TEXT = frozenset({"eval", "exec", "compile"})
_IMPORTERS = frozenset({"__import__", "import_module"})
_PROCESSES = frozenset({"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp"})
_PROCESS_STARTS = ("exec", "spawn")
_INSIDES = frozenset(
    {"__subclasses__", "__globals__", "__builtins__", "__mro__", "__bases__", "__base__"}
    | {"__code__", "__closure__", "__loader__", "__spec__", "f_globals", "f_back", "gi_frame"}
)


@dataclass(frozen=True, slots=True)
class Concern:
    """What a line does, and why that is of concern."""

    line: int
    detail: str


def review(source: str) -> list[Concern]:
    """All concerns by line; none for what cannot be parsed, as that is refused anyway."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    modules = {"os": "os", "builtins": "builtins", "importlib": "importlib"}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            modules |= {one.asname: one.name for one in node.names if one.asname}
    found = [Concern(node.lineno, detail) for node, detail in _concerns(module, modules)]
    return sorted(set(found), key=lambda one: (one.line, one.detail))[:_MOST]


def refuse_concerns(source: str, *, beside: str = "") -> None:
    """Raise CodeRefused at the first concern that the code `beside` does not raise too."""
    known = {one.detail for one in review(beside)}
    for concern in review(source):
        if concern.detail not in known:
            raise CodeRefused(f"{concern.detail}.", file=_FILE, line=concern.line)


def review_checks(source: str) -> list[Check]:
    """The same as warnings."""
    return [
        Check(name=_NAME, passed=True, detail=f"line {one.line}: {one.detail}")
        for one in review(source)
    ]


def _concerns(module: ast.Module, modules: dict[str, str]) -> Iterator[tuple[Located, str]]:
    for node in ast.walk(module):
        match node:
            case ast.Import():
                yield from _forbidden(node, [one.name for one in node.names])
            case ast.ImportFrom(module=str(name), level=0):
                yield from _forbidden(node, [name])
                if name == "os":
                    yield from _from_os(node)
            case ast.Call():
                yield from _call(node, modules)
            case ast.Attribute(attr=attribute) if attribute in _INSIDES:
                yield node, f"`{attribute}` reaches into Python's insides"
            case ast.Subscript(slice=ast.Constant(value=str(key))) if key in _INSIDES:
                yield node, f"`{key}` reaches into Python's insides"
            case ast.Name(id="__builtins__"):
                yield node, "`__builtins__` reaches into Python's insides"
            case _:
                pass


def _forbidden(node: Located, names: list[str]) -> Iterator[tuple[Located, str]]:
    for name in names:
        top = name.partition(".")[0]
        if top in CANNOT_WORK:
            yield node, f"`{top}` cannot work here: {CANNOT_WORK[top]}"


def _from_os(node: ast.ImportFrom) -> Iterator[tuple[Located, str]]:
    for one in node.names:
        if _starts_process(one.name):
            yield node, f"`os.{one.name}` starts a program, which cannot work here"


def _starts_process(name: str) -> bool:
    return name in _PROCESSES or name.startswith(_PROCESS_STARTS)


def _call(node: ast.Call, modules: dict[str, str]) -> Iterator[tuple[Located, str]]:
    name, owner = _called(node.func)
    home = modules.get(owner, owner)
    bare = home in {"", "builtins"}
    if name in _RUNS_TEXT and bare:
        yield node, f"`{name}` runs a text as code"
    elif name in _IMPORTERS and (bare or home == "importlib"):
        yield from _import_call(node, name)
    elif name in {"getattr", "setattr", "delattr"} and bare:
        yield from _getattr(node, modules)
    elif home == "os" and _starts_process(name):
        yield node, f"`os.{name}` starts a program, which cannot work here"


def _called(function: ast.expr) -> tuple[str, str]:
    match function:
        case ast.Name(id=name):
            return name, ""
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return name, owner
        case ast.Attribute(attr=name):
            return name, "?"
        case _:
            return "", "?"


def _import_call(node: ast.Call, name: str) -> Iterator[tuple[Located, str]]:
    match node.args[:1]:
        case [ast.Constant(value=str(module))]:
            yield from _forbidden(node, [module])
        case _:
            yield node, f"`{name}` imports what only shows when it runs"


def _getattr(node: ast.Call, modules: dict[str, str]) -> Iterator[tuple[Located, str]]:
    match node.args[:2]:
        case [_, ast.Constant(value=str(attribute))] if attribute in _INSIDES:
            yield node, f"`{attribute}` reaches into Python's insides"
        case [ast.Name(id=owner), ast.Constant(value=str(attribute))] if modules.get(
            owner
        ) == "os" and _starts_process(attribute):
            yield node, f"`os.{attribute}` starts a program, which cannot work here"
        case [ast.Name(id=owner), other] if owner in modules and not isinstance(
            other, ast.Constant
        ):
            yield node, f"`getattr({owner}, ...)` takes what only shows when it runs"
        case _:
            pass
