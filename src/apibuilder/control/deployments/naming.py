"""Names of Apis: read from their source, made into addresses."""

from __future__ import annotations

import ast
import re
import secrets
import string
import unicodedata

_LONGEST_NAME, _LONGEST_DESCRIPTION, _LONGEST_SLUG = 100, 2000, 40
_ALPHABET = string.ascii_lowercase + string.digits
_TRIES = 5

# What the gateway, or one day its host name, answers itself.
RESERVED = frozenset(
    {"admin", "api", "app", "assets", "auth", "dashboard", "docs", "functions", "healthz"}
    | {"metrics", "readyz", "rest", "static", "status", "well-known", "www"}
)


def describe(source: str) -> tuple[str | None, str]:
    """Title and description that the module gives its `FastAPI(...)`; the source is valid."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) == "FastAPI":
            title = _text(node, "title")
            return (title[:_LONGEST_NAME] or None), _text(node, "description")[
                :_LONGEST_DESCRIPTION
            ]
    return None, ""


def slugs(name: str) -> list[str]:
    """Addresses to try for a name, the plain one first."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")
    if len(base) < 2:
        base = f"api-{base}" if base else "api"
    numbered = [f"{base}-{_suffix()}" for _ in range(_TRIES)]
    return numbered if base in RESERVED else [base, *numbered]


def _suffix() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _text(node: ast.Call, keyword: str) -> str:
    for one in node.keywords:
        if one.arg == keyword and isinstance(one.value, ast.Constant):
            return one.value.value.strip() if isinstance(one.value.value, str) else ""
    return ""
