"""Signed calls of the api-gateway function: taken once, for seconds, as they were signed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from apibuilder.errors import InvalidKey
from apibuilder.gateway.edge import WINDOW_SECONDS, EdgeSignatures

SECRET = "an-edge-secret-of-at-least-32-characters"
KEY = hashlib.sha256(b"ak_live_x").hexdigest()


def scope(method: str = "GET", path: bytes = b"/api/a", query: bytes = b"b=1") -> dict[str, Any]:
    return {"method": method, "raw_path": path, "query_string": query}


def header(
    *,
    at: float | None = None,
    nonce: str | None = None,
    key: str = KEY,
    secret: str = SECRET,
    target: str = "/api/a?b=1",
    method: str = "GET",
) -> bytes:
    stamp = int(time.time() if at is None else at)
    nonce = nonce or secrets.token_hex(16)
    text = "\n".join(["v1", method, target, key, str(stamp), nonce])
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"v1 t={stamp} n={nonce} k={key} s={mac}".encode()


def test_the_key_behind_it() -> None:
    edge = EdgeSignatures(SECRET)
    assert edge.key_hash(scope(), header()).hex() == KEY
    assert edge.key_hash(scope(query=b""), header(target="/api/a")).hex() == KEY


def test_a_second_time_it_is_a_replay() -> None:
    edge, once = EdgeSignatures(SECRET), header()
    edge.key_hash(scope(), once)
    with pytest.raises(InvalidKey):
        edge.key_hash(scope(), once)
    edge.key_hash(scope(), header())  # others are not held up by it


@pytest.mark.parametrize(
    ("asked", "say"),  # signed when the test runs: a stale one is refused for its age alone
    [
        (scope(), lambda: header(secret=SECRET + "x")),
        (scope(method="POST"), header),
        (scope(path=b"/other/a"), header),
        (scope(query=b"b=2"), header),
        (scope(), lambda: header(at=time.time() - WINDOW_SECONDS - 5)),
        (scope(), lambda: header(at=time.time() + WINDOW_SECONDS + 5)),
        (scope(), lambda: header().replace(KEY.encode(), b"0" * 64)),
        (scope(), lambda: b""),
        (scope(), lambda: header() + b" "),
    ],
    ids=[
        "another secret",
        "another method",
        "another path",
        "another query",
        "expired",
        "of the future",
        "another key",
        "empty",
        "not as written",
    ],
)
def test_refused(asked: dict[str, Any], say: Callable[[], bytes]) -> None:
    with pytest.raises(InvalidKey):
        EdgeSignatures(SECRET).key_hash(asked, say())


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(InvalidKey):
        EdgeSignatures(None).key_hash(scope(), header(secret=""))


def test_what_was_seen_is_forgotten_when_it_cannot_be_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edge, now = EdgeSignatures(SECRET), time.time()
    for step in range(200):
        monkeypatch.setattr(time, "time", lambda step=step: now + step)
        edge.key_hash(scope(), header(at=now + step))
    assert len(edge._seen) == len(edge._order) <= 2 * WINDOW_SECONDS + 2
