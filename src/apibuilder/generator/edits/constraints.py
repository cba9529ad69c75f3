"""Tighter rules for a field of any FastAPI module, in place: nothing else in the file moves.

This is what can be done to code of an unknown make without a model: `limit title to 80 characters`,
`rating between 1 and 5`. The field is found in the syntax tree; the text around it stays.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from apibuilder.generator.edits.base import Present, Proposal
from apibuilder.generator.plan import Plan
from apibuilder.generator.recipes.resource.items import Unclear
from apibuilder.generator.recipes.resource.lines import on_one_line

_NAME = r"[`'\"]?(?P<name>[a-z][\w ]*?)[`'\"]?(?: field)?"
_LENGTH = re.compile(
    rf"^(?:limit|restrict|cap) (?:the )?{_NAME} (?:to|at)(?: at most)? (?P<n>\d{{1,7}}) "
    r"(?:characters?|chars?|letters?)$"
)
_RANGE = re.compile(
    rf"^(?:limit|restrict)? ?(?:the )?{_NAME} (?:must be |should be )?(?:to |between )"
    r"(?P<low>-?\d{1,9}) ?(?:to|and|-) ?(?P<high>-?\d{1,9})$"
)
_NUMBERS, _TEXTS = frozenset({"int", "float"}), frozenset({"str"})


def tighten(present: Present, change: str) -> Proposal:
    """The module with other limits of one field. Raises Unclear."""
    text = on_one_line(change).rstrip(".!? ").removeprefix("please ")
    if found := _LENGTH.match(text):
        limits, kinds = {"max_length": found["n"]}, _TEXTS
    elif found := _RANGE.match(text):
        limits, kinds = {"ge": found["low"], "le": found["high"]}, _NUMBERS
    else:
        raise Unclear(
            "of an API that is no list of things, only the limits of a field can be changed"
        )
    name = found["name"].replace(" ", "_")
    source = _limited(present.source, name, limits, kinds)
    if source == present.source:
        raise Unclear("it is as you say already")
    return Proposal(
        source=source,
        plan=present.plan or Plan(title=present.title, description="", storage=False),
        tests=present.tests,
        subjects=frozenset({name}),
    )


def _limited(source: str, name: str, limits: dict[str, str], kinds: frozenset[str]) -> str:
    module = ast.parse(source)
    declared = [
        node
        for node in _fields(module)
        if isinstance(node.target, ast.Name) and node.target.id == name
    ]
    annotations = [_meant(module, node.annotation) for node in declared]
    found = [
        annotation if _call(annotation) else node.value
        for annotation, node in zip(annotations, declared, strict=True)
    ]
    calls = [call for value in found if (call := _call(value)) is not None]
    if not found:
        raise Unclear(f"no model of this API has a field `{name}`")
    if len(calls) != len(found):
        raise Unclear(f"`{name}` is not declared with `Field(...)`, so its limits have no place")
    if not any(_names(annotation) & kinds for annotation in annotations):
        raise Unclear(f"`{name}` is no {'number' if kinds is _NUMBERS else 'text'}")
    places = {_place(call): call for call in calls}  # a type that several models share is one
    for call in sorted(
        places.values(), key=_place, reverse=True
    ):  # from the end, so that places stay
        source = _with_limits(source, call, limits)
    return source


def _fields(module: ast.Module) -> Iterator[ast.AnnAssign]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield from (one for one in node.body if isinstance(one, ast.AnnAssign))


def _meant(module: ast.Module, annotation: ast.expr) -> ast.expr:
    """What a name stands for that the module gives a type: `Title = Annotated[str, Field()]`."""
    names = _names(annotation)
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                return value
            case _:
                pass
    return annotation


def _names(value: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}


def _call(value: ast.expr | None) -> ast.Call | None:
    """The `Field(...)` of a default, or of an `Annotated`."""
    if value is None:
        return None
    return next(
        (
            one
            for one in ast.walk(value)
            if isinstance(one, ast.Call)
            and isinstance(one.func, ast.Name)
            and one.func.id == "Field"
        ),
        None,
    )


def _place(call: ast.Call) -> tuple[int, int]:
    return call.lineno, call.col_offset


def _with_limits(source: str, call: ast.Call, limits: dict[str, str]) -> str:
    present = {one.arg: one.value for one in call.keywords}
    edits: list[tuple[int, int, str]] = []
    fresh: list[str] = []
    for name, value in limits.items():
        if (old := present.get(name)) is not None:
            start = _offset(source, old.lineno, old.col_offset)
            stop = _offset(source, *_end(old))
            edits.append((start, stop, value))
        else:
            fresh.append(f"{name}={value}")
    if fresh:
        last = max((_end(one) for one in (*call.args, *present.values())), default=None)
        opened = _end(call.func)
        at = _offset(source, *(last or (opened[0], opened[1] + 1)))
        edits.append((at, at, f"{', ' if last else ''}{', '.join(fresh)}"))
    for start, stop, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[stop:]
    return source


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _offset(source: str, line: int, column: int) -> int:
    """Where the UTF-8 place of the syntax tree is in the text."""
    lines = source.splitlines(keepends=True)
    inside = lines[line - 1].encode()[:column].decode()
    return sum(len(one) for one in lines[: line - 1]) + len(inside)
