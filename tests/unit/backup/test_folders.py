"""Copies of data folders: of one moment, and never by way of a path that user code made."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from apibuilder.backends.base import Placed
from apibuilder.backends.memory import MemoryBackend
from apibuilder.backup import folders
from apibuilder.domain import DeploymentSpec, Limits
from apibuilder.errors import Conflict

API = uuid4()
LIMITS = Limits(
    requests_per_second=1,
    burst=1,
    monthly_quota=1,
    max_concurrency=1,
    timeout_seconds=1,
    request_body_bytes=1,
    response_body_bytes=1,
    memory_mb=64,
    cpu=1,
    processes=48,
    storage_mb=1,
    max_instances=1,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "apis" / str(API) / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "notes.db").write_bytes(b"notes")
    return folder


async def placed(backend: MemoryBackend) -> UUID:
    spec = DeploymentSpec(
        deployment_id=uuid4(), api_id=API, revision=1, source="app = 1", limits=LIMITS
    )
    await backend.place(spec)
    return spec.deployment_id


async def test_instances_are_suspended_for_the_copy(data: Path, tmp_path: Path) -> None:
    backend = MemoryBackend()
    deployment_id = await placed(backend)
    await folders.copy(backend, API, data, tmp_path / "copy")
    assert (tmp_path / "copy/deep/notes.db").read_bytes() == b"notes"
    (one,) = await backend.placed()
    assert (one.deployment_id, one.instances) == (deployment_id, [])


class Called(MemoryBackend):
    """Woken by a call after each suspend, as often as it is told to be."""

    def __init__(self, calls: int, file: Path) -> None:
        super().__init__()
        self.calls = calls
        self.file = file

    async def placed(self) -> list[Placed]:
        found = await super().placed()
        # A call comes in at the worst moment: just after it was seen that nobody lives.
        if self.calls and not any(one.instances for one in found):
            self.calls -= 1
            self.file.write_bytes(b"more")
            for one in found:
                await self.acquire(one.deployment_id)
        return found


async def test_a_copy_that_was_disturbed_is_made_again(data: Path, tmp_path: Path) -> None:
    backend = Called(2, data / "deep" / "notes.db")
    await placed(backend)
    await folders.copy(backend, API, data, tmp_path / "copy")
    assert (tmp_path / "copy/deep/notes.db").read_bytes() == b"more"


async def test_an_api_that_never_rests_is_refused_by_name(data: Path, tmp_path: Path) -> None:
    backend = Called(10_000, data / "deep" / "notes.db")
    await placed(backend)
    with pytest.raises(Conflict, match=str(API)):
        await folders.copy(backend, API, data, tmp_path / "copy")


async def test_links_and_special_files_are_left_out(data: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    (data / "link").symlink_to(secret)
    (data / "folder").symlink_to(tmp_path)
    os.mkfifo(data / "fifo")
    await folders.copy(None, API, data, tmp_path / "copy")
    found = {str(one.relative_to(tmp_path / "copy")) for one in (tmp_path / "copy").rglob("*")}
    assert found == {"deep", "deep/notes.db"}


def test_only_folders_of_apis_are_state(data: Path, tmp_path: Path) -> None:
    (tmp_path / "apis" / ".ephemeral" / str(uuid4())).mkdir(parents=True)
    (tmp_path / "apis" / "strange" / "data").mkdir(parents=True)
    assert list(folders.of_apis(tmp_path / "apis")) == [(API, data)]
