"""The dashboard on the platform origin: built files, and its one page for every other address.

Whatever is below RESERVED is never the dashboard's, also when nothing answers there: a script that
asks for a mistyped endpoint is told so, and does not get a page.
"""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
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
    """What `make install` builds, and where its scripts may send requests."""

    folder: Path
    connect: str

    @classmethod
    def at(cls, folder: Path, *, gateway: str, supabase: str | None = None) -> Self:
        """In `folder`; both origins are those that a browser sees."""
        sources = dict.fromkeys(["'self'", gateway, *filter(None, [supabase])])
        return cls(folder=folder, connect=" ".join(sources))


class Dashboard:
    """Answers GET and HEAD with what is built, and leaves the rest to the app.

    Without a build every address is the app's. A newer build is served from its first page on.
    """

    def __init__(self, app: ASGIApp, build: Build) -> None:
        self._app = app
        self._build = build
        self._built_at: int | None = None
        self._files: dict[str, bytes] = {}  # by address, such as /assets/index-1a2b.js

    def _refresh(self) -> None:
        try:
            built_at = (self._build.folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            self._built_at, self._files = None, {}
            return
        if built_at != self._built_at:
            self._files = dict(_files(self._build.folder))
            self._built_at = built_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        ours = (
            scope["type"] == "http"
            and scope["method"] in {"GET", "HEAD"}
            and not scope["path"].startswith(RESERVED)
        )
        answer = self._answer(scope["path"], Headers(scope=scope)) if ours else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, path: str, headers: Headers) -> Response | None:
        if path not in self._files or path == "/index.html":
            self._refresh()
        if path in self._files and path != "/index.html":
            return self._file(path, headers)
        # A page in place of a script of an older build would be run as one.
        if "/index.html" not in self._files or path.startswith("/assets/"):
            return None
        return self._page()

    def _file(self, path: str, headers: Headers) -> Response:
        cache = _FOR_EVER if path.startswith("/assets/") else _A_WHILE
        sent = {"Cache-Control": cache, "Vary": "Accept-Encoding", **_EVERY_ANSWER}
        wanted = headers.get("accept-encoding", "").split(",")
        accepted = {one.split(";")[0].strip() for one in wanted}
        content = self._files[path]
        for encoding, suffix in _ENCODINGS:
            if encoding in accepted and path + suffix in self._files:
                sent["Content-Encoding"] = encoding
                content = self._files[path + suffix]
                break
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return Response(content, headers=sent, media_type=kind)

    def _page(self) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = self._files["/index.html"].replace(_NONCE, nonce.encode())
        # The nonce is of this answer alone, so no cache may hold it.
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": _policy(nonce, self._build.connect),
            **_EVERY_ANSWER,
        }
        return Response(page, headers=headers, media_type="text/html")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for one in folder.rglob("*"):
        if one.is_file():
            yield f"/{one.relative_to(folder).as_posix()}", one.read_bytes()


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
