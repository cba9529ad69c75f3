"""Layers: folders of packages, named by what is in them, that workers get read-only.

`<folder>/layers/<digest>/` holds the files; `<folder>/known/<request>.json` remembers which digest
a request came to. A layer is built in a folder of its own, looked through, taken away from whoever
built it, and only then moved to its place: it never changes afterwards.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from apibuilder.backends.fork import trees
from apibuilder.backends.packages import allowed
from apibuilder.backends.packages.allowed import Pin, Pins
from apibuilder.backends.packages.build import Installer
from apibuilder.errors import PackageNotAllowed, PackagesFailed, Unavailable
from apibuilder.script_block import FILE, Asked, asked

_MOST_BYTES, _MOST_FILES = 256 * 1024 * 1024, 20_000
_LIST = """
import importlib.metadata as m
print("\\n".join(f"{d.name}=={d.version}" for d in m.distributions()))
"""


class Layer(msgspec.Struct, frozen=True):
    """A built layer."""

    digest: str
    packages: tuple[str, ...]  # `name==version`
    seconds: float = 0.0  # that its build took


@dataclass(frozen=True, slots=True)
class _Tree:
    digest: str
    bytes: int
    files: int


class Layers:
    """The folder of layers; one build at a time."""

    def __init__(self, folder: Path, allowed_file: Path | None, installer: Installer) -> None:
        self._allowed_file = allowed_file
        self._installer = installer
        self._known = folder / "known"
        self._building = folder / "building"
        self.dir = folder / "layers"
        for each in (folder, self._known, self._building, self.dir):
            each.mkdir(parents=True, exist_ok=True)
            each.chmod(0o711)
        self._one = asyncio.Lock()
        self._runtime: Pins | None = None

    def keep(self, digests: set[str]) -> None:
        """Remove every other layer, and what a build that was cut off has left."""
        for path in self._building.iterdir():
            trees.remove(path)
        for path in self.dir.iterdir():
            if path.name not in digests:
                _discard(path)

    async def of(self, source: str, known: str | None) -> Layer | None:
        """The layer of what `source` asks for, built if need be; None if it asks for nothing.

        `known` is the digest that it came to before, if it did. Raises PackagesInvalid,
        PackageNotAllowed, PackagesFailed.
        """
        if known is not None and (self.dir / known).is_dir():
            return Layer(known, ())
        stated = asked(source)
        if not stated.requirements:
            return None
        async with self._one:
            pins = await asyncio.to_thread(allowed.read, self._allowed_file)
            runtime = await self._runtime_pins()
            wanted = allowed.wanted(stated, pins, runtime)
            if not wanted:
                return None
            return await self._built(stated, wanted, pins, runtime)

    async def _built(
        self, stated: Asked, wanted: list[Requirement], pins: Pins, runtime: Pins
    ) -> Layer:
        lines = sorted(str(one) for one in wanted)
        constraints = [pin.line() for pin in (*pins.values(), *runtime.values())]
        note = self._known / f"{_digest_of([*lines, '', *sorted(constraints)])}.json"
        if note.exists():
            layer = msgspec.json.decode(note.read_bytes(), type=Layer)
            if (self.dir / layer.digest).is_dir():
                return layer
        begun = time.monotonic()
        folder = self._building / secrets.token_hex(8)
        folder.mkdir(mode=0o755)
        try:
            exact = await self._resolved(folder, stated, lines, pins, runtime)
            target = folder / "files"
            (folder / "exact.txt").write_text("\n".join(pin.line() for pin in exact) + "\n")
            await self._installer.install(folder, folder / "exact.txt", target)
            digest = await asyncio.to_thread(self._admit, target)
        finally:
            await asyncio.to_thread(trees.remove, folder)
        packages = tuple(f"{pin.name}=={pin.version}" for pin in exact)
        layer = Layer(digest, packages, round(time.monotonic() - begun, 2))
        note.write_bytes(msgspec.json.encode(layer))
        return layer

    async def _resolved(
        self, folder: Path, stated: Asked, lines: list[str], pins: Pins, runtime: Pins
    ) -> list[Pin]:
        """The pins of all that has to be installed: each is on the list, or it is refused."""
        (folder / "wanted.txt").write_text("\n".join(lines) + "\n")
        both = [f"{pin.name}=={pin.version}" for pin in (pins | runtime).values()]
        (folder / "pins.txt").write_text("\n".join(both) + "\n")
        told = await self._installer.resolve(folder, folder / "wanted.txt", folder / "pins.txt")
        names = sorted(map(canonicalize_name, told))
        unlisted = [name for name in names if name not in pins and name not in runtime]
        if unlisted:
            raise PackageNotAllowed(
                f"What the code asks for needs {', '.join(unlisted)}, which the operator's list "
                "does not have. The operator adds a line `name==version` for each.",
                file=FILE,
                line=stated.line,
            )
        return [pins[name] for name in names if name not in runtime]

    def _admit(self, target: Path) -> str:
        """Look through what was built, take it over and move it to its place."""
        for path in target.glob("*.pth"):
            path.unlink()  # nothing of a package runs unless user code imports it
        for path in target.glob("*.dist-info/uv_cache.json"):
            path.unlink()  # when it was built: the same files shall be the same layer
        tree = _survey(target)
        if tree.bytes > _MOST_BYTES or tree.files > _MOST_FILES:
            raise PackagesFailed(
                f"The packages have {tree.files:,} files of {tree.bytes / 1e6:,.0f} MB; "
                f"{_MOST_FILES:,} files of {_MOST_BYTES / 1e6:,.0f} MB are allowed.",
                file=FILE,
            )
        place = self.dir / tree.digest
        if not place.exists():
            _take_over(target)
            target.rename(place)
            place.chmod(0o555)
        return tree.digest

    async def _runtime_pins(self) -> Pins:
        """What the runtime's interpreter has."""
        if self._runtime is None:
            process = await asyncio.create_subprocess_exec(
                str(self._installer.python), "-I", "-c", _LIST, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await process.communicate()
            if process.returncode != 0:
                raise Unavailable("The runtime's interpreter does not tell its packages.")
            pairs = [line.split("==") for line in out.decode().split()]
            self._runtime = {canonicalize_name(n): Pin(n, version) for n, version in pairs}
        return self._runtime


def _entries(target: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All that is in it, in a fixed order, links not followed."""
    for folder, folders, files in os.walk(target):
        folders.sort()
        for name in sorted((*folders, *files)):
            path = Path(folder, name)
            yield path, path.lstat()


def _survey(target: Path) -> _Tree:
    """Raises PackagesFailed for what is neither file nor folder."""
    digest, size, count = hashlib.sha256(), 0, 0
    for path, found in _entries(target):
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            raise PackagesFailed(
                f"A package holds {path.name!r}, which is neither file nor folder.", file=FILE
            )
        count += 1
        size += found.st_size
        if stat.S_ISREG(found.st_mode) and path.parent.name != "__pycache__":
            name = str(path.relative_to(target)).encode()
            digest.update(b"%d %s %d " % (len(name), name, found.st_size))
            digest.update(path.read_bytes())
    return _Tree(digest.hexdigest(), size, count)


def _take_over(target: Path) -> None:
    """From whoever built it; nobody may write to it, and no file of it is a program."""
    for path, found in (*_entries(target), (target, target.lstat())):
        os.chown(path, os.geteuid(), os.getegid())
        path.chmod(0o555 if stat.S_ISDIR(found.st_mode) else 0o444)
    target.chmod(0o755)  # until it is moved


def _discard(path: Path) -> None:
    for folder, _, _ in os.walk(path):
        Path(folder).chmod(0o755)
    trees.remove(path)


def _digest_of(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
