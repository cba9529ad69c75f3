"""A sign-in on this machine, for the command line: kept in a private file and refreshed in time."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apibuilder import private_file

FILE = "session.json"
_TIMEOUT_SECONDS = 30.0
_EARLY_SECONDS = 60.0  # a token that ends sooner is replaced before it is used


class SignInRefused(Exception):
    """Auth did not take what it was given; its words are the message."""


@dataclass(frozen=True, slots=True)
class Session:
    """Whose it is, of which platform, and its tokens."""

    platform_url: str
    supabase_url: str
    publishable_key: str
    email: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float = 0.0  # seconds since the epoch

    def headers(self) -> dict[str, str]:
        """What Auth wants to see."""
        return {"apikey": self.publishable_key, "Authorization": f"Bearer {self.access_token}"}


def sign_in(platform_url: str, email: str, password: str) -> Session:
    """With the Supabase that the platform names. Raises SignInRefused or OSError."""
    config = _ask("GET", f"{platform_url}/config.json", {})
    url, key = config.get("supabase_url"), config.get("supabase_publishable_key")
    if not url or not key:
        raise SignInRefused(f"Nobody can sign in to {platform_url}: it has no Supabase project.")
    body = {"email": email, "password": password}
    answer = _ask("POST", f"{url}/auth/v1/token?grant_type=password", {"apikey": key}, body)
    return Session(platform_url, url, key, email, **_tokens(answer))


def sign_out(session: Session) -> None:
    """End it there. Raises SignInRefused or OSError."""
    _ask("POST", f"{session.supabase_url}/auth/v1/logout?scope=local", session.headers())


def store(folder: Path, session: Session) -> None:
    """Keep it, readable by its owner only. Raises OSError."""
    private_file.replace(folder / FILE, json.dumps(asdict(session), indent=2))


def forget(folder: Path) -> None:
    """Remove what is kept."""
    (folder / FILE).unlink(missing_ok=True)


def kept(folder: Path) -> Session | None:
    """The one that is kept, as it is."""
    try:
        return Session(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def current_token(folder: Path, platform_url: str) -> str | None:
    """A token that holds, if somebody is signed in to this platform.

    Raises SignInRefused when the sign-in was ended elsewhere, OSError when Auth is away.
    """
    session = kept(folder)
    if session is None or session.platform_url != platform_url:
        return None
    if _holds(session):
        return session.access_token
    with _alone(folder):  # a refresh token is good for one refresh
        session = kept(folder) or session
        if not _holds(session):
            session = _refreshed(session)
            store(folder, session)
    return session.access_token


def _holds(session: Session) -> bool:
    return session.expires_at - time.time() > _EARLY_SECONDS


def _refreshed(session: Session) -> Session:
    url = f"{session.supabase_url}/auth/v1/token?grant_type=refresh_token"
    body = {"refresh_token": session.refresh_token}
    answer = _ask("POST", url, {"apikey": session.publishable_key}, body)
    about = (session.platform_url, session.supabase_url, session.publishable_key, session.email)
    return Session(*about, **_tokens(answer))


def _tokens(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "access_token": answer["access_token"],
        "refresh_token": answer["refresh_token"],
        "expires_at": time.time() + float(answer["expires_in"]),
    }


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    fd = os.open(folder / f".{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _ask(
    method: str, url: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    try:
        status, found = _exchange(method, url, headers, body)
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"{urlsplit(url).netloc} does not answer as Auth does: {error}") from error
    if status >= 400:
        said = found.get("msg") or found.get("message") or found.get("detail")
        raise SignInRefused(str(said or f"Auth answered {status}."))
    return found


def _exchange(
    method: str, url: str, headers: dict[str, str], body: dict[str, Any] | None
) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_TIMEOUT_SECONDS)
    payload = b"" if body is None else json.dumps(body).encode()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    about = {"Content-Type": "application/json", "Content-Length": str(len(payload))}
    try:
        connection.request(method, target, payload, {**headers, **about})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()
