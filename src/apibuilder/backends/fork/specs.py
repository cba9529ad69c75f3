"""Placed Deployments on disk, so that a restarted runtime can wake them before anyone places them.

One file a Deployment, mode 0600 because a spec holds the Api's secrets, replaced as a whole.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog

from apibuilder.domain import Check, DeploymentSpec

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A Deployment that passed its checks once."""

    spec: DeploymentSpec
    openapi: dict[str, Any] = field(default_factory=dict[str, Any])
    checks: list[Check] = field(default_factory=list[Check])
    layer: str | None = None  # digest of the packages it asked for


class SpecStore:
    """The folder of Records."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def save(self, record: Record) -> None:
        """Write it, durably and as a whole."""
        path = self._path(record.spec.deployment_id)
        fresh = path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(msgspec.json.encode(record))
            file.flush()
            os.fsync(fd)
        fresh.replace(path)

    def load(self, deployment_id: UUID) -> Record | None:
        """The Record, or None."""
        try:
            return msgspec.json.decode(self._path(deployment_id).read_bytes(), type=Record)
        except FileNotFoundError:
            return None

    def load_all(self) -> list[Record]:
        """Every Record; one that cannot be read is reported and left out: its Deployment is then
        placed again by the deployer."""
        records: list[Record] = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                records.append(msgspec.json.decode(path.read_bytes(), type=Record))
            except (OSError, msgspec.MsgspecError) as error:
                _log.error(
                    "a placed deployment could not be read", file=path.name, cause=str(error)
                )
        return records

    def remove(self, deployment_id: UUID) -> None:
        """Forget it; not an error if it is not there."""
        self._path(deployment_id).unlink(missing_ok=True)

    def _path(self, deployment_id: UUID) -> Path:
        return self._folder / f"{deployment_id}.json"
