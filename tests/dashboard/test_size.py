"""What a first visit loads, as the browser gets it."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.dashboard.api_types import FRONTEND

DIST = FRONTEND / "dist"
BUDGET_BYTES = 250 * 1024


def _imports(manifest: dict[str, Any], entry: str, seen: set[str]) -> set[str]:
    if entry not in seen:
        seen.add(entry)
        for one in manifest[entry].get("imports", []):
            _imports(manifest, one, seen)
    return seen


def test_the_script_of_a_first_visit_is_small() -> None:
    manifest = json.loads((DIST / ".vite/manifest.json").read_text())
    needed: set[str] = set()
    for entry in (
        "index.html",
        "src/features/auth/SignUpPage.tsx",
        "src/app/shell/GuestLayout.tsx",
    ):
        _imports(manifest, entry, needed)
    files = {manifest[one]["file"] for one in needed}
    sizes = {name: len(gzip.compress((DIST / name).read_bytes(), 9)) for name in files}
    assert sum(sizes.values()) <= BUDGET_BYTES, sorted(sizes.items(), key=lambda one: -one[1])[:8]
    code = " ".join(files)
    for heavy in ("CodeEditor", "Reference", "Charts"):
        assert heavy not in code
