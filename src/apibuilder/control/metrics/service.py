"""Calls over time: the store's slices, put on an axis without gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from apibuilder.control.authentication import Principal
from apibuilder.control.metrics.schemas import (
    DeployOut,
    Figures,
    Group,
    MetricsOut,
    Point,
    Range,
    SplitBy,
)
from apibuilder.store.base import ApiStore, MetricsStore, Slice

_MAX_GROUPS = 20
_STEPS: dict[Range, tuple[Literal["minute", "hour"], timedelta, int]] = {
    Range.HOUR: ("minute", timedelta(minutes=1), 60),
    Range.DAY: ("hour", timedelta(hours=1), 24),
    Range.WEEK: ("hour", timedelta(hours=1), 7 * 24),
}


@dataclass(frozen=True, slots=True)
class _Axis:
    """The steps of a chart; the last one is under way."""

    unit: Literal["minute", "hour"]
    step: timedelta
    first: datetime
    until: datetime

    @classmethod
    def of(cls, asked: Range, now: datetime) -> _Axis:
        unit, step, count = _STEPS[asked]
        last = now.replace(second=0, microsecond=0)
        if unit == "hour":
            last = last.replace(minute=0)
        return cls(unit, step, last - (count - 1) * step, now)

    def points(self, slices: Iterable[Slice]) -> list[Point]:
        there = {one.at: one for one in slices if one.at is not None}
        points: list[Point] = []
        at = self.first
        while at <= self.until:
            one = there.get(at)
            figures = Figures() if one is None else Figures.of(one)
            points.append(Point(at=at, **figures.model_dump()))
            at += self.step
        return points


class MetricsService:
    """What the endpoint calls."""

    def __init__(self, apis: ApiStore, metrics: MetricsStore) -> None:
        self._apis = apis
        self._metrics = metrics

    async def of_api(self, principal: Principal, ref: str, asked: Range, by: SplitBy) -> MetricsOut:
        """An Api's calls. Raises NotFound."""
        api = await self._apis.get(principal.user_id, ref)
        axis = _Axis.of(asked, datetime.now(UTC))
        whole = await self._metrics.slices(
            api.id, axis.first, axis.until, step=axis.unit, split="none"
        )
        groups = await self._groups(api.id, axis, by)
        deploys = await self._metrics.deploys(api.id, axis.first, axis.until)
        return MetricsOut(
            api_id=api.id,
            range=asked,
            by=by,
            step_seconds=int(axis.step.total_seconds()),
            since=axis.first,
            until=axis.until,
            total=_total(whole),
            series=axis.points(whole),
            groups=groups[:_MAX_GROUPS],
            groups_left_out=max(0, len(groups) - _MAX_GROUPS),
            deploys=[DeployOut.of(mark) for mark in deploys],
        )

    async def _groups(self, api_id: UUID, axis: _Axis, by: SplitBy) -> list[Group]:
        if by is SplitBy.NONE:
            return []
        found = await self._metrics.slices(
            api_id, axis.first, axis.until, step=axis.unit, split=by.value
        )
        names = await self._metrics.key_names(api_id) if by is SplitBy.KEY else {}
        labels = {str(key): name for key, name in names.items()}
        by_name: defaultdict[str, list[Slice]] = defaultdict(list)
        for one in found:
            by_name[one.name].append(one)
        groups = [
            Group(
                name=name,
                label=labels.get(name, name) or "other",
                total=_total(slices),
                series=axis.points(slices),
            )
            for name, slices in by_name.items()
        ]
        return sorted(groups, key=lambda group: -group.total.calls)


def _total(slices: list[Slice]) -> Figures:
    return next((Figures.of(one) for one in slices if one.at is None), Figures())
