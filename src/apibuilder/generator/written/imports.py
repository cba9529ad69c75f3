"""Imports of a module, found by the names that it uses and does not define."""

from __future__ import annotations

import ast
import builtins
import sys

_FROM = {
    "fastapi": "FastAPI HTTPException Request Response Query Header Cookie Form File UploadFile Depends Body status BackgroundTasks WebSocket",
    "fastapi.encoders": "jsonable_encoder",
    "fastapi.exceptions": "RequestValidationError",
    "fastapi.responses": "JSONResponse HTMLResponse PlainTextResponse RedirectResponse StreamingResponse FileResponse",
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
    "base64 bisect calendar collections copy csv difflib hashlib html io ipaddress itertools json math os random re secrets "
    "sqlite3 statistics string textwrap threading time unicodedata urllib uuid zlib operator heapq".split()
)
_ALIASED = {"ApiPath": "from fastapi import Path as ApiPath", "dt": "import datetime as dt"}


def undefined(module: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere."""
    read: set[str] = set()
    bound: set[str] = set(dir(builtins)) | {"__file__", "__name__"}
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name):
                bound.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.add(node.name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.alias():
                bound.add((node.asname or node.name).partition(".")[0])
            case ast.ExceptHandler(name=str() as name):
                bound.add(name)
            case _:
                pass
    return read - bound


def with_imports(source: str) -> str:
    """The same with an import for each known name that it lacks."""
    module = ast.parse(source)
    missing = undefined(module)
    lines: set[str] = {_ALIASED[name] for name in missing & _ALIASED.keys()}
    lines |= {f"import {name}" for name in missing & _MODULES}
    by_module: dict[str, list[str]] = {}
    for name in sorted(missing - _MODULES - _ALIASED.keys()):
        if name in _KNOWN:
            by_module.setdefault(_KNOWN[name], []).append(name)
    lines |= {f"from {module} import {', '.join(names)}" for module, names in by_module.items()}
    if not lines:
        return source
    ordered = sorted(lines, key=lambda line: (line.split()[1].partition(".")[0] not in sys.stdlib_module_names, line.startswith("from"), line))
    end = 0
    if module.body and isinstance(module.body[0], ast.Expr) and isinstance(module.body[0].value, ast.Constant):
        end = module.body[0].end_lineno or 0
    text = source.splitlines()
    return "\n".join([*text[:end], "", *ordered, *text[end:]]).lstrip("\n") + "\n"


def known(name: str) -> bool:
    """Whether `with_imports` knows where a name comes from."""
    return name in _KNOWN or name in _MODULES or name in _ALIASED
