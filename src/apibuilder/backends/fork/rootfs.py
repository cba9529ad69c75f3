"""The read-only root of tier `full`: what user code may import, and nothing else of the host.

Built once, by the zygote, while it can still see the host; every worker gets a copy of the mount
table. Standard library only.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from apibuilder.backends.fork import linux

HOST = "/.host"  # what belongs to single Apis, until a worker has taken its own out of it
APIS = f"{HOST}/apis"  # the data folders of all
LAYERS = f"{HOST}/layers"  # the packages that any of them asked for
DATA = "/data"
PACKAGES = "/packages"  # those that this Api asked for
TMP = "/tmp"  # noqa: S108 - a folder of the new root, on which each worker mounts its own
_BELOW_TMP = "/.below-tmp"  # what user code needs and a worker's own /tmp would hide

_FILES = ("/etc/ld.so.cache", "/etc/mime.types")
_FOLDERS = ("/usr/share/zoneinfo",)
_DEVICES = ("null", "zero", "random", "urandom")
_READ_ONLY = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV


def readable() -> list[str]:
    """Host paths that user code needs, outermost only: modules, the libraries they are linked to,
    time zones, MIME types."""
    paths = sysconfig.get_paths()
    wanted = {paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]}
    wanted |= {
        str(Path(sys.base_prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    }
    wanted |= _library_folders() | {path for path in (*_FILES, *_FOLDERS) if Path(path).exists()}
    return sorted(
        path for path in wanted if not any(Path(path).is_relative_to(o) for o in wanted - {path})
    )


def _library_folders() -> set[str]:
    """Folders of the shared libraries in use; modules not yet imported link to the same ones."""
    with Path("/proc/self/maps").open() as maps:
        mapped = {line.split(maxsplit=5)[-1].strip() for line in maps}
    return {str(Path(path).parent) for path in mapped if path.startswith("/") and ".so" in path}


def assemble(root: str, apis_dir: str, layers_dir: str) -> None:
    """Replace the process's root by a fresh one; call in a mount namespace of one's own."""
    shown = readable()
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    options = "size=64k,nr_inodes=256,mode=755"
    linux.mount("tmpfs", root, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for folder in (TMP, "/dev", DATA, PACKAGES, HOST, "/old"):
        Path(root + folder).mkdir()
    for path in shown:
        show(path, root + path)
        if Path(path).is_relative_to(TMP):
            show(path, root + _BELOW_TMP + path)
        for hides in (DATA, PACKAGES):
            if Path(path).is_relative_to(hides):
                raise ValueError(
                    f"{path} is hidden by the {hides} of each API: keep the interpreter elsewhere"
                )
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}")
    _copy_links(root)
    linux.mount("tmpfs", root + HOST, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    _bind(apis_dir, root + APIS)
    _bind(layers_dir, root + LAYERS)
    _enter(root)


def uncover(readable: list[str]) -> None:
    """Show what user code needs below /tmp; call once a /tmp of one's own is mounted."""
    for path in readable:
        if Path(path).is_relative_to(TMP):
            _bind(_BELOW_TMP + path, path)


def show(path: str, target: str) -> None:
    """Have what is at `path` at `target` too, read-only."""
    _bind(path, target)
    flags = linux.MS_REMOUNT | linux.MS_BIND | _READ_ONLY
    # In a user namespace a mount must go on to forbid what its source forbids.
    if os.statvfs(path).f_flag & os.ST_NOEXEC:
        flags |= linux.MS_NOEXEC
    linux.mount(None, target, None, flags)


def _bind(source: str, target: str) -> None:
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    linux.mount(source, target, None, linux.MS_BIND | linux.MS_REC)


def _copy_links(root: str) -> None:
    """On merged-usr systems /lib is a link; the linker's cache names files through it."""
    for name in ("lib", "lib64"):
        original, copy = Path("/", name), Path(root, name)
        if original.is_symlink() and not copy.exists():
            copy.symlink_to(original.readlink())


def _enter(root: str) -> None:
    os.chdir(root)
    linux.pivot_root(".", "old")
    os.chdir("/")
    linux.detach("/old")
    Path("/old").rmdir()
    linux.mount(None, "/", None, linux.MS_REMOUNT | linux.MS_BIND | _READ_ONLY)
