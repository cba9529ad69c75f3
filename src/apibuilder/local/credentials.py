"""What local Auth and REST sign and are called with, drawn at the first start of a data folder."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import asdict, dataclass, field
from pathlib import Path

from apibuilder import private_file
from apibuilder.errors import Unavailable

FILE = "supabase.json"
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Credentials:
    """The local counterparts of a hosted project's keys."""

    publishable_key: str  # public: a browser sends it
    secret_key: str = field(repr=False)  # passes row level security: the api-gateway function
    jwt_secret: str = field(repr=False)  # signs sign-in tokens (HS256)
    edge_secret: str = field(repr=False)  # signs the hop from the api-gateway function


def load(state_dir: Path) -> Credentials:
    """Read them, or draw them. Raises Unavailable for a file that somebody changed."""
    path = state_dir / FILE
    text = private_file.load_or_draw(path, lambda: json.dumps(asdict(_draw()), indent=2))
    try:
        return Credentials(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise Unavailable(f"{path} is not as it was written: {error}") from None


def _draw() -> Credentials:
    return Credentials(
        publishable_key=f"sb_publishable_{_random(31)}",
        secret_key=f"sb_secret_{_random(31)}",
        jwt_secret=_random(64),
        edge_secret=_random(64),
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
