"""A function that a model wrote, read, mended where the mistake is a known one, and cut out."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, field

from apibuilder.generator.check import importable
from apibuilder.generator.written.assemble import Function

_FENCE = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.S)
_DICT_METHODS = frozenset(dir(dict))
_ROW_MAKERS = frozenset({"get", "first", "add", "save"})
_ROWS_MAKERS = frozenset({"all", "find"})
_RENAMED = {
    "append": "add", "insert": "add", "create": "add", "remove": "delete", "pop": "delete",
    "update": "save", "put": "save", "values": "all", "list": "all", "filter": "find",
}  # fmt: skip
_OF_DATETIME = frozenset({"datetime", "date", "timedelta", "timezone", "UTC"})
_Def = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a function has around it."""

    name: str
    parameters: frozenset[str]  # `body` too, if there is one
    body_fields: frozenset[str]
    tables: frozenset[str]
    rows: dict[str, str] = field(default_factory=dict[str, str])  # looked up before: name -> table
    taken: frozenset[str] = frozenset()  # names of the module
    answer: str | None = None  # the only member of the answer, if there is one


class Unreadable(Exception):
    """There is no such function in what the model said."""


def read_function(text: str, around: Surroundings) -> Function:
    """Raises Unreadable."""
    module = _parsed(text)
    written = _the_one(module, around.name)
    helpers = _helpers(module, written, around)
    _Mend(around).visit(written)
    _keep_changes(written, around)
    ast.fix_missing_locations(written)
    lines: list[str] = _unpacked(written, around)
    body = written.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # its docstring
    for node in body:
        lines += ast.unparse(node).splitlines()
    if not lines:
        raise Unreadable("The function is empty.")
    return Function(lines=lines, helpers=helpers)


def _parsed(text: str) -> ast.Module:
    blocks = _FENCE.findall(text)
    source = textwrap.dedent("\n\n".join(blocks) if blocks else text).strip("\n")
    lines = source.expandtabs(4).splitlines()
    error = "it is empty"
    for end in range(len(lines), max(len(lines) - 12, 0), -1):  # what was cut off at its end
        try:
            return ast.parse("\n".join(lines[:end]))
        except SyntaxError as wrong:
            error = str(wrong)
    raise Unreadable(f"This is not Python: {error}.")


def _the_one(module: ast.Module, name: str) -> _Def:
    functions = [n for n in module.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    for one in functions:
        if one.name == name:
            return one
    routed = [one for one in functions if one.decorator_list]
    if routed or functions:
        return (routed or functions)[-1]
    raise Unreadable(f"There is no function `{name}`.")


def _helpers(module: ast.Module, written: _Def, around: Surroundings) -> list[str]:
    kept: list[str] = []
    for node in module.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if (
                node is not written and not node.decorator_list and node.name not in around.taken
            ):
                kept.append(ast.unparse(node))
            case ast.Assign(targets=[ast.Name(id=name)]) if name not in around.taken | {
                "app",
                "router",
            }:
                kept.append(ast.unparse(node))
            case ast.Import() | ast.ImportFrom() if _is_needed(node):
                kept.append(ast.unparse(node))
            case _:
                pass
    return kept


def _is_needed(node: ast.Import | ast.ImportFrom) -> bool:
    """Imports by known names are found anyway; `datetime` would hide the name of the class."""
    if not importable(node) or (isinstance(node, ast.ImportFrom) and node.level):
        return False
    names = {alias.asname or alias.name for alias in node.names}
    modules = {node.module} if isinstance(node, ast.ImportFrom) else names
    return not names & _OF_DATETIME and not modules & {
        "fastapi",
        "pydantic",
        "typing",
        "fastapi.responses",
        "main",
        "models",
    }


def _unpacked(written: _Def, around: Surroundings) -> list[str]:
    """Fields of the body that the model took for parameters."""
    given = [
        a.arg for a in (*written.args.posonlyargs, *written.args.args, *written.args.kwonlyargs)
    ]
    lines: list[str] = []
    for name in given:
        if name in around.parameters:
            continue
        if name.rstrip("_") in around.body_fields:
            lines.append(f"{name} = body.{attribute_of(name.rstrip('_'))}")
        elif "body" in around.parameters and len(set(given) - around.parameters) == 1:
            lines.append(f"{name} = body")
    return lines


def attribute_of(name: str) -> str:
    """A field of a model, as Python says it."""
    from keyword import iskeyword  # noqa: PLC0415

    return f"{name}_" if iskeyword(name) else name


class _Mend(ast.NodeTransformer):
    """Mistakes that small models make again and again, each of which has one right reading."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._rows: set[str] = set(around.rows)
        self._lists: set[str] = set()

    def _is_table(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._around.tables

    def _makes(self, node: ast.expr, methods: frozenset[str]) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=table, attr=attr)) if self._is_table(table):
                return _RENAMED.get(attr, attr) in methods
            case _:
                return False

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        for target in node.targets:
            if isinstance(target, ast.Name):
                if self._makes(node.value, _ROW_MAKERS):
                    self._rows.add(target.id)
                elif self._makes(node.value, _ROWS_MAKERS):
                    self._lists.add(target.id)
        return self.generic_visit(node)

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        is_rows = self._makes(over, _ROWS_MAKERS) or self._is_table(over)
        if isinstance(target, ast.Name) and (
            is_rows or (isinstance(over, ast.Name) and over.id in self._lists)
        ):
            self._rows.add(target.id)

    def visit_For(self, node: ast.For) -> ast.AST:
        self._loop(node.target, node.iter)
        return self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self._loop(node.target, node.iter)
        return self.generic_visit(node)

    def _visit_comprehension_first(self, node: ast.AST) -> ast.AST:
        for one in getattr(node, "generators", []):
            self._loop(one.target, one.iter)
        return self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = (  # noqa: N815
        _visit_comprehension_first
    )

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Attribute(value=ast.Name(id="datetime"), attr=attr) if attr in {
                "datetime",
                "timedelta",
                "timezone",
                "UTC",
            }:
                return ast.Name(id=attr, ctx=node.ctx)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="datetime"), attr="date"), attr=attr
            ):
                return ast.Attribute(
                    value=ast.Name(id="date", ctx=ast.Load()), attr=attr, ctx=node.ctx
                )
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if (
                name in self._rows and attr not in _DICT_METHODS
            ):
                return ast.Subscript(value=node.value, slice=ast.Constant(attr), ctx=node.ctx)
            case ast.Attribute(value=ast.Name(id="body"), attr=attr) if (
                attr in self._around.body_fields and attribute_of(attr) != attr
            ):
                return ast.Attribute(value=node.value, attr=attribute_of(attr), ctx=node.ctx)
            case _:
                return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Subscript(
                value=ast.Name(id="body"), slice=ast.Constant(value=str() as name)
            ) if name in self._around.body_fields:
                return ast.Attribute(value=node.value, attr=attribute_of(name), ctx=node.ctx)
            case _:
                return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="body"), attr="get"),
                args=[ast.Constant(value=str() as name), *_],
            ) if name in self._around.body_fields:
                return ast.Attribute(
                    value=ast.Name(id="body", ctx=ast.Load()),
                    attr=attribute_of(name),
                    ctx=ast.Load(),
                )
            case ast.Call(func=ast.Attribute(value=ast.Name(id="body"), attr="dict" | "to_dict")):
                node.func = ast.Attribute(
                    value=ast.Name(id="body", ctx=ast.Load()), attr="model_dump", ctx=ast.Load()
                )
            case ast.Call(func=ast.Attribute(value=table, attr=attr)) if self._is_table(table):
                self._table_call(node, table, _RENAMED.get(attr, attr))
            case _:
                pass
        return node

    def _table_call(self, node: ast.Call, table: ast.expr, attr: str) -> None:
        node.func = ast.Attribute(value=table, attr=attr, ctx=ast.Load())
        if attr in {"add", "save"} and not node.args and node.keywords:
            keys: list[ast.expr | None] = [
                ast.Constant(k.arg) if k.arg else None for k in node.keywords
            ]
            node.args, node.keywords = (
                [ast.Dict(keys=keys, values=[k.value for k in node.keywords])],
                [],
            )
        if attr == "save" and len(node.args) == 2:  # of an id and what is new
            number, new = node.args
            node.args = [ast.Dict(keys=[None, ast.Constant("id")], values=[new, number])]
        match node.args:
            case [ast.Name(id="body") as body] if attr in {"add", "save"}:
                dump = ast.Attribute(value=body, attr="model_dump", ctx=ast.Load())
                node.args = [ast.Call(func=dump, args=[], keywords=[])]
            case [ast.Name(id=name)] if attr == "delete" and name in self._rows:
                node.args = [
                    ast.Subscript(value=node.args[0], slice=ast.Constant("id"), ctx=ast.Load())
                ]
            case _:
                pass

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        match node.value:
            case ast.Tuple(elts=[said, ast.Constant(value=int() as status)]) if (
                status >= 400
            ):  # as Flask does it
                raised = ast.Call(
                    func=ast.Name(id="HTTPException", ctx=ast.Load()),
                    args=[ast.Constant(status), _detail(said)], keywords=[],
                )  # fmt: skip
                return ast.Raise(exc=raised, cause=None)
            case ast.Tuple(elts=[said, ast.Constant(value=int())]):
                node.value = said
            case _:
                pass
        if self._around.answer is not None and _is_bare(node.value):
            node.value = ast.Dict(keys=[ast.Constant(self._around.answer)], values=[node.value])  # pyright: ignore[reportArgumentType] - None is not bare
        return node


_GIVES_VALUE = frozenset(
    {
        "round",
        "str",
        "int",
        "float",
        "len",
        "sum",
        "min",
        "max",
        "abs",
        "bool",
        "any",
        "all",
        "sorted",
    }
)


def _is_bare(value: ast.expr | None) -> bool:
    """Whether it is surely no object: what is asked for was returned without its name."""
    match value:
        case ast.Constant(value=None) | None:
            return False
        case (
            ast.Constant()
            | ast.BinOp()
            | ast.Compare()
            | ast.BoolOp()
            | ast.JoinedStr()
            | ast.UnaryOp()
        ):
            return not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.BitOr)
        case ast.Call(func=ast.Name(id=name)):
            return name in _GIVES_VALUE
        case ast.Attribute(value=ast.Name(id="body")):
            return True
        case _:
            return False


def _detail(said: ast.expr) -> ast.expr:
    return said.values[0] if isinstance(said, ast.Dict) and len(said.values) == 1 else said


def _keep_changes(written: _Def, around: Surroundings) -> None:
    """A row that was looked up and changed, but not saved, is saved before each return."""
    changed: dict[str, str] = {}
    for name, table in around.rows.items():
        saves = re.search(rf"\b{table}\.(save|delete)\(", ast.unparse(written))
        if saves is None and any(_changes(node, name) for node in ast.walk(written)):
            changed[name] = table
    if not changed:
        return
    saved = [ast.parse(f"{table}.save({name})").body[0] for name, table in changed.items()]
    _BeforeReturn(saved).visit(written)
    if not isinstance(written.body[-1], ast.Return | ast.Raise):
        written.body += [*saved, *ast.parse(f"return {next(iter(changed))}").body]


def _changes(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store()):
            return found == name
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=found), attr="update" | "setdefault" | "pop")
        ):
            return found == name
        case ast.Call(
            func=ast.Attribute(
                value=ast.Subscript(value=ast.Name(id=found)),
                attr="append" | "remove" | "extend" | "insert",
            )
        ):
            return found == name
        case _:
            return False


class _BeforeReturn(ast.NodeTransformer):
    def __init__(self, before: list[ast.stmt]) -> None:
        self._before = before

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        return [*self._before, node]
