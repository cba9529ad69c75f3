"""Every error a person can meet: a code, an HTTP status and a public sentence (its docstring).

Raise one with the detail that names what is wrong, what is allowed and what to do:
`raise RateLimited("...", limit="requests_per_second", allowed=10, seen=11)`.
One handler per server turns it into application/problem+json (RFC 9457) with `problem()`.
"""

from __future__ import annotations

from apibuilder.domain import Ending
from apibuilder.errors.base import ApiBuilderError, descendants
from apibuilder.errors.calls import (
    AmbiguousKey,
    ApiFailed,
    ApiNotReady,
    ApiPaused,
    BadRequest,
    Conflict,
    Forbidden,
    InstanceCrashed,
    InstanceUnavailable,
    InsufficientScope,
    Invalid,
    InvalidKey,
    InvalidResponse,
    InvalidSetting,
    LedgerFull,
    LimiterAway,
    MethodNotAllowed,
    MissingKey,
    NotFound,
    PreflightRefused,
    Unauthenticated,
    Unavailable,
)
from apibuilder.errors.deploys import (
    AppMissing,
    CanaryWorse,
    CrashLoop,
    DeployRefused,
    EgressUnavailable,
    ImportFailed,
    ImportRefused,
    LifespanFailed,
    ModelRefused,
    ModelUnavailable,
    NeedsModel,
    OpenapiFailed,
    PackageMissing,
    PlanFailed,
    PackageNotAllowed,
    PackagesFailed,
    PackagesInvalid,
    ProbeFailed,
    SandboxUnavailable,
    SecretUnreadable,
    SourceSyntaxError,
    SourceTooLarge,
    StartCrashed,
    StartTimeout,
    Superseded,
    TestsFailed,
)
from apibuilder.errors.limits import (
    BudgetExceeded,
    ConcurrencyExceeded,
    CpuExceeded,
    DeadlineExceeded,
    GenerationTimeout,
    HeadersTooLarge,
    LimitExceeded,
    MemoryExceeded,
    ProcessesExceeded,
    QuotaExceeded,
    RateLimited,
    RequestTimeout,
    RequestTooLarge,
    ResponseTooLarge,
    StorageExceeded,
    TooManyApis,
    TooManyGenerations,
    TooManyKeys,
    TooManySchedules,
    TooManySecrets,
)

__all__ = [
    "AmbiguousKey",
    "ApiBuilderError",
    "ApiFailed",
    "ApiNotReady",
    "ApiPaused",
    "AppMissing",
    "BadRequest",
    "BudgetExceeded",
    "CanaryWorse",
    "ConcurrencyExceeded",
    "Conflict",
    "CpuExceeded",
    "CrashLoop",
    "DeadlineExceeded",
    "DeployRefused",
    "EgressUnavailable",
    "Forbidden",
    "GenerationTimeout",
    "HeadersTooLarge",
    "ImportFailed",
    "ImportRefused",
    "InstanceCrashed",
    "InstanceUnavailable",
    "InsufficientScope",
    "Invalid",
    "InvalidKey",
    "InvalidResponse",
    "InvalidSetting",
    "LedgerFull",
    "LifespanFailed",
    "LimitExceeded",
    "LimiterAway",
    "MemoryExceeded",
    "MethodNotAllowed",
    "MissingKey",
    "ModelRefused",
    "ModelUnavailable",
    "NeedsModel",
    "NotFound",
    "OpenapiFailed",
    "PackageMissing",
    "PlanFailed",
    "PreflightRefused",
    "PackageNotAllowed",
    "PackagesFailed",
    "PackagesInvalid",
    "ProbeFailed",
    "ProcessesExceeded",
    "QuotaExceeded",
    "RateLimited",
    "RequestTimeout",
    "RequestTooLarge",
    "ResponseTooLarge",
    "SandboxUnavailable",
    "SecretUnreadable",
    "SourceSyntaxError",
    "SourceTooLarge",
    "StartCrashed",
    "StartTimeout",
    "StorageExceeded",
    "Superseded",
    "TestsFailed",
    "TooManyApis",
    "TooManyGenerations",
    "TooManyKeys",
    "TooManySchedules",
    "TooManySecrets",
    "Unauthenticated",
    "Unavailable",
    "catalogue",
    "of_ending",
]


def catalogue() -> dict[str, type[ApiBuilderError]]:
    """Every error by its code, for docs/api.md and its test."""
    return {kind.code: kind for kind in (ApiBuilderError, *descendants(ApiBuilderError))}


def of_ending(ending: Ending) -> ApiBuilderError:
    """What callers get whose Instance ended under them."""
    detail = f"The API's process ended: {ending.detail}."
    kind = catalogue().get(ending.code, InstanceCrashed)
    if ending.limit is not None and issubclass(kind, LimitExceeded):
        return kind(detail, limit=ending.limit, allowed=ending.allowed, seen=ending.seen)
    return InstanceCrashed(detail)
