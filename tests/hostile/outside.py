"""A worker's walls as they look from the host: what /proc says of its process."""

from __future__ import annotations

import os
from pathlib import Path

_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "uts")


def walls(pid: int, zygote: int) -> dict[str, bool]:
    """Wall -> whether it stands."""
    status = _fields(f"/proc/{pid}/status")
    limits = Path(f"/proc/{pid}/limits").read_text()
    capabilities = [int(status[f"Cap{name}"], 16) for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")]
    return {
        "own PIDs": status["NSpid"].split()[-1] == "1" and len(status["NSpid"].split()) > 1,
        "own cgroup": _cgroups(pid) != _cgroups(zygote),
        "own uid": {*status["Uid"].split()} != {str(os.geteuid())},
        "user namespace": _namespace(pid, "user") != _namespace(zygote, "user"),
        **{
            f"{name} namespace": _namespace(pid, name) != _namespace(zygote, name)
            for name in _NAMESPACES
        },
        "no capabilities": not any(capabilities),
        "no new privileges": status["NoNewPrivs"] == "1",
        "not dumpable": Path(f"/proc/{pid}/status").stat().st_uid != int(status["Uid"].split()[0]),
        "seccomp": status["Seccomp"] == "2",
        "resource limits": _limit(limits, "Max core file size") == "0"
        and _limit(limits, "Max locked memory") == "0"
        and _limit(limits, "Max open files") == "1024",
        "own /data": "/.host" not in _mounts(pid),
        "private /tmp": "/tmp" in _mounts(pid),
        "no /proc": "/proc" not in _mounts(pid),
        "read-only root": "ro" in _mounts(pid).get("/", set()),
        "noexec": all("noexec" in _mounts(pid).get(at, set()) for at in ("/tmp", "/data")),
    }


def _fields(path: str) -> dict[str, str]:
    lines = Path(path).read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _namespace(pid: int, name: str) -> str:
    return os.readlink(f"/proc/{pid}/ns/{name}")


def _limit(text: str, name: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    return line.removeprefix(name).split()[0]


def _mounts(pid: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines():
        fields = line.split()
        found[fields[4]] = set(fields[5].split(","))
    return found


def _cgroups(pid: int) -> str:
    return Path(f"/proc/{pid}/cgroup").read_text()
