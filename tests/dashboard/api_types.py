"""Write frontend/src/lib/api/schema.d.ts from the control API's own document (`make types`)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from apibuilder.control.app import create_app
from apibuilder.control.dependencies import Services

FRONTEND = Path(__file__).parents[2] / "frontend"
TYPES = FRONTEND / "src/lib/api/schema.d.ts"


def document() -> dict[str, Any]:
    """The OpenAPI document; nothing of it depends on the services."""
    return create_app(cast("Services", None), ()).openapi()


def types() -> str:
    """The document as TypeScript, by openapi-typescript."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        source.write_text(json.dumps(document()))
        subprocess.run(
            [
                Path(sys.executable).parent / "node",
                FRONTEND / "node_modules/openapi-typescript/bin/cli.js",
                source,
                "--output",
                target,
            ],
            check=True,
            capture_output=True,
        )
        return target.read_text()


if __name__ == "__main__":
    TYPES.write_text(types())
