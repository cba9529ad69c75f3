"""Restores a backup: made whole beside the state, then put in its place.

Whatever fails before that leaves the data folder as it was.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apibuilder.backup import database
from apibuilder.backup.write import DUMP, FORMAT, KEYS, MANIFEST
from apibuilder.errors import Conflict, Invalid
from apibuilder.serve import runfile
from apibuilder.settings import Settings

# All state; what is not in a backup is made anew from what is.
_STATE = ("postgres", "apis", "usage", "runtime", "logs", *KEYS)
_RESTORED = ("postgres", "apis", "usage", *KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    apis: int
    replaced: Path | None  # where the state is that was there before
    seconds: float


async def restore(settings: Settings, source: Path, *, replace: bool) -> Restored:
    """Make this data folder what it was at the backup. Raises Conflict, Invalid, Unavailable."""
    begun = time.monotonic()
    if settings.database_url is not None:
        raise Conflict(
            "Restoring works on the bundled database. With DATABASE_URL, restore "
            f"{DUMP} from the backup with pg_restore, and `apis` into the data folder."
        )
    state = settings.state_dir
    with runfile.alone(state):
        there = [name for name in _STATE if _holds_something(state / name)]
        if there and not replace:
            raise Conflict(
                f"{state} is not empty ({', '.join(there)}). Choose another data folder, or say "
                "--replace: what is there is then moved aside, not deleted."
            )
        draft = state / "restore.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        try:
            _extract(source, draft)
            with database.running(draft / "postgres") as dsn:
                await database.restore(dsn, draft / DUMP)
            replaced = _put_in_place(state, draft, there)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Restored(
        apis=len(list((state / "apis").glob("*/data"))),
        replaced=replaced,
        seconds=round(time.monotonic() - begun, 3),
    )


def _holds_something(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _extract(source: Path, draft: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            # Nothing outside of the folder, no links out of it, no devices, no owners.
            archive.extractall(draft, filter="data")
        facts: dict[str, Any] = json.loads((draft / MANIFEST).read_text())
        if facts["format"] != FORMAT:
            raise Invalid(f"{source} is a backup of another version ({facts['version']}).")
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        raise Invalid(f"{source} is not a backup, or is damaged: {error}") from None
    for name in KEYS:
        if (draft / name).exists():
            (draft / name).chmod(0o600)
    for folder in ("apis", "usage"):
        (draft / folder).mkdir(exist_ok=True)
    (draft / "usage").chmod(0o700)
    # User code's processes walk down to their own folder.
    for path in ((draft / "apis"), *(draft / "apis").iterdir()):
        path.chmod(0o711)


def _put_in_place(state: Path, draft: Path, there: list[str]) -> Path | None:
    aside = None
    if there:
        aside = state / f"before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        aside.mkdir(mode=0o700)
        for name in there:
            (state / name).rename(aside / name)
    for name in _RESTORED:
        target = state / name
        if target.is_dir():
            target.rmdir()  # empty, or it would have been moved
        if (draft / name).exists():
            (draft / name).rename(target)
    return aside
