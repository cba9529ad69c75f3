"""The ledger equals what callers saw, once each, after kill -9; a revoked key ends everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.revocation import GATEWAYS, measure
from tests.acceptance.stack import Stack, new_data_dir, remove
from tests.ledger.run import KILLED, publish, run

RATE, SECONDS = 400.0, 3.0

Place = tuple[Stack, dict[str, Any]]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    folder: Path = new_data_dir()
    stack = Stack(folder, {"APIBUILDER_GATEWAY_PROCESSES": str(GATEWAYS)})
    try:
        stack.start()
        yield stack, publish(stack, folder)
    finally:
        stack.stop()
        remove(folder)


def test_a_revoked_key_ends_on_all_gateways(place: Place) -> None:
    """That it ends; `python -m bench.revocation` says how soon."""
    assert measure(*place) > 0


@pytest.mark.parametrize("killed", KILLED)
def test_each_answered_call_is_in_it_once(place: Place, killed: str) -> None:
    stack, api = place
    phase = run(stack, api, killed, RATE, SECONDS)
    assert phase.answered > 0, phase
    assert phase.exact, phase
