"""Writes a backup: usage segments, then the database, then the data folders.

In this order, so that every metered call is in it exactly once: what was not shipped when the
segments were copied may be in the dump, together with the offset that says so.
"""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from apibuilder import __version__
from apibuilder.backends.remote import RemoteBackend
from apibuilder.backup import database, folders
from apibuilder.client import run_facts
from apibuilder.errors import Conflict
from apibuilder.serve import runfile
from apibuilder.settings import Settings
from apibuilder.store import ledger

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
# Files of the data folder that nothing works without.
KEYS = ("secrets.key", "operator.token", "supabase.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is in a backup."""

    file: Path
    apis: int  # that have data folders
    bytes: int
    seconds: float


async def write(settings: Settings, target: Path) -> Written:
    """Back up the platform on this data folder, running or not. Raises Conflict, Unavailable."""
    begun = time.monotonic()
    _refuse_existing(target)
    async with _source(settings) as (dsn, backend):
        # Beside the target: it is large, and renaming must not copy it.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
            scratch = Path(name)
            draft = scratch / "backup"
            draft.touch(mode=0o600)
            with tarfile.open(draft, "w:gz", compresslevel=1) as archive:
                apis = await _fill(archive, settings, scratch, dsn, backend)
            size = draft.stat().st_size
            draft.rename(target)
    return Written(
        file=target,
        apis=apis,
        bytes=size,
        seconds=round(time.monotonic() - begun, 3),
    )


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise Conflict(f"{target} is there already; choose another name.")


async def _fill(
    archive: tarfile.TarFile,
    settings: Settings,
    scratch: Path,
    dsn: str,
    backend: RemoteBackend | None,
) -> int:
    _add_manifest(archive)
    for name in KEYS:
        if (settings.state_dir / name).exists():
            archive.add(settings.state_dir / name, name)
    for path in ledger.segments(settings.usage_dir):
        _add_copy(archive, path, scratch / "segment", f"usage/{path.name}")
    dump = scratch / DUMP
    database.dump(dsn, dump, bundled=settings.database_url is None)
    archive.add(dump, DUMP)
    dump.unlink()
    count = 0
    for api_id, folder in folders.of_apis(settings.state_dir / "apis"):
        copied = scratch / "data"
        await folders.copy(backend, api_id, folder, copied)
        archive.add(copied, f"apis/{api_id}/data")
        count += 1
    return count


def _add_manifest(archive: tarfile.TarFile) -> None:
    facts = {"format": FORMAT, "version": __version__, "created_at": int(time.time())}
    content = json.dumps(facts, indent=2).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _add_copy(archive: tarfile.TarFile, path: Path, scratch: Path, name: str) -> None:
    """A file that is written, or deleted, meanwhile: tar wants its size to stay."""
    try:
        scratch.write_bytes(path.read_bytes())
    except FileNotFoundError:  # shipped and gone: the dump has it
        return
    archive.add(scratch, name)


@asynccontextmanager
async def _source(settings: Settings) -> AsyncGenerator[tuple[str, RemoteBackend | None]]:
    """The database to dump, and the runtime if one is running."""
    if run_facts(settings):
        backend = RemoteBackend(settings.runtime_socket)
        try:
            yield settings.database_dsn, backend
        finally:
            await backend.close()
        return
    with runfile.alone(settings.state_dir):
        if settings.database_url is not None:
            yield settings.database_url, None
            return
        data = settings.state_dir / "postgres"
        if not data.exists():
            raise Conflict(f"There is no platform on {settings.state_dir} to back up.")
        with database.running(data) as dsn:
            yield dsn, None
