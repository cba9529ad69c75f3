"""A full disk: no call is served that cannot be metered, and none that was served is dropped."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from apibuilder.gateway import shipper
from apibuilder.store.ledger import RECORD_SIZE, SegmentReader, segments
from tests.integration.gateway.harness import World
from tests.integration.gateway.test_calls import SOURCE

RECORDS = 127  # with its header a segment of three pages
SEGMENTS = 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for so many segments and no more."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    size = SEGMENTS * (RECORDS + 1) * RECORD_SIZE
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", tmp_path]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this container may not mount")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.mark.root
async def test_calls_are_refused_while_the_ledger_cannot_grow_and_none_is_dropped(
    world: World, small_disk: Path, monkeypatch: pytest.MonkeyPatch, client: aiohttp.ClientSession
) -> None:
    monkeypatch.setattr(shipper, "PERIOD_SECONDS", 0.1)
    api = world.publish(SOURCE)
    world.usage_dir, world.segment_records = small_disk, RECORDS
    world.store.ships = False
    await world.start()
    seen: Counter[int] = Counter()

    async def call() -> int:
        async with client.get(f"{world.url}/demo/convert?amount=1", headers=api.headers) as answer:
            seen[answer.status] += 1
            if answer.status == 503:
                assert (await answer.json(content_type=None))["code"] == "ledger_full"
                assert answer.headers["Retry-After"] == "5"
            return answer.status

    async def ready() -> int:
        async with client.get(f"{world.url}/readyz") as answer:
            return answer.status

    for _ in range(SEGMENTS * RECORDS + 40):
        await call()
    assert set(seen) == {200, 503}
    assert await ready() == 503
    written = 0
    for path in segments(small_disk):
        with SegmentReader(path) as reader:
            written += reader.end()
    assert written == seen[200]
    assert written > (SEGMENTS - 1) * RECORDS  # the room that there is is used

    world.store.ships = True
    async with asyncio.timeout(60):
        while await call() != 200:
            await asyncio.sleep(0.1)
    assert await ready() == 200
    await world.stop()
    assert len(world.store.usages) == seen[200]
