"""What a worker says of its own start, when user code speaks for it."""

from __future__ import annotations

import pytest

from apibuilder import errors
from apibuilder.backends.fork import frames, launcher


def test_a_refusal_is_of_a_known_kind_and_fit_for_a_database() -> None:
    told = frames.Failed("rate_limited", "\0\x1b[2J" + "x" * 9999, "f" * 9999, -(2**60))
    refusal = launcher._refusal(told)
    assert type(refusal) is errors.DeployRefused
    assert "\0" not in refusal.detail
    assert refusal.detail.startswith(r"\x00\x1b[2J")
    assert len(refusal.detail) < 2100
    assert (len(refusal.file or ""), refusal.line) == (200, None)


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{", b'{"a":"\\u0000"}', b"\xff", b'{"a":' + b"[" * 100_000]
)
def test_a_document_that_is_none_is_refused(document: bytes) -> None:
    with pytest.raises(errors.OpenapiFailed):
        launcher._check_openapi(document)


def test_times_that_are_none_are_dropped() -> None:
    ready = frames.Ready(b"{}", float("nan"), -1.0, 1e300)
    assert [check.seconds for check in launcher._checks(ready)] == [0.0, 0.0, 0.0]
