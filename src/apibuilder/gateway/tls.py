"""TLS at the edge: a certificate that is read again when its files change, or on SIGHUP.

Connections that are open keep what they began with. Files that do not fit together, as in the
middle of a renewal, are left alone until they do.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import structlog

from apibuilder.errors import InvalidSetting

LOOK_SECONDS = 1.0
_log = structlog.get_logger()


class Tls:
    """Give `context` to the server, and keep `run` running."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """`certificate` is PEM with its chain, and with its key too unless `key` is given.

        Raises InvalidSetting if they cannot be read or do not fit together.
        """
        self._files = (certificate, key)
        self._seen = self._state()
        try:
            self.context = self._load(_empty_context())
        except (OSError, ssl.SSLError) as error:
            raise InvalidSetting(
                f"APIBUILDER_TLS_CERTIFICATE and APIBUILDER_TLS_KEY cannot be used: {error}."
            ) from None

    def for_uvicorn(self, _config: object, _default: object) -> ssl.SSLContext:
        """Its `ssl_context_factory`."""
        return self.context

    def reload(self) -> None:
        """Read the files again; what cannot be used changes nothing."""
        self._seen = self._state()
        try:
            self._load(_empty_context())
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            _log.warning("the TLS certificate was not read again", error=str(error))
        else:
            _log.info("the TLS certificate was read again")

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._state() != self._seen:
                self.reload()

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        certificate, key = self._files
        context.load_cert_chain(certificate, key)
        return context

    def _state(self) -> list[tuple[int, int] | None]:
        return [None if path is None else _stat(path) for path in self._files]


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _empty_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])  # the server has no HTTP/2
    return context
