"""A FastAPI file as it is: checked, and published unchanged."""

from __future__ import annotations

import ast

from apibuilder.generator.check import check_source
from apibuilder.generator.imports.base import MEMO, Imported, Kind, comment
from apibuilder.generator.plan import Plan


def from_fastapi(text: str, name: str | None) -> Imported:
    """Raises a DeployRefused that names the line: a missing package, a forbidden import, no app."""
    source = text.removeprefix("\ufeff")
    check_source(source)
    title = name or (ast.get_docstring(ast.parse(source)) or "Imported API").splitlines()[0]
    return Imported(
        kind=Kind.FASTAPI,
        plan=Plan(
            title=comment(title)[:100] or "Imported API",
            description="Its maker's own file, unchanged.",
            storage=False,
            memo={MEMO: str(Kind.FASTAPI)},
        ),
        source=source,
        tests=[],
        own_code=True,
    )
