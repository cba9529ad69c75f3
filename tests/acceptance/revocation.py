"""How long a revoked key still works, over all gateway processes."""

from __future__ import annotations

import http.client
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from apibuilder.client import ControlClient, Place
from tests.acceptance.stack import Stack

GATEWAYS = 2
CONNECTIONS = 16  # that one process takes all of them happens once in 2**15
_PAUSE = 0.005
_DEADLINE = 60.0


def measure(stack: Stack, api: dict[str, Any]) -> float:
    """Seconds from the call that revokes a fresh key until all connections have had a 401."""
    token = (stack.data_dir / "operator.token").read_text().strip()
    control = ControlClient(Place(stack.facts()["platform_url"], token))
    made = control.call("POST", f"/api/v1/apis/{api['api_id']}/keys", {"name": "revoked"})
    port = urlsplit(stack.facts()["gateway_url"]).port
    assert port is not None
    first_401: list[float] = []
    lets_in = threading.Barrier(CONNECTIONS + 1, timeout=_DEADLINE)

    def caller() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_DEADLINE)
        begun, served = time.monotonic(), False
        while time.monotonic() - begun < _DEADLINE:
            connection.request("GET", f"/{api['api_id']}/", headers={"X-API-Key": made["api_key"]})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200 and not served:
                served = True
                lets_in.wait()
            elif answer.status == 401 and served:
                first_401.append(time.monotonic())
                break
            time.sleep(_PAUSE)
        connection.close()

    threads = [threading.Thread(target=caller) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    lets_in.wait()
    begun = time.monotonic()
    control.call("DELETE", f"/api/v1/keys/{made['key_id']}")
    for thread in threads:
        thread.join()
    assert len(first_401) == CONNECTIONS, "a revoked key went on working"
    return max(first_401) - begun
