"""How the local stand-in for hosted Supabase is run: real Deno, least permissions, its environment.

supabase.ts says what it is; a hosted project replaces all of it by SUPABASE_URL.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from apibuilder.errors import Unavailable
from apibuilder.local.credentials import Credentials

_ROOT = Path(__file__).resolve().parents[3]
_ENTRY = Path(__file__).with_name("supabase.ts")
_MODULES = _ROOT / "node_modules" / "@supabase" / "lite"
_HEAP_MIB = 256
# Not the repository as a whole: the data folder may lie in it.
_READ = [
    *(_ROOT / "node_modules", _ROOT / "supabase" / "functions", _ENTRY.parent),
    *(_ROOT / "deno.json", _ROOT / "package.json"),
]
_FUNCTION_IDLE_SECONDS = 300
SOCKET = "supabase.sock"


@dataclass(frozen=True, slots=True)
class LocalSupabase:
    """One machine's Auth, REST and functions, on `SOCKET` in the folder `sockets`."""

    credentials: Credentials
    sockets: Path  # of Postgres, and of everything here
    cache: Path
    platform_url: str
    gateway_url: str

    def command(self) -> list[str]:
        """What runs it in the foreground. Raises Unavailable when a part is missing."""
        deno = Path(sys.executable).with_name("deno")
        if not deno.exists() or not _MODULES.exists():
            raise Unavailable(
                "Local Auth and REST are missing: run `make up` once, it brings them."
            )
        postgres, own = self.sockets / ".s.PGSQL.5432", self.sockets / SOCKET
        functions = [self.sockets / f"fn-{name}.sock" for name in _function_names()]
        unix = ",".join(f"unix:{path}" for path in (postgres, own, *functions))
        return [
            *(str(deno), "run", "--no-prompt", "--cached-only", "--no-check"),
            "--unstable-no-legacy-abort",
            f"--v8-flags=--max-old-space-size={_HEAP_MIB}",
            f"--allow-net={unix},localhost:80",  # the name that functions are called by
            f"--allow-read={','.join(map(str, [*_READ, self.sockets]))}",
            f"--allow-write={self.sockets}",
            "--allow-env",
            "--allow-run=setpriv",
            str(_ENTRY),
        ]

    def environment(self) -> dict[str, str]:
        """For it; functions see what LOCAL_FUNCTIONS_ENV names, as a hosted project's secrets."""
        functions = self._functions_environment()
        return {
            **functions,
            "LOCAL_SOCKETS": str(self.sockets),
            "LOCAL_DENO_CACHE": str(self.cache),
            "LOCAL_IDLE_SECONDS": str(_FUNCTION_IDLE_SECONDS),
            "LOCAL_FUNCTIONS_ENV": ",".join(functions),
            "DENO_DIR": str(self.cache),
            "NO_COLOR": "1",
            "PATH": os.environ.get("PATH", os.defpath),
        }

    def settings(self, verb: str) -> dict[str, str]:
        """What the platform's own processes are told of it."""
        if verb == "control":
            return {
                "SUPABASE_URL": self.platform_url,
                "SUPABASE_ANON_KEY": self.credentials.publishable_key,
                "APIBUILDER_JWT_SECRET": self.credentials.jwt_secret,
                "APIBUILDER_SUPABASE_SOCKET": str(self.sockets / SOCKET),
            }
        if verb == "gateway":
            return {"APIBUILDER_EDGE_SECRET": self.credentials.edge_secret}
        return {}

    def _functions_environment(self) -> dict[str, str]:
        return {
            "SUPABASE_URL": self.platform_url,
            "SUPABASE_ANON_KEY": self.credentials.publishable_key,
            "SUPABASE_SERVICE_ROLE_KEY": self.credentials.secret_key,
            "APIBUILDER_PLATFORM_URL": self.platform_url,
            "APIBUILDER_GATEWAY_URL": self.gateway_url,
            "APIBUILDER_JWT_SECRET": self.credentials.jwt_secret,
            "APIBUILDER_EDGE_SECRET": self.credentials.edge_secret,
        }


def _function_names() -> list[str]:
    return sorted(path.parent.name for path in (_ROOT / "supabase/functions").glob("*/index.ts"))
