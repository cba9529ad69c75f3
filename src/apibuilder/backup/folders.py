"""Data folders of Apis, copied while nobody writes them.

An Api's files are only whole together (a SQLite database and its journal), so its Instances are
suspended for the copy; the next call wakes one. If one was woken meanwhile, the copy is made again.
Links and special files are left out: the platform follows no path that user code made.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID

from apibuilder.backends.base import Placed
from apibuilder.errors import Conflict

_GRACE_SECONDS = 5.0
_TRIES = 5
_STOP_SECONDS = 15.0
_LOOK_SECONDS = 0.05


class Instances(Protocol):
    """As much of a Backend as is needed here."""

    async def suspend(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        ...

    async def placed(self) -> list[Placed]:
        """See Backend."""
        ...


def of_apis(apis: Path) -> Iterator[tuple[UUID, Path]]:
    """Every Api's data folder; those of test runs are nobody's state."""
    for folder in sorted(apis.glob("*/data")):
        try:
            yield UUID(folder.parent.name), folder
        except ValueError:
            continue


async def copy(backend: Instances | None, api_id: UUID, folder: Path, target: Path) -> None:
    """A copy as of one moment. `backend` is None when nothing runs. Raises Conflict."""
    for _ in range(_TRIES):
        if backend is not None and not await _suspend(backend, api_id):
            continue
        before = _state(folder)
        shutil.rmtree(target, ignore_errors=True)
        await asyncio.to_thread(_copy, folder, target)
        if backend is None:
            return
        if not await _live(backend, api_id) and _state(folder) == before:
            return
    raise Conflict(
        f"API {api_id} is called so often that its data cannot be copied as of one moment. Pause "
        "it for the backup, or stop the platform."
    )


async def _suspend(backend: Instances, api_id: UUID) -> bool:
    """Whether nobody lives any more."""
    deadline = asyncio.get_running_loop().time() + _STOP_SECONDS
    while live := await _live(backend, api_id):
        if asyncio.get_running_loop().time() > deadline:
            return False
        for deployment_id in live:
            await backend.suspend(deployment_id, _GRACE_SECONDS)
        await asyncio.sleep(_LOOK_SECONDS)
    return True


async def _live(backend: Instances, api_id: UUID) -> list[UUID]:
    found = await backend.placed()
    return [one.deployment_id for one in found if one.api_id == api_id and one.instances]


def _state(folder: Path) -> list[tuple[str, int, int, int]]:
    """What changes when somebody writes."""
    found: list[tuple[str, int, int, int]] = []
    for path in _files(folder):
        facts = path.lstat()
        name = str(path.relative_to(folder))
        found.append((name, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns))
    return sorted(found)


def _copy(folder: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in _files(folder):
        there = target / path.relative_to(folder)
        there.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb") as source, there.open("wb") as copied:  # noqa: PTH123 - of a descriptor
            shutil.copyfileobj(source, copied, 1 << 20)


def _files(folder: Path) -> Iterator[Path]:
    for here, _, names in os.walk(folder):
        for name in names:
            path = Path(here, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path
