"""A difference between two contracts, in words that people understand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Impact(StrEnum):
    """What a difference means for those who call the API today."""

    BREAKING = "breaking"  # calls that worked may fail, or answers may lack what was promised
    COMPATIBLE = "compatible"  # something differs, and no call of today notices
    ADDED = "added"  # something new, which nobody has to use


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """One difference, and the operations that it shows in."""

    impact: Impact
    detail: str
    subject: str = ""  # the last name in it: of a field or a parameter; empty: the operation
    operations: tuple[str, ...] = ()  # such as `POST /todos`

    def sentence(self) -> str:
        """The difference with where it is."""
        return f"{self.detail} ({', '.join(self.operations)})" if self.operations else self.detail


def breaking(changes: Iterable[ContractChange]) -> list[ContractChange]:
    """Those that callers must hear of first."""
    return [change for change in changes if change.impact is Impact.BREAKING]


def grouped(changes: Iterable[ContractChange]) -> list[ContractChange]:
    """The same difference of several operations said once; what breaks comes first."""
    places: dict[tuple[Impact, str, str], dict[str, None]] = {}
    for change in changes:
        key = (change.impact, change.detail, change.subject)
        places.setdefault(key, {}).update(dict.fromkeys(change.operations))
    order = list(Impact)
    return [
        ContractChange(impact=impact, detail=detail, subject=subject, operations=tuple(found))
        for (impact, detail, subject), found in sorted(
            places.items(), key=lambda item: order.index(item[0][0])
        )
    ]
