"""Published signing keys: fetched when needed, kept, and not fetched at a stranger's will."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from apibuilder.control.signing_keys import Jwks
from apibuilder.errors import Unavailable


def entry(kid: str) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key)), "kid": kid, "alg": "ES256"}


@dataclass
class Project:
    """A server that publishes keys."""

    url: str = ""
    document: Any = None
    asked: int = 0
    keys: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response(self.document if self.document else {"keys": self.keys})


@pytest.fixture
async def project() -> AsyncIterator[Project]:
    it = Project()
    app = web.Application()
    app.router.add_get("/jwks.json", it.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/jwks.json"
    yield it
    await runner.cleanup()


async def test_fetched_once_for_many(project: Project) -> None:
    project.keys = [entry("one"), {"kty": "oct", "k": "c2VjcmV0", "kid": "two", "alg": "HS256"}]
    keys = Jwks(project.url)
    for _ in range(3):
        found = await keys.find("one")
        assert found is not None
        assert found.algorithm_name == "ES256"
    assert project.asked == 1
    assert await keys.find("two") is None  # a secret is no public key


async def test_a_new_key_is_found_but_strangers_cause_no_storm(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.keys = [entry("one")]
    keys = Jwks(project.url)
    assert await keys.find("one") is not None
    project.keys.append(entry("two"))
    for number in range(20):
        assert await keys.find(f"made up {number}") is None
    assert project.asked == 1
    monkeypatch.setattr("apibuilder.control.signing_keys._PAUSE_SECONDS", 0.0)
    assert await keys.find("two") is not None


async def test_what_was_known_outlives_an_outage(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apibuilder.control.signing_keys._PAUSE_SECONDS", 0.0)
    project.document = {"error": "not today"}
    keys = Jwks(project.url)
    with pytest.raises(Unavailable):
        await keys.find("one")
    project.document, project.keys = None, [entry("one")]
    assert await keys.find("one") is not None
    project.document = ["nonsense"]
    assert await keys.find("other") is None
    assert await keys.find("one") is not None
