"""Wheels made by hand, good and malicious, and a package index on loopback that serves them."""

from __future__ import annotations

import functools
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def wheel(
    folder: Path,
    name: str,
    files: dict[str, str],
    *,
    version: str = "1.0",
    needs: tuple[str, ...] = (),
) -> Path:
    """A wheel of these files; their names are taken as they are, however bad."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {one}\n" for one in needs)
    whole = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*whole, f"{info}/RECORD"))
    made = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in (whole | {f"{info}/RECORD": record}).items():
            archive.writestr(path, text)
    return made


@contextmanager
def index(wheels: Path, pages: Path) -> Iterator[str]:
    """The URL of a simple index that offers every wheel of a folder."""
    for made in wheels.glob("*.whl"):
        folder = pages / made.name.partition("-")[0].replace("_", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / made.name).write_bytes(made.read_bytes())
        links = "".join(f'<a href="{one.name}">{one.name}</a>\n' for one in folder.glob("*.whl"))
        (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
    handler = functools.partial(_Quiet, directory=str(pages))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
        pass
