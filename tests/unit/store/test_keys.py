"""Keys: drawn, recognised, never shown by accident."""

from __future__ import annotations

import hashlib
import re

import pytest

from apibuilder.store.keys import hash_key, is_key, new_key


def test_shape() -> None:
    key = new_key()
    assert re.fullmatch(r"ak_live_[0-9A-Za-z]{38}", key.clear)
    assert key.clear.startswith(key.start)
    assert key.hash == hash_key(key.clear) == hashlib.sha256(key.clear.encode()).digest()


def test_no_two_are_alike() -> None:
    assert len({new_key().clear for _ in range(1000)}) == 1000


def test_its_text_is_not_in_its_repr() -> None:
    key = new_key()
    assert key.clear not in repr(key)


def test_a_typing_error_is_seen() -> None:
    clear = new_key().clear
    assert is_key(clear)
    for position in range(len("ak_live_"), len(clear)):
        other = "a" if clear[position] != "a" else "b"
        assert not is_key(clear[:position] + other + clear[position + 1 :])


@pytest.mark.parametrize("text", ["", "ak_live_", "ak_test_" + "x" * 38, "ak_live_" + "é" * 38])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


def test_keys_that_are_out_there_stay_valid() -> None:
    assert is_key("ak_live_000000000000000000000000000000004YzvZp")
