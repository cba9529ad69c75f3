"""From the API call that revokes a key to the first 401 it gets, over two gateway processes.

    python -m bench.revocation [--rounds N]

In each round a new key is called on CONNECTIONS kept connections, which the processes share, every
few milliseconds; then it is revoked. Measured is the time from the moment the call to the control
API is sent until every connection has had a 401. The bar is 1 s.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from pathlib import Path

from tests.acceptance.revocation import CONNECTIONS, GATEWAYS, measure
from tests.acceptance.stack import Stack, new_data_dir, remove
from tests.ledger.run import publish

RESULTS = Path(__file__).parent / "results/revocation.json"
BAR_MS = 1000.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=50)
    rounds = options.parse_args().rounds
    folder = new_data_dir()
    stack = Stack(folder, {"APIBUILDER_GATEWAY_PROCESSES": str(GATEWAYS)})
    try:
        stack.start()
        api = publish(stack, folder)
        times = sorted(measure(stack, api) * 1e3 for _ in range(rounds))
    finally:
        stack.stop()
        remove(folder)
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "gateways": GATEWAYS,
        "connections": CONNECTIONS,
        "rounds": rounds,
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * (rounds - 1))], 1),
        "max_ms": round(times[-1], 1),
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    sys.exit(0 if times[-1] <= BAR_MS else 1)


if __name__ == "__main__":
    main()
