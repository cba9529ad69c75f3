from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.stack import Stack, new_data_dir, remove


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A running platform, one a module."""
    it = Stack(new_data_dir())
    try:
        it.start()
        yield it
    finally:
        it.stop()
        remove(it.data_dir)
