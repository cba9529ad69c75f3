"""The nouns of docs/glossary.md as frozen values. No I/O, no behaviour beyond arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class ApiStatus(StrEnum):
    """What an Api is doing, as its maker sees it."""

    DEPLOYING = "deploying"
    ACTIVE = "active"
    PAUSED = "paused"
    FAILED = "failed"


class Target(StrEnum):
    """What the platform wants of a Deployment."""

    ACTIVE = "active"
    STOPPED = "stopped"


class DeploymentStatus(StrEnum):
    """What a Deployment was last seen to be."""

    PENDING = "pending"
    STARTING = "starting"
    ACTIVE = "active"
    DRAINING = "draining"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one Api may use. Comes from its owner's Plan; an Api or a Key can only lower it."""

    requests_per_second: float
    burst: int
    monthly_quota: int
    max_concurrency: int
    timeout_seconds: float
    request_body_bytes: int
    response_body_bytes: int
    memory_mb: int
    cpu: float  # cores
    processes: int  # processes and threads together
    storage_mb: int
    max_instances: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An account's allowance: its Limits an Api, and how many Apis and Generations."""

    id: str
    name: str
    limits: Limits
    max_apis: int
    generations_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was verified before a Revision went live."""

    name: str
    passed: bool
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a Deployment or Generation did not happen, in words its maker can act on."""

    code: str
    detail: str
    file: str | None = None  # never a path of the host: "main.py" or a package's module path
    line: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The `error` member of a refused deploy, as in the contract."""
        return {"code": self.code, "detail": self.detail, "file": self.file, "line": self.line}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a maker owns."""

    id: UUID
    user_id: UUID
    name: str
    slug: str
    prompt: str | None
    description: str
    status: ApiStatus
    current_revision: int | None  # number of the Revision that serves, or last served
    current_deployment_id: UUID | None
    limits: Limits
    created_at: datetime
    updated_at: datetime
    endpoint_url: str = ""
    egress_hosts: tuple[str, ...] = ()  # that it may reach
    min_instances: int = 0  # that are kept warm
    error: Failure | None = None  # of its newest Deployment, if that one failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Immutable source of an Api, numbered from 1."""

    id: UUID
    api_id: UUID
    number: int
    source: str
    prompt: str | None = None
    model: str | None = None  # "recipes", a model's name, or None for a maker's own file
    tests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    checks: list[Check] = field(default_factory=list[Check])
    openapi: dict[str, Any] | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A Revision with what is wanted of it and what was seen of it."""

    id: UUID
    api_id: UUID
    revision: int
    backend: str
    target: Target
    status: DeploymentStatus
    error: Failure | None
    created_at: datetime
    updated_at: datetime
    checks: list[Check] = field(default_factory=list[Check])


class KeyScope(StrEnum):
    """What a Key may do with its Api."""

    CALL = "call"  # every method
    READ = "read"  # GET and HEAD only


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A consumer's credential. Its clear text exists only in the answer that created it."""

    id: UUID
    api_id: UUID
    name: str
    key_start: str
    requests_per_second: float | None  # lowers the plan's rate for this Key
    burst: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    scopes: tuple[KeyScope, ...] = (KeyScope.CALL,)
    subscription_id: UUID | None = None  # a subscriber's: held to the plan of that listing
    replaced_by: UUID | None = None  # rotated; with grace, `expires_at` is its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """An environment variable of an Api, as its maker sees it again: without its value."""

    name: str
    created_at: datetime
    updated_at: datetime
    deployment_id: UUID | None = None  # that brings a change into force


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A call that the platform makes of one of an Api's own routes, again and again."""

    id: UUID
    api_id: UUID
    name: str
    cron: str  # five fields, UTC
    method: str
    path: str  # below the Api, with its query
    next_at: datetime
    running_until: datetime | None  # a run is under way, and is given up then
    runs: int
    failures: int
    missed: int
    last_at: datetime | None
    last_status: int | None
    last_error: str | None


class CanaryStatus(StrEnum):
    """What became of a canary."""

    STARTING = "starting"
    RUNNING = "running"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryWish:
    """How a new Revision is tried: its share of the calls, and when it has proved itself."""

    share: int  # percent, 1 to 99
    bake_seconds: int = 600
    min_calls: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What one Revision did while a canary ran."""

    revision: int
    calls: int = 0
    errors: int = 0  # answered with 500 or above
    latency: dict[int, int] = field(default_factory=dict[int, int])  # calls by latency bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A new Revision that gets a share of the calls beside the one that serves."""

    id: UUID
    api_id: UUID
    deployment_id: UUID
    revision: int
    stable_revision: int | None
    wish: CanaryWish
    status: CanaryStatus
    looks: int  # how many times it was judged
    verdict: dict[str, Any] | None  # what it was last judged by
    reason: str | None  # why it ended
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSpec:
    """All a Backend needs to run a Deployment; nothing else reaches it."""

    deployment_id: UUID
    api_id: UUID
    revision: int
    source: str
    limits: Limits
    env: dict[str, str] = field(default_factory=dict[str, str], repr=False)  # holds secrets
    egress_hosts: tuple[str, ...] = ()  # that it may reach; none: no network at all
    min_instances: int = 0  # that are kept warm; 0: it sleeps when nobody calls
    ephemeral: bool = False  # a test run: its /data is empty and is removed afterwards
    copy_of: UUID | None = None  # a test run that begins with a copy of this Api's /data


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One running copy with an address."""

    id: str
    deployment_id: UUID
    api_id: UUID
    address: str  # path of a Unix socket (frames) or http://host:port
    protocol: str = "frames"  # "frames" | "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why an Instance is gone, in words for its Api's maker: "The API's process ended: ..."."""

    detail: str
    code: str = "instance_crashed"  # of the error that its callers get
    limit: str | None = None  # with `allowed` and `seen`, if a limit ended it
    allowed: float = 0.0
    seen: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A Deployment's first Instance is up and answered its probe."""

    instance: Instance
    openapi: dict[str, Any]
    checks: list[Check]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryRoute:
    """What the gateway must know of a canary."""

    deployment_id: UUID
    revision: int
    share: int  # percent of the Api's calls, 1 to 99
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What the gateway must know of an Api before it knows any Instance."""

    api_id: UUID
    slug: str
    status: ApiStatus
    deployment_id: UUID | None
    revision: int | None
    limits: Limits
    operations: tuple[str, ...] = ()  # of the Revision: "GET /items/{id}", at most 255
    canary: CanaryRoute | None = None
    cors: bool = False  # whether its app answers preflights


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a subscriber bought of a listing: all their Keys share it."""

    name: str  # of the subscriber at this listing; a new subscription does not begin it anew
    requests_per_second: float
    burst: int
    monthly_quota: int
    is_capped: bool = False  # the number is that of a spending cap


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGrant:
    """What the gateway must know of a Key."""

    key_id: UUID
    api_id: UUID
    key_hash: bytes  # SHA-256 of the clear text, 32 bytes
    requests_per_second: float | None
    burst: int | None
    expires_at: datetime | None
    scopes: tuple[KeyScope, ...] = (KeyScope.CALL,)
    allowance: Allowance | None = None  # of the subscriber whose Key it is


class Usage(NamedTuple):
    """One metered call, as it stands in the ledger; the order is that of its columns.

    A tuple, because a busy gateway makes thousands a second.
    """

    id: UUID
    at: datetime
    api_id: UUID
    key_id: UUID
    revision: int
    status: int  # HTTP status that the caller saw; 499 when the caller left first
    duration_us: int
    request_bytes: int  # body only
    response_bytes: int  # body only
    route: int = 0  # place in the Revision's operations, from 1 on; 0: none, or not known
