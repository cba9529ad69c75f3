"""Every case of the table, over raw sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.integration.gateway.harness import LIMITS, World
from tests.integration.gateway.raw import framing, heads, page, targets, workers
from tests.integration.gateway.raw.case import KEY, OTHER_KEY, Case, head
from tests.integration.gateway.raw.client import Raw
from tests.integration.gateway.raw.peer import Peer

TABLE = [
    pytest.param(one, id=f"{group}: {one.name}")
    for group, cases in (
        ("framing", framing.CASES),
        ("targets", targets.CASES),
        ("heads", heads.CASES),
        ("workers", workers.CASES),
    )
    for one in cases
]


def test_the_page_is_fresh() -> None:
    assert page.PAGE.read_text() == page.text(), "run `make docs`"


class Place:
    """A gateway, a peer behind it, and the keys."""

    def __init__(self, world: World, peer: Peer, keys: dict[bytes, bytes]) -> None:
        self.world, self.peer, self._keys = world, peer, keys

    def real(self, sent: bytes) -> bytes:
        for stands_for, key in self._keys.items():
            sent = sent.replace(stands_for, key)
        return sent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    async with World() as world:
        peer = Peer(world.folder, workers.SCRIPTS)
        await peer.start()
        world.backend = peer
        limits = replace(LIMITS, request_body_bytes=100_000)
        api, other = (world.publish("", slug=slug, limits=limits) for slug in ("demo", "other"))
        await world.start()
        yield Place(world, peer, {KEY: api.key.encode(), OTHER_KEY: other.key.encode()})
        await world.stop()
        await peer.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", TABLE)
async def test_case(place: Place, case: Case) -> None:
    peer = place.peer
    before = len(peer.seen)
    async with asyncio.timeout(20), Raw(place.world.port) as raw:
        raw.write(place.real(case.sent))
        method = case.sent.lstrip(b"\r\n").partition(b" ")[0]
        answers = [
            await raw.answer(head_only=method == b"HEAD" and number == 0)
            for number in range(case.answers)
        ]
        last = answers[-1]
        assert (last.status if last else None) == case.status, last
        seen = peer.seen[before:]
        text = last.text.lower() if last else b""
        for part in case.has:
            assert place.real(part) in text or part.lower() in text
        for part in case.lacks:
            assert place.real(part).lower() not in text
        if last and last.status >= 400:
            assert b"content-type: application/problem+json\r\n" in last.text
        if case.closed:
            assert await raw.closed()
        else:
            raw.write(place.real(head(b"/demo/after")))
            after = await raw.answer()
            assert after is not None
            assert (after.status, b'"/after"' in after.text) == (200, True)
        assert len(seen) == case.reached, [one.raw_path for one in seen]
        assert not any(one.raw_path == b"/smuggled" for one in peer.seen)
