"""Imports of a module, found by the names that it uses and does not define."""

from __future__ import annotations

import ast
import builtins
import symtable
import sys

_FROM = {
    "fastapi": "FastAPI HTTPException Request Response Query Header Cookie Form File UploadFile Depends Body status BackgroundTasks WebSocket",  # noqa: E501
    "fastapi.encoders": "jsonable_encoder",
    "fastapi.exceptions": "RequestValidationError",
    "fastapi.responses": "JSONResponse HTMLResponse PlainTextResponse RedirectResponse StreamingResponse FileResponse",  # noqa: E501
    "pydantic": "BaseModel ConfigDict EmailStr Field HttpUrl field_validator model_validator",
    "typing": "Annotated Any Literal Optional Union List Dict Tuple Set",
    "datetime": "date datetime timedelta timezone UTC",
    "collections": "Counter defaultdict deque OrderedDict",
    "contextlib": "closing contextmanager asynccontextmanager suppress",
    "decimal": "Decimal ROUND_HALF_UP InvalidOperation",
    "fractions": "Fraction",
    "functools": "lru_cache reduce partial",
    "math": "ceil floor sqrt gcd isqrt factorial pi log log10 prod",
    "pathlib": "Path",
    "urllib.parse": "quote unquote urlparse urlencode urlsplit parse_qs",
    "uuid": "uuid4 UUID",
    "zoneinfo": "ZoneInfo",
    "random": "choice randint shuffle sample",
    "string": "ascii_letters digits ascii_lowercase ascii_uppercase punctuation",
    "statistics": "mean median mode stdev",
    "itertools": "product permutations combinations chain",
    "enum": "Enum",
    "threading": "Lock",
    "hashlib": "sha256 md5 sha1",
}  # fmt: skip
_KNOWN = {name: module for module, names in _FROM.items() for name in names.split()}
_MODULES = frozenset(
    [
        "base64",
        "bisect",
        "calendar",
        "collections",
        "copy",
        "csv",
        "difflib",
        "hashlib",
        "html",
        "io",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "os",
        "random",
        "re",
        "secrets",
        "sqlite3",
        "statistics",
        "string",
        "textwrap",
        "threading",
        "time",
        "unicodedata",
        "urllib",
        "uuid",
        "zlib",
        "operator",
        "heapq",
    ]
)
_ALIASED = {"ApiPath": "from fastapi import Path as ApiPath", "dt": "import datetime as dt"}


def undefined(source: str) -> set[str]:
    """Names that some scope takes from the module, and that the module does not define."""
    module = symtable.symtable(source, "main.py", "exec")
    defined = {
        one.get_name() for one in module.get_symbols() if one.is_assigned() or one.is_imported()
    }
    wanted: set[str] = set()
    waiting: list[symtable.SymbolTable] = [module]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for one in table.get_symbols():
            if one.is_referenced() and (one.is_global() or table is module):
                wanted.add(one.get_name())
    return wanted - defined - set(dir(builtins)) - {"__file__", "__name__"}


def with_imports(source: str) -> str:
    """The same with an import for each known name that it lacks."""
    module = ast.parse(source)
    missing = undefined(source)
    lines: set[str] = {_ALIASED[name] for name in missing & _ALIASED.keys()}
    lines |= {f"import {name}" for name in missing & _MODULES}
    by_module: dict[str, list[str]] = {}
    for name in sorted(missing - _MODULES - _ALIASED.keys()):
        if name in _KNOWN:
            by_module.setdefault(_KNOWN[name], []).append(name)
    lines |= {f"from {module} import {', '.join(names)}" for module, names in by_module.items()}
    if not lines:
        return source
    ordered = sorted(
        lines,
        key=lambda line: (
            line.split()[1].partition(".")[0] not in sys.stdlib_module_names,
            line.startswith("from"),
            line,
        ),
    )
    end = 0
    if (
        module.body
        and isinstance(module.body[0], ast.Expr)
        and isinstance(module.body[0].value, ast.Constant)
    ):
        end = module.body[0].end_lineno or 0
    text = source.splitlines()
    return "\n".join([*text[:end], "", *ordered, *text[end:]]).lstrip("\n") + "\n"


def known(name: str) -> bool:
    """Whether `with_imports` knows where a name comes from."""
    return name in _KNOWN or name in _MODULES or name in _ALIASED
