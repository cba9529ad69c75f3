"""What an Api moved through the proxy outlives the process that counted it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from apibuilder.backends.egress import channel
from apibuilder.backends.egress.client import EgressClient
from apibuilder.backends.egress.totals import Traffic, read, write


def test_a_fresh_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    api_id = uuid4()
    (tmp_path / str(api_id)).mkdir()
    assert read(tmp_path, api_id) == Traffic(0, 0)
    for _ in range(2):
        client = EgressClient(tmp_path)
        client._closed["worker"] = api_id  # its last report comes after its end
        client._take(channel._encode(channel.Moved("worker", 3, 1 << 40)))
    assert read(tmp_path, api_id) == Traffic(6, 2 << 40)


def test_an_api_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    api_id = uuid4()
    write(tmp_path, api_id, Traffic(1, 1))
    assert read(tmp_path, api_id) == Traffic(0, 0)
    assert list(tmp_path.iterdir()) == []
