"""Finding and using control groups, on folders that look like version 1 and 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from apibuilder.backends.fork import cgroup

_V1 = """\
30 1 0:25 / {root}/memory rw - cgroup cgroup rw,memory
31 1 0:26 /box {root}/pids rw - cgroup cgroup rw,pids
32 1 0:27 / {root}/cpu rw - cgroup cgroup rw,cpu,cpuacct
"""
_V1_OWN = "4:memory:/mine\n8:pids:/box/inner\n1:cpu,cpuacct:/\n0::/\n"
_V2 = "30 1 0:25 / {root} rw - cgroup2 cgroup2 rw\n"


def _proc(tmp_path: Path, mountinfo: str, own: str) -> Path:
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "mountinfo").write_text(mountinfo.format(root=tmp_path / "fs"))
    (proc / "cgroup").write_text(own)
    return proc


def test_version_1_places_are_found_below_the_own_group(tmp_path: Path) -> None:
    mounts = cgroup.find_mounts(_proc(tmp_path, _V1, _V1_OWN))
    assert mounts == {
        "memory": cgroup.Mount(1, tmp_path / "fs/memory/mine"),
        "pids": cgroup.Mount(1, tmp_path / "fs/pids/inner"),  # only /box of it is visible here
        "cpu": cgroup.Mount(1, tmp_path / "fs/cpu"),
    }


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    own = tmp_path / "fs/unit"
    own.mkdir(parents=True)
    (own / "cgroup.controllers").write_text("cpu memory pids\n")
    (own / "cgroup.subtree_control").touch()
    return _proc(tmp_path, _V2, "0::/unit\n")


def test_version_2_limits_are_written(tmp_path: Path, v2: Path) -> None:
    # A real hierarchy makes the control files; here they are there before.
    parent, group = tmp_path / "fs/unit/apis", tmp_path / "fs/unit/apis/w1"
    group.mkdir(parents=True)
    (parent / "cgroup.subtree_control").touch()
    names = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max")
    for name in names:
        (group / name).touch()
    hierarchy = cgroup.open_hierarchy("apis", v2)
    assert hierarchy.missing == {}
    made = hierarchy.create("w1")
    made.limit(memory_bytes=1 << 20, processes=7)
    made.limit_cpu(0.5)
    assert [(group / name).read_text() for name in names] == [
        "1048576",
        "0",
        "1",
        "7",
        "12500 25000",
    ]


def test_a_version_2_group_that_cannot_delegate_is_named(tmp_path: Path, v2: Path) -> None:
    (tmp_path / "fs/unit/cgroup.subtree_control").unlink()
    hierarchy = cgroup.open_hierarchy("apis", v2)
    assert hierarchy.parents == {}
    assert set(hierarchy.missing) == {"memory", "pids", "cpu"}
    assert "v2" in hierarchy.missing["memory"]


def test_no_cgroups_at_all_is_named(tmp_path: Path) -> None:
    hierarchy = cgroup.open_hierarchy("apis", _proc(tmp_path, "", "0::/\n"))
    assert set(hierarchy.missing) == {"memory", "pids", "cpu"}


@pytest.mark.parametrize(("text", "expected"), [("oom_kill 0\n", False), ("oom_kill 2\n", True)])
def test_out_of_memory_is_read_from_the_kernel(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "memory.events").write_text("low 0\n" + text)
    group = cgroup.Group({"memory": tmp_path}, {"memory": 2})
    assert group.ran_out_of_memory() is expected
