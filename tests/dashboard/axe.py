"""axe-core on a page that is open."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.dashboard.api_types import FRONTEND

_SCRIPT = (FRONTEND / "node_modules/axe-core/axe.min.js").read_text


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse, one line each: rule, place, why."""
    page.evaluate(_SCRIPT())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
