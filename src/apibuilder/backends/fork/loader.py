"""From source text to an ASGI application, or to a Failed that its maker can act on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import linecache
import sys
from types import ModuleType
from typing import Any, cast

import msgspec
from fastapi import FastAPI
from starlette.types import ASGIApp

from apibuilder.backends.fork import tracebacks
from apibuilder.backends.fork.frames import MAX_CONTROL, Failed

MODULE = "main"
_LARGEST_OPENAPI = MAX_CONTROL // 2


class Unfit(Exception):
    """The code cannot serve; `failed` says why."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.detail)
        self.failed = failed

    @classmethod
    def because(cls, code: str, error: BaseException, detail: str | None = None) -> Unfit:
        """Blame the line of user code that `error` came from."""
        file, line = tracebacks.origin(error)
        return cls(Failed(code, detail or tracebacks.summary(error), file, line))


def load(source: str) -> ASGIApp:
    """Run `source` as the module `main` and answer its `app`; raises Unfit."""
    module = ModuleType(MODULE)
    module.__file__ = tracebacks.USER_FILE
    sys.modules[MODULE] = module
    lines = source.splitlines(keepends=True)
    linecache.cache[tracebacks.USER_FILE] = (len(source), None, lines, tracebacks.USER_FILE)
    _execute(source, module)
    return _application(module)


def unload() -> None:
    """Undo `load`."""
    sys.modules.pop(MODULE, None)
    linecache.cache.pop(tracebacks.USER_FILE, None)


def openapi(app: ASGIApp) -> bytes:
    """The app's OpenAPI document as JSON, `{}` if it is no FastAPI app; raises Unfit."""
    if not isinstance(app, FastAPI):
        return b"{}"
    try:
        document = msgspec.json.encode(app.openapi())
    except Exception as error:
        raise Unfit.because("openapi_failed", error) from error
    if len(document) > _LARGEST_OPENAPI:
        detail = f"The OpenAPI document has {len(document)} bytes; {_LARGEST_OPENAPI} are allowed."
        raise Unfit(Failed("openapi_failed", detail, tracebacks.USER_FILE))
    return document


def _execute(source: str, module: ModuleType) -> None:
    try:
        code = compile(source, tracebacks.USER_FILE, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # ValueError: a NUL byte
        raise Unfit.because("syntax_error", error) from error
    try:
        exec(code, module.__dict__)  # noqa: S102 (running user code is this process's purpose)
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    except SystemExit as error:
        detail = "The code called sys.exit() while it was imported; it must only define `app`."
        raise Unfit.because("import_failed", error, detail) from error
    except BaseException as error:
        raise Unfit.because("import_failed", error) from error


def _missing(error: ModuleNotFoundError) -> Unfit:
    package = (error.name or "").partition(".")[0]
    if not package or package in sys.stdlib_module_names or _found(package):
        return Unfit.because("import_failed", error)
    detail = f"The package {package!r} is not in the runtime. It has: {', '.join(_packages())}."
    return Unfit.because("package_missing", error, detail)


def _found(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def _packages() -> list[str]:
    """What user code can import beside the standard library."""
    return sorted(name for name in importlib.metadata.packages_distributions() if name[0] != "_")


def _application(module: ModuleType) -> ASGIApp:
    app: Any = module.__dict__.get("app")
    if app is None:
        raise _no_app(_without_app(module))
    if not callable(app):
        raise _no_app(f"`app` is of type {type(app).__name__}; it must be a FastAPI() application.")
    if isinstance(app, FastAPI):
        return app  # asking for its signature would write to 50 pages of the zygote's
    try:
        inspect.signature(app).bind({}, None, None)
    except TypeError:
        raise _no_app(
            "`app` cannot be called as app(scope, receive, send); it must be a FastAPI() or another"
            " ASGI application. WSGI applications such as Flask's do not run here."
        ) from None
    except ValueError:
        pass  # a callable without a signature: the probe will tell
    return cast("ASGIApp", app)


def _without_app(module: ModuleType) -> str:
    for name, value in module.__dict__.items():
        if isinstance(value, FastAPI):
            return f"The FastAPI application is named `{name}`; name it `app`."
    return "The module defines no `app`; it needs `app = FastAPI()`."


def _no_app(detail: str) -> Unfit:
    return Unfit(Failed("app_missing", detail, tracebacks.USER_FILE))
