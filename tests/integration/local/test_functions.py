"""Edge functions as processes: started once by who comes first, ended when idle, started again."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).with_name("functions_life.ts")
ONE = """
const id = crypto.randomUUID();
const secret = await Deno.permissions.query({ name: "env", variable: "APIBUILDER_EDGE_SECRET" });
const network = await Deno.permissions.query({ name: "net", host: "example.com" });
Deno.serve({ onListen: () => {} }, (request) => {
  const url = new URL(request.url);
  return Response.json({
    id,
    path: url.pathname + url.search,
    seen: Deno.env.get("SEEN"),
    walls: [secret.state, network.state],
  });
});
"""


def test_from_the_first_call_to_the_end() -> None:
    with tempfile.TemporaryDirectory(prefix="ab-", dir="/tmp") as folder:
        root, sockets = Path(folder) / "root", Path(folder) / "run"
        sockets.mkdir()
        for name, source in {"one": ONE, "broken": "throw new Error('on purpose');"}.items():
            file = root / "supabase/functions" / name / "index.ts"
            file.parent.mkdir(parents=True)
            file.write_text(source)
        deno = Path(sys.executable).with_name("deno")
        done = subprocess.run(
            [deno, "run", "-A", "--no-check", "--unstable-no-legacy-abort", SCRIPT, root, sockets],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    bodies = [json.loads(one["body"]) for one in (*found["together"], found["within"])]
    assert len({body["id"] for body in bodies}) == 1  # one process for all
    assert bodies[-1]["path"] == "/one/path?query=1"
    assert bodies[-1]["seen"] == "yes"
    assert "granted" not in bodies[-1]["walls"]
    assert found["idle"]
    (after,) = {json.loads(one["body"])["id"] for one in found["again"]}
    assert after != bodies[0]["id"]
    assert found["missing"]["status"] == 404
    assert found["broken"]["status"] == 503
    assert not found["left"]
