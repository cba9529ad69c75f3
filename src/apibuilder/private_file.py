"""A secret in a file of its own: drawn once, readable by its owner only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def load_or_draw(path: Path, draw: Callable[[], str]) -> str:
    """Its text, drawn and written at the very first start. Raises OSError."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)  # nobody else can read it at any moment
    draft.write_text(f"{draw()}\n")
    try:
        # Unlike a rename this never replaces the secret of another process that was first.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def replace(path: Path, text: str) -> None:
    """Write it anew in one step, for its owner only. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(f"{text}\n")
    draft.replace(path)
