"""The egress process with a policy for tests: names of `.test` are on loopback, and may be reached.

`python -m tests.unit.backends.egress.process <channel fd>`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from apibuilder.backends.egress.main import serve
from apibuilder.backends.egress.policy import Policy, is_own, is_public


async def resolve(name: str, port: int) -> Sequence[str]:
    """`metadata.test` is where clouds keep their secrets."""
    if name == "metadata.test":
        return ["169.254.169.254"]
    if name == "localhost.test":
        return ["127.0.0.1"]
    return ["127.0.0.2"] if name.endswith(".test") else [name]


def allowed(address: str) -> bool:
    return address == "127.0.0.2" or (is_public(address) and not is_own(address))


if __name__ == "__main__":
    serve(int(sys.argv[1]), Policy(resolve, allowed))
