"""Limits: each names itself, the allowed and the seen value."""

from __future__ import annotations

from apibuilder.errors.base import ApiBuilderError


class LimitExceeded(ApiBuilderError):
    """A limit was reached."""

    code, status = "limit_exceeded", 429

    def __init__(
        self,
        detail: str | None = None,
        *,
        limit: str,
        allowed: float,
        seen: float,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail, headers=headers, limit=limit, allowed=allowed, seen=seen)


class RateLimited(LimitExceeded):
    """Too many requests for this key just now."""

    code, status = "rate_limited", 429


class QuotaExceeded(LimitExceeded):
    """This month's allowance of calls is used up."""

    code, status = "quota_exceeded", 429


class SpendingCapReached(LimitExceeded):
    """The subscription's spending cap allows no more calls this month."""

    code, status = "spending_cap_reached", 429


class ConcurrencyExceeded(LimitExceeded):
    """Too many requests of this API are in flight at once."""

    code, status = "concurrency_exceeded", 429


class RequestTooLarge(LimitExceeded):
    """The request's body is larger than the plan allows."""

    code, status = "request_too_large", 413


class HeadersTooLarge(LimitExceeded):
    """The request's headers are larger than the gateway takes."""

    code, status = "headers_too_large", 431


class ResponseTooLarge(LimitExceeded):
    """The API's answer is larger than the plan allows."""

    code, status = "response_too_large", 502


class RequestTimeout(LimitExceeded):
    """The request's body did not arrive in time."""

    code, status = "request_timeout", 408


class DeadlineExceeded(LimitExceeded):
    """The API did not answer within its time limit."""

    code, status = "deadline_exceeded", 504


class MemoryExceeded(LimitExceeded):
    """The API used more memory than its plan allows, and was ended."""

    code, status = "memory_exceeded", 502


class CpuExceeded(LimitExceeded):
    """The API computed on beyond its time limit without answering anybody, and was ended."""

    code, status = "cpu_exceeded", 504


class ProcessesExceeded(LimitExceeded):
    """The API had more threads than its plan allows, and was ended."""

    code, status = "processes_exceeded", 502


class FilesExceeded(LimitExceeded):
    """The API had as many files and connections open as one can have."""

    code, status = "files_exceeded", 502


class StorageExceeded(LimitExceeded):
    """The API's files take more space than its plan allows."""

    code, status = "storage_exceeded", 507


class TooManyApis(LimitExceeded):
    """This plan's number of APIs is used up."""

    code, status = "too_many_apis", 403


class TooManyKeys(LimitExceeded):
    """This API has as many live keys as one can have."""

    code, status = "too_many_keys", 403


class TooManySchedules(LimitExceeded):
    """This API has as many schedules as one can have."""

    code, status = "too_many_schedules", 403


class TooManySecrets(LimitExceeded):
    """This API has as many secrets as one can have."""

    code, status = "too_many_secrets", 403


class TooManyGenerations(LimitExceeded):
    """This plan's generations of today are used up."""

    code, status = "too_many_generations", 429


class GenerationTimeout(LimitExceeded):
    """The generation was not finished in time."""

    code, status = "generation_timeout", 504


class BudgetExceeded(LimitExceeded):
    """The generation spent all that it may on models."""

    code, status = "generation_budget", 429
