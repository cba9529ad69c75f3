"""The policy check of a source before it is stored: a friendly early error, never the wall.

Whatever passes here still meets the sandbox. So a program is refused only if it cannot work, and
an import is let through wherever the program seems ready to do without it.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator

from apibuilder.errors import (
    AppMissing,
    ImportRefused,
    PackageMissing,
    SourceSyntaxError,
    SourceTooLarge,
)
from apibuilder.generator.packages import runtime_packages
from apibuilder.script_block import asked

MAX_SOURCE_BYTES = 512 * 1024
_FILE = "main.py"

# Only modules whose very purpose the sandbox forbids, each with what to do instead.
CANNOT_WORK = {
    "subprocess": "no program can be started inside an API; do the work in Python",
    "multiprocessing": "an API is one process; use threads (concurrent.futures) or asyncio",
    "pty": "no program can be started inside an API; do the work in Python",
    "ctypes": "native code cannot be loaded inside an API; use a package of the runtime",
    "tkinter": "an API has no screen; answer HTML or JSON",
    "turtle": "an API has no screen; answer an image made with Pillow",
    "curses": "an API has no terminal; answer text or JSON",
}
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_Import = ast.Import | ast.ImportFrom


def check_source(source: str) -> None:
    """Raise the DeployRefused that says what is wrong with `source`, and where."""
    module = _parse(source)
    # What its packages are imported as shows once they are installed; the runtime's are known.
    brings_own = bool(asked(source).requirements)
    for node in _imports(module.body):
        _check_import(node, brings_own=brings_own)
    if not (any(_binds_app(node) for node in _statements(module.body)) or _declares_app(module)):
        raise AppMissing(_without_app(module), file=_FILE)


def _parse(source: str) -> ast.Module:
    try:
        size = len(source.encode())
    except UnicodeEncodeError as error:
        raise SourceSyntaxError("The code is not valid Unicode text.", file=_FILE) from error
    if size > MAX_SOURCE_BYTES:
        raise SourceTooLarge(
            f"The code has {size:,} bytes; {MAX_SOURCE_BYTES:,} are allowed. "
            "Keep large tables and texts as files that the API is sent, not in its source.",
            file=_FILE,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of doubtful literals: they still run
            return ast.parse(source, _FILE)
    except SyntaxError as error:
        raise SourceSyntaxError(f"{error.msg}.", file=_FILE, line=error.lineno) from error
    except ValueError as error:
        raise SourceSyntaxError("The code contains a NUL byte.", file=_FILE) from error
    except (RecursionError, MemoryError) as error:
        raise SourceSyntaxError("The code is nested too deeply to be read.", file=_FILE) from error


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement that run with the module, in its own scope."""
    match node:
        case ast.If() | ast.For() | ast.While():
            yield from (node.body, node.orelse)
        case ast.With():
            yield node.body
        case ast.Try() | ast.TryStar():
            yield from (node.body, *(handler.body for handler in node.handlers))
            yield from (node.orelse, node.finalbody)
        case ast.Match():
            yield from (case.body for case in node.cases)
        case _:
            pass


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement that may run when the module is imported, outside of functions."""
    waiting = [*body][::-1]
    while waiting:  # a chain of many `elif` is nested deeper than Python recurses
        node = waiting.pop()
        yield node
        waiting += [inner for block in _blocks(node) for inner in block][::-1]


# --- imports -------------------------------------------------------------------


def _imports(body: Iterable[ast.stmt]) -> Iterator[_Import]:
    """Imports that surely run when the module is imported, and that nothing catches."""
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node
            case ast.Try() if any(_catches_import(handler) for handler in node.handlers):
                pass
            case ast.Try():
                yield from _imports(node.body)
            case ast.ClassDef():
                yield from _imports(node.body)
            case _:  # `with suppress(ImportError)` catches too
                pass


def _catches_import(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(one, ast.Name) and one.id in _CAUGHT for one in caught)


def _check_import(node: _Import, *, brings_own: bool) -> None:
    if isinstance(node, ast.ImportFrom) and node.level:
        raise PackageMissing(
            "An API is one module, so there is nothing for a relative import to find. "
            "Put all code into one file.",
            file=_FILE,
            line=node.lineno,
        )
    for name in _imported(node):
        if why := CANNOT_WORK.get(name):
            raise ImportRefused(f"`{name}` cannot work here: {why}.", file=_FILE, line=node.lineno)
        if not (brings_own or _available(name)):
            raise PackageMissing(_missing(name), file=_FILE, line=node.lineno)


def importable(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether a module that an API may use is meant."""
    return all(name not in CANNOT_WORK and _available(name) for name in _imported(node))


def _imported(node: _Import) -> list[str]:
    """Top-level names of the modules that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return [alias.name.partition(".")[0] for alias in node.names]


def _available(name: str) -> bool:
    return name in sys.stdlib_module_names or name in runtime_packages().imports


def _missing(name: str) -> str:
    offered = runtime_packages().offered
    # `import pillow` is a likely slip: the package is there under another name.
    imports = offered.get(name.lower().replace("_", "-"), [])
    if imports:
        return f"The package {name} is there, but is imported as `{imports[0]}`."
    return (
        f"The package {name!r} is not in the runtime. It has the standard library and: "
        f"{', '.join(sorted(offered))}. More can be asked for: see docs/packages.md."
    )


# --- the application --------------------------------------------------------------


def _binds_app(node: ast.stmt) -> bool:
    """Whether a statement may give the module a name `app`."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == "app"
        case ast.Import(names=names):
            return any((one.asname or one.name.partition(".")[0]) == "app" for one in names)
        case ast.ImportFrom(names=names):
            return any((one.asname or one.name) in {"app", "*"} for one in names)
        case ast.AnnAssign(value=None):
            return False
        case _:
            return any(_stores_app(child) for child in _own_nodes(node))


def _declares_app(module: ast.Module) -> bool:
    """Whether a function may give the module a name `app`."""
    return any(isinstance(node, ast.Global) and "app" in node.names for node in ast.walk(module))


def _own_nodes(node: ast.stmt) -> Iterator[ast.AST]:
    """The statement without the blocks inside it: those are looked at by themselves."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, ast.Lambda):
            waiting.extend(
                child for child in ast.iter_child_nodes(one) if not isinstance(child, ast.stmt)
            )


def _stores_app(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="app", ctx=ast.Store()):
            return True
        case ast.MatchAs(name="app") | ast.MatchStar(name="app"):
            return True
        case _:
            return False


def _without_app(module: ast.Module) -> str:
    for node in _statements(module.body):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="FastAPI") | ast.Attribute(attr="FastAPI")),
            ):
                return f"The FastAPI application is named `{name}`; name it `app`."
            case _:
                pass
    return "The module defines no `app`; it needs `app = FastAPI()` outside of any function."
