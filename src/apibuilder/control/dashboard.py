"""The dashboard on the platform origin: built files, and its one page for every other address.

Whatever is below RESERVED is never the dashboard's, also when nothing answers there: a script that
asks for a mistyped endpoint is told so, and does not get a page.
"""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

RESERVED = (
    "/api/",
    "/auth/v1",
    "/rest/v1",
    "/functions/v1",
    "/config.json",
    "/healthz",
    "/readyz",
    "/metrics",
)
_NONCE = b"{csp-nonce}"  # where the build puts the value that a page's own scripts carry
_FOR_EVER = "public, max-age=31536000, immutable"  # names below /assets/ hold a hash of the content
_A_WHILE = "public, max-age=3600"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the better one first


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What `make install` built, and where its scripts may send requests beside their own origin."""

    folder: Path
    files: frozenset[str]  # as addresses, such as /assets/index-1a2b.js
    connect: str

    @classmethod
    def load(cls, folder: Path, *, gateway: str, supabase: str | None = None) -> Self:
        """Without a build there are no files, and every address is the app's."""
        found = folder.rglob("*") if folder.is_dir() else ()
        files = frozenset(f"/{one.relative_to(folder)}" for one in found if one.is_file())
        sources = dict.fromkeys(["'self'", gateway, *filter(None, [supabase])])
        return cls(folder=folder, files=files, connect=" ".join(sources))


class Dashboard:
    """Answers GET and HEAD with what is built, and leaves the rest to the app."""

    def __init__(self, app: ASGIApp, build: Build) -> None:
        self._app = app
        self._build = build

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        ours = (
            scope["type"] == "http"
            and scope["method"] in {"GET", "HEAD"}
            and not scope["path"].startswith(RESERVED)
            and "/index.html" in self._build.files
        )
        answer = self._answer(scope["path"], Headers(scope=scope)) if ours else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, path: str, headers: Headers) -> Response | None:
        if path in self._build.files and path != "/index.html":
            return self._file(path, headers)
        if path.startswith("/assets/"):
            return None  # of an older build: a page in its place would be run as a script
        return self._page()

    def _file(self, path: str, headers: Headers) -> Response:
        cache = _FOR_EVER if path.startswith("/assets/") else _A_WHILE
        sent = {"Cache-Control": cache, "Vary": "Accept-Encoding", **_EVERY_ANSWER}
        wanted = headers.get("accept-encoding", "").split(",")
        accepted = {one.split(";")[0].strip() for one in wanted}
        content = path
        for encoding, suffix in _ENCODINGS:
            if encoding in accepted and path + suffix in self._build.files:
                sent["Content-Encoding"] = encoding
                content = path + suffix
                break
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return Response(_read(self._build.folder / content[1:]), headers=sent, media_type=kind)

    def _page(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = _read(self._build.folder / "index.html").replace(_NONCE, nonce.encode())
        # The nonce is of this answer alone, so no cache may hold it.
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": _policy(nonce, self._build.connect),
            **_EVERY_ANSWER,
        }
        return Response(page, headers=headers, media_type="text/html")


_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def _policy(nonce: str, connect: str) -> str:
    """Scripts and style sheets of the build alone; nothing of a stranger runs, frames or loads."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src {connect}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


@lru_cache(maxsize=256)
def _read(file: Path) -> bytes:
    """A build is read once; another one is served from the next start on."""
    return file.read_bytes()
