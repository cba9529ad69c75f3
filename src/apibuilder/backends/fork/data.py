"""The Apis' data folders, and the user each belongs to when the runtime is root."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

_EPHEMERAL = ".ephemeral"
_WIDE = (1 << 30, 1 << 30)  # first uid and how many, where the machine has all 32 bits of them
_NARROW = (20_000, 40_000)  # in a container that was given the usual 65,536


@dataclass(frozen=True, slots=True)
class DataFolders:
    """`<apis_dir>/<api_id>/data`; an ephemeral Deployment has one of its own."""

    apis_dir: Path
    uids: tuple[int, int] | None  # None: all files belong to the runtime's own user

    def uid(self, api_id: UUID) -> int | None:
        """The user of an Api, the same whenever it is asked."""
        if self.uids is None:
            return None
        first, count = self.uids
        digest = hashlib.sha256(api_id.bytes).digest()
        return first + int.from_bytes(digest[:8]) % count

    def name(self, api_id: UUID, deployment_id: UUID, *, ephemeral: bool) -> str:
        """The folder's path below `apis_dir`."""
        return f"{_EPHEMERAL}/{deployment_id}" if ephemeral else f"{api_id}/data"

    def prepare(self, name: str, uid: int | None) -> Path:
        """Make the folder and hand it to its user."""
        path = self.apis_dir / name
        path.mkdir(parents=True, exist_ok=True, mode=0o711)
        path.chmod(0o700)
        if uid is not None and path.stat().st_uid != uid:
            _hand_over(path, uid)
        return path

    def remove(self, name: str) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.apis_dir / name, ignore_errors=True)

    def remove_api(self, api_id: UUID) -> None:
        """Remove all of an Api's files."""
        shutil.rmtree(self.apis_dir / str(api_id), ignore_errors=True)

    def remove_ephemeral(self) -> None:
        """Remove what ephemeral Deployments of a predecessor left."""
        shutil.rmtree(self.apis_dir / _EPHEMERAL, ignore_errors=True)


def size(path: Path) -> int:
    """Bytes on disk of a folder, links not followed."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                found = os.lstat(Path(folder, name))
            except FileNotFoundError:
                continue
            total += found.st_blocks * 512
    return total


def uid_range(uid_map: str) -> tuple[int, int] | None:
    """Which users Apis may be given, from the text of /proc/self/uid_map; None: too few."""
    entries = [[int(number) for number in line.split()] for line in uid_map.splitlines()]
    for first, count in (_WIDE, _NARROW):
        if any(start <= first and first + count <= start + size for start, _, size in entries):
            return first, count
    return None


def reachable_by_others(path: Path) -> bool:
    """Whether a user who owns none of it can walk down to `path`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def _hand_over(path: Path, uid: int) -> None:
    os.chown(path, uid, uid)
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            os.lchown(Path(folder, name), uid, uid)
