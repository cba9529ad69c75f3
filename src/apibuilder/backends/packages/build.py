"""Runs the installer in its jail: which packages it takes, and where their files are then."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import uv

from apibuilder.backends.fork.data import reachable_by_others
from apibuilder.backends.packages import jail
from apibuilder.errors import PackagesFailed
from apibuilder.script_block import FILE

_NOBODY = 65534
_MB = 1024 * 1024
_SECONDS = 120.0
_MEMORY_BYTES, _FILE_BYTES = 6144 * _MB, 256 * _MB
_SAID = 1200  # characters of the installer's words in a refusal
_WOULD_INSTALL = re.compile(r"^ \+ ([A-Za-z0-9._-]+)==", re.MULTILINE)
_HTTPS, _HTTP = 443, 80
_COMMON = ("--no-config", "--no-cache", "--no-python-downloads", "--only-binary", ":all:")


@dataclass(frozen=True, slots=True)
class Installer:
    """Where packages come from, and for which interpreter."""

    python: Path
    index: str | None  # a URL or a folder of wheels; None: the installer's own default
    walls: bool = True
    seconds: float = _SECONDS

    async def resolve(self, folder: Path, wanted: Path, pins: Path) -> list[str]:
        """Names of what `wanted` needs under `pins` and the runtime has not. Raises
        PackagesFailed."""
        said = await self._run(
            folder,
            ("pip", "install", "--dry-run", "--requirements", str(wanted), "--constraints",
             str(pins), "--break-system-packages"),
        )  # fmt: skip
        return _WOULD_INSTALL.findall(said)

    async def install(self, folder: Path, exact: Path, target: Path) -> None:
        """Unpack just those of `exact`. Raises PackagesFailed."""
        await self._run(
            folder,
            ("pip", "install", "--requirements", str(exact), "--no-deps", "--target", str(target),
             "--link-mode", "copy", "--compile-bytecode"),
        )  # fmt: skip

    async def _run(self, folder: Path, verb: Sequence[str]) -> str:
        command = [uv.find_uv_bin(), *verb, *_COMMON, "--python", str(self.python), *self._source()]
        uid = _NOBODY if os.geteuid() == 0 and self._open_to_nobody(folder) else None
        if uid is not None:
            os.chown(folder, uid, uid)
        job = jail.Job(
            command=command,
            folder=str(folder),
            read=self._reads(),
            ports=self._ports(),
            uid=uid,
            memory_bytes=_MEMORY_BYTES,
            file_bytes=_FILE_BYTES,
            seconds=int(self.seconds),
            walls=self.walls,
        )
        return await self._until_done(job)

    async def _until_done(self, job: jail.Job) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-m", "apibuilder.backends.packages.jail", msgspec.json.encode(job).decode()),
            env={},
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.seconds):
                _, said = await process.communicate()
        except TimeoutError:
            raise PackagesFailed(
                f"Installing the packages took longer than {self.seconds:g} s: the package index "
                "may be out of reach. Try again, or ask the operator.",
                file=FILE,
            ) from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode != 0:
            raise PackagesFailed(
                f"The packages could not be installed: {_words(said, job.folder)}", file=FILE
            )
        return said.decode(errors="replace")

    def _source(self) -> list[str]:
        if self.index is None:
            return []
        if _is_url(self.index):
            return ["--default-index", self.index]
        return ["--no-index", "--find-links", self.index]

    def _reads(self) -> list[str]:
        """The interpreter that it asks for its version, the installer, a folder of wheels."""
        base = self.python.resolve()
        own = [] if self.index is None or _is_url(self.index) else [self.index]
        return [str(self.python.parents[1]), str(base.parents[1]), uv.find_uv_bin(), *own]

    def _ports(self) -> list[int]:
        if self.index is None or not _is_url(self.index):
            return [_HTTPS]
        place = urlsplit(self.index)
        return [_HTTPS, place.port or (_HTTP if place.scheme == "http" else _HTTPS)]

    def _open_to_nobody(self, folder: Path) -> bool:
        needed = (folder, self.python.resolve(), self.python.absolute(), Path(uv.find_uv_bin()))
        return all(reachable_by_others(path) for path in needed)


def _is_url(index: str) -> bool:
    return index.startswith(("http://", "https://"))


def _words(said: bytes, folder: str) -> str:
    """What the installer said, without paths of this machine."""
    text = said.decode(errors="replace").replace(folder, "")
    return " ".join(text.split())[:_SAID] or "the installer gave no reason."
