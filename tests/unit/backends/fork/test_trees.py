"""Folders that were filled to harm whoever looks at or removes them."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.fork import trees
from apibuilder.backends.fork.data import DataFolders


def deep(path: Path, levels: int) -> None:
    """Folders in each other, deeper than a path can be long; a file in the last one."""
    here = os.open(path, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("x" * 200, dir_fd=here)
        below = os.open("x" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_removal_has_no_depth_it_fails_at(tmp_path: Path) -> None:
    tree, before = tmp_path / "tree", open_files()
    (tree / "beside").mkdir(parents=True)
    deep(tree, 1500)
    deep(tree / "beside", 40)
    trees.remove(tree)
    assert not tree.exists()
    assert open_files() == before
    trees.remove(tree)


def test_removal_and_measure_never_follow_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(bytes(1 << 20))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "out").symlink_to(outside)
    assert trees.measure(tree, 1 << 30) == trees.NAME_BYTES
    trees.remove(tree)
    assert (outside / "precious").exists()
    (tmp_path / "link").symlink_to(outside)
    trees.remove(tmp_path / "link")
    assert (outside / "precious").exists()


def test_what_is_nested_too_deep_is_said_to_be(tmp_path: Path) -> None:
    before = open_files()
    deep(tmp_path, trees.MAX_DEPTH + 1)
    with pytest.raises(trees.TooDeep):
        trees.measure(tmp_path, 1 << 30)
    assert open_files() == before


def test_an_empty_file_costs_its_name_and_holes_cost_nothing(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / str(number)).touch()
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(1 << 30)
    assert trees.measure(tmp_path, 1 << 30) == 11 * trees.NAME_BYTES


def test_measuring_stops_when_it_knows_enough(tmp_path: Path) -> None:
    for folder in range(20):
        (tmp_path / str(folder)).mkdir()
        (tmp_path / str(folder) / "f").touch()
    assert trees.measure(tmp_path, 1) == 20 * trees.NAME_BYTES


def test_no_two_apis_share_a_user(tmp_path: Path) -> None:
    folders = DataFolders(tmp_path, (1 << 30, 8))
    apis = [uuid4() for _ in range(8)]
    assert len({folders.uid(api) for api in apis}) == 8
    with pytest.raises(RuntimeError):
        folders.uid(uuid4())
    folders.remove_api(apis[0])
    assert folders.uid(uuid4()) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_successor_knows_whose_user_is_whose(tmp_path: Path) -> None:
    first = DataFolders(tmp_path, (1 << 30, 2))
    one, other = uuid4(), uuid4()
    for api in (one, other):
        folders = first.prepare(first.name(api, UUID(int=0), ephemeral=False), first.uid(api))
        assert folders.stat().st_uid == first.uid(api)
    second = DataFolders(tmp_path, (1 << 30, 2))
    assert [second.uid(other), second.uid(one)] == [first.uid(other), first.uid(one)]
    third = uuid4()
    handed = DataFolders(tmp_path, (1 << 20, 2))
    path = tmp_path / str(one) / "data"
    (path / "link").symlink_to("/etc")
    handed.prepare(f"{one}/data", handed.uid(third))
    assert (path / "link").lstat().st_uid == handed.uid(third)
    assert Path("/etc").stat().st_uid == 0


def test_an_api_that_opens_its_folder_to_all_opens_it_to_nobody(tmp_path: Path) -> None:
    folders = DataFolders(tmp_path, None)
    path = folders.prepare(f"{uuid4()}/data", None)
    path.chmod(0o777)
    assert path.parent.stat().st_mode & 0o077 == 0
