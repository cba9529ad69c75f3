"""The Backend's twin in memory: it runs nothing, and keeps the contract otherwise.

For tests of what stands above a Backend. It refuses what does not compile or defines no `app`.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apibuilder import errors
from apibuilder.backends.base import LogFeed, LogLine, Placed
from apibuilder.backends.fork.feed import Feed
from apibuilder.domain import Check, DeploymentSpec, Ending, Instance, Started


class MemoryBackend:
    """`address_of` gives an Instance's address, for tests that serve there themselves."""

    def __init__(
        self, address_of: Callable[[DeploymentSpec], str] = lambda _spec: "/nonexistent.sock"
    ) -> None:
        self._address_of = address_of
        self._specs: dict[UUID, DeploymentSpec] = {}
        self._live: dict[UUID, list[Instance]] = {}
        self._lines: dict[UUID, list[LogLine]] = {}
        self._written = asyncio.Condition()
        self._feed = Feed()
        self._starts = 0
        self._crashing: dict[UUID, str] = {}
        self._endings: dict[str, Ending] = {}

    async def place(self, spec: DeploymentSpec) -> Started:
        """See Backend."""
        if spec.deployment_id not in self._specs:
            _check(spec.source)
            self._specs[spec.deployment_id] = spec
        (instance, *_) = await self.acquire(spec.deployment_id)
        checks = [Check(name="import", passed=True)]
        return Started(instance=instance, openapi={"openapi": "3.1.0"}, checks=checks)

    async def acquire(self, deployment_id: UUID, instances: int = 1) -> list[Instance]:
        """See Backend."""
        spec = self._specs.get(deployment_id)
        if spec is None:
            raise errors.NotFound("This deployment is not placed here.")
        live = self._live.setdefault(deployment_id, [])
        while len(live) < max(1, min(instances, spec.limits.max_instances)):
            self._starts += 1
            instance = Instance(
                id=f"memory-{self._starts}",
                deployment_id=deployment_id,
                api_id=spec.api_id,
                address=self._address_of(spec),
            )
            live.append(instance)
        return list(live)

    async def suspend(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend. There is nothing to drain."""
        del grace_seconds
        self._live.pop(deployment_id, None)

    async def retire(self, deployment_id: UUID, grace_seconds: float) -> None:
        """See Backend."""
        await self.suspend(deployment_id, grace_seconds)
        self._specs.pop(deployment_id, None)

    async def forget_api(self, api_id: UUID) -> None:
        """See Backend."""
        for spec in [spec for spec in self._specs.values() if spec.api_id == api_id]:
            await self.retire(spec.deployment_id, 0)
        self._lines.pop(api_id, None)

    async def ending(self, instance_id: str) -> Ending | None:
        """See Backend."""
        return self._endings.get(instance_id)

    async def overdue(self, instance_id: str) -> Ending | None:
        """See Backend."""
        return self._endings.get(instance_id)

    async def placed(self) -> list[Placed]:
        """See Backend."""
        return [
            Placed(
                deployment_id=spec.deployment_id,
                api_id=spec.api_id,
                revision=spec.revision,
                ephemeral=spec.ephemeral,
                instances=list(self._live.get(spec.deployment_id, [])),
                crashing=self._crashing.get(spec.deployment_id),
            )
            for spec in self._specs.values()
        ]

    async def note(self, api_id: UUID, message: str) -> None:
        """See Backend."""
        await self.say(api_id, message)

    async def logs(self, api_id: UUID, *, tail: int, follow: bool) -> AsyncIterator[LogLine]:
        """See Backend."""
        lines = self._lines.setdefault(api_id, [])
        seen = max(0, len(lines) - tail)
        while True:
            for line in lines[seen:]:
                yield line
            seen = len(lines)
            if not follow:
                return
            async with self._written:
                await self._written.wait_for(lambda: len(lines) > seen)  # noqa: B023 - awaited here

    async def log_feed(self, epoch: str, after: int) -> LogFeed:
        """See Backend."""
        return self._feed.read(epoch, after)

    async def status(self) -> dict[str, Any]:
        """See Backend."""
        workers = sum(len(instances) for instances in self._live.values())
        return {"backend": "memory", "tier": "none", "workers": workers}

    async def say(self, api_id: UUID, message: str) -> None:
        """What user code would do with print()."""
        at = datetime.now(UTC).isoformat()
        async with self._written:
            lines = self._lines.setdefault(api_id, [])
            lines.append(LogLine(at=at, stream="stdout", message=message))
            self._feed.add(api_id, lines[-1])
            self._written.notify_all()

    def crash_again_and_again(self, deployment_id: UUID) -> None:
        """As if each start were followed by an end."""
        self.crash(deployment_id)
        self._crashing[deployment_id] = "signal SIGKILL"

    def crash(self, deployment_id: UUID) -> None:
        """All Instances of a Deployment end."""
        for instance in self._live.pop(deployment_id, []):
            self._endings[instance.id] = Ending(detail="signal SIGKILL")


def _check(source: str) -> None:
    try:
        tree = ast.parse(source, "main.py")
    except SyntaxError as error:
        raise errors.SourceSyntaxError(error.msg, file="main.py", line=error.lineno) from error
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "app" not in names:
        raise errors.AppMissing(file="main.py")
