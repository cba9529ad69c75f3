"""The named queries of `store/queries/<noun>.sql`, read once."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "queries"
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def _load() -> dict[str, str]:
    queries: dict[str, str] = {}
    for file in _FOLDER.glob("*.sql"):
        _, *parts = _NAME.split(file.read_text())
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            queries[f"{file.stem}.{name}"] = text.strip().removesuffix(";")
    return queries


QUERIES = _load()


def query(name: str) -> str:
    """The text of `<noun>.<name>`. Called at import, so that a wrong name stops the start."""
    return QUERIES[name]
