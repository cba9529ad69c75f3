"""A real headless Chromium: where it is, and how it is started."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_INSTALLED = Path(__file__).parents[2] / "frontend" / ".chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    # A test runs as whoever runs it, root too; what it opens is our own pages.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Text looks the same on every machine.
    "--font-render-hinting=none",
)


def executable() -> str:
    """What `make` found or installed. Raises FileNotFoundError."""
    if _INSTALLED.is_file():
        return _INSTALLED.read_text().strip()
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise FileNotFoundError("no Chromium on this machine: `make .venv/.stamps/browser`")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser with an empty profile; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
