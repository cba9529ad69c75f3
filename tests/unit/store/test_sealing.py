"""Sealing: what opens, what does not, and where the key is."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from apibuilder.errors import Invalid, SecretUnreadable
from apibuilder.store.sealing import Sealed, Sealer

API = uuid4()
OLD, NEW = bytes(32), bytes([1] * 32)


def b64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_what_is_sealed_opens_and_does_not_show() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(API, "TOKEN", "geheim ü")
    assert b"geheim" not in sealed.data
    assert sealer.open(API, "TOKEN", sealed) == "geheim ü"
    assert sealer.seal(API, "TOKEN", "geheim ü").data != sealed.data


def test_what_was_moved_or_changed_does_not_open() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(API, "TOKEN", "value")
    flipped = bytes([*sealed.data[:-1], sealed.data[-1] ^ 1])
    for api, name, one in (
        (uuid4(), "TOKEN", sealed),
        (API, "OTHER", sealed),
        (API, "TOKEN", replace(sealed, data=flipped)),
        (API, "TOKEN", Sealed(sealed.key_id, b"")),
    ):
        with pytest.raises(SecretUnreadable):
            sealer.open(api, name, one)


def test_a_ring_opens_with_old_keys_and_seals_with_the_first() -> None:
    old = Sealer([OLD]).seal(API, "TOKEN", "value")
    ring = Sealer([NEW, OLD])
    assert ring.open(API, "TOKEN", old) == "value"
    assert ring.seal(API, "TOKEN", "value").key_id != old.key_id
    with pytest.raises(SecretUnreadable, match=old.key_id):
        Sealer([NEW]).open(API, "TOKEN", old)


def test_the_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secrets.key"
    first = Sealer.load(None, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Sealer.load(None, path).key_id == first.key_id
    assert list(path.parent.iterdir()) == [path]
    path.write_text(f"{b64(NEW)}\n{path.read_text()}")
    ring = Sealer.load(None, path)
    assert ring.open(API, "A", first.seal(API, "A", "x")) == "x"


def test_the_setting_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "secrets.key"
    assert Sealer.load(f"{b64(NEW)}, {b64(OLD)}", path).key_id == Sealer([NEW]).key_id
    assert not path.exists()


@pytest.mark.parametrize("wrong", ["x", "AAAA", b64(bytes(16)), f"{b64(NEW)},"])
def test_a_key_that_is_none(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Invalid):
        Sealer.load(wrong, tmp_path / "secrets.key")
