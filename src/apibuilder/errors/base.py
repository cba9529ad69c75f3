"""What all errors have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar


class ApiBuilderError(Exception):
    """Something went wrong on our side."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self, detail: str | None = None, *, headers: dict[str, str] | None = None, **facts: Any
    ) -> None:
        self.detail = detail or self.title()
        self.headers = headers or {}
        self.facts = facts
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The public sentence: the class's docstring, first line."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]

    def problem(self, request_id: str) -> dict[str, Any]:
        """The members of an RFC 9457 problem document."""
        return {
            "type": f"urn:apibuilder:error:{self.code}",
            "title": self.title(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            **self.facts,
        }


def descendants(kind: type[ApiBuilderError]) -> Iterator[type[ApiBuilderError]]:
    """All errors that are a kind of `kind`."""
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)
