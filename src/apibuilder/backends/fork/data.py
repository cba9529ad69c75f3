"""The Apis' data folders, and the user each belongs to when the runtime is root."""

from __future__ import annotations

import hashlib
import stat
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from apibuilder.backends.fork import trees

_EPHEMERAL = ".ephemeral"
_WIDE = (1 << 30, 1 << 30)  # first uid and how many, where the machine has all 32 bits of them
_NARROW = (20_000, 40_000)  # in a container that was given the usual 65,536


class DataFolders:
    """`<apis_dir>/<api_id>/data`; an ephemeral Deployment has one of its own."""

    def __init__(self, apis_dir: Path, uids: tuple[int, int] | None) -> None:
        """`uids` are the first and the number of those to give; None: all belongs to this user."""
        self.apis_dir = apis_dir
        self.uids = uids
        self._owners = dict(_owners(apis_dir, *uids)) if uids else {}
        self._taken = set(self._owners.values())

    def uid(self, api_id: UUID) -> int | None:
        """The user of an Api, no other Api's, and the same for as long as its folder exists."""
        if self.uids is None:
            return None
        if api_id not in self._owners:
            self._owners[api_id] = self._allot(api_id, *self.uids)
            self._taken.add(self._owners[api_id])
        return self._owners[api_id]

    def name(self, api_id: UUID, deployment_id: UUID, *, ephemeral: bool) -> str:
        """The folder's path below `apis_dir`."""
        return f"{_EPHEMERAL}/{deployment_id}" if ephemeral else f"{api_id}/data"

    def prepare(self, name: str, uid: int | None) -> Path:
        """Make the folder and hand it to its user."""
        path = self.apis_dir / name
        path.mkdir(parents=True, exist_ok=True)
        # The Api may open its own folder to all; nobody else gets as far as to it.
        path.parent.chmod(0o700 if uid is None else 0o711)
        path.chmod(0o700)
        if uid is not None and path.stat().st_uid != uid:
            trees.hand_over(path, uid)
        return path

    def of_api(self, api_id: UUID) -> Path:
        """Where an Api's data is, if it has any."""
        return self.apis_dir / str(api_id) / "data"

    def remove(self, name: str) -> None:
        """Remove the folder and what is in it."""
        trees.remove(self.apis_dir / name)

    def forget(self, api_id: UUID) -> bool:
        """Give its user to others; False if the Api has a folder that belongs to it."""
        if (self.apis_dir / str(api_id)).exists():
            return False
        self._taken.discard(self._owners.pop(api_id, -1))
        return True

    def remove_api(self, api_id: UUID) -> None:
        """Remove all of an Api's files; its user may be given to another."""
        trees.remove(self.apis_dir / str(api_id))
        self._taken.discard(self._owners.pop(api_id, -1))

    def remove_ephemeral(self) -> None:
        """Remove what ephemeral Deployments of a predecessor left."""
        trees.remove(self.apis_dir / _EPHEMERAL)

    def _allot(self, api_id: UUID, first: int, count: int) -> int:
        """Where its hash points to, or the next one that is free."""
        wanted = int.from_bytes(hashlib.sha256(api_id.bytes).digest()[:8]) % count
        for step in range(count):
            uid = first + (wanted + step) % count
            if uid not in self._taken:
                return uid
        raise RuntimeError(f"all {count} users are taken")


def _owners(apis_dir: Path, first: int, count: int) -> list[tuple[UUID, int]]:
    """Who owns what is there already."""
    found: list[tuple[UUID, int]] = []
    for folder in apis_dir.iterdir():
        with suppress(ValueError, OSError):
            uid = (folder / "data").lstat().st_uid
            if first <= uid < first + count:
                found.append((UUID(folder.name), uid))
    return found


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
