"""A three-way merge by lines: what an edit changes, on a source that was changed by hand too."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher


class MergeConflict(Exception):
    """Both sides changed the same lines; `line` counts from 1 in the hand-written one."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines [start, stop) of the base become `lines`."""

    start: int
    stop: int
    lines: list[str]


def merge(base: str, mine: str, other: str) -> str:
    """`mine` with all that differs between `base` and `other`. Raises MergeConflict.

    Changes that touch without overlapping are taken from both; the same change is taken once.
    """
    if mine == base:
        return other
    lines = base.splitlines(keepends=True)
    ours, theirs = _hunks(lines, mine), _hunks(lines, other)
    merged: list[str] = []
    at = 0
    for hunk in sorted(_combined(ours, theirs), key=lambda one: (one.start, one.stop)):
        merged += lines[at : hunk.start] + hunk.lines
        at = hunk.stop
    return "".join(merged + lines[at:])


def _hunks(base: list[str], text: str) -> list[_Hunk]:
    other = text.splitlines(keepends=True)
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [
        _Hunk(start, stop, other[first:last])
        for kind, start, stop, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def _combined(ours: list[_Hunk], theirs: list[_Hunk]) -> list[_Hunk]:
    shift = 0  # of our lines against the base, up to where we are
    shifts = {id(one): 0 for one in ours}
    for one in ours:
        shifts[id(one)] = shift
        shift += len(one.lines) - (one.stop - one.start)
    combined = list(ours)
    for their in theirs:
        clash = next((one for one in ours if _overlap(one, their)), None)
        if clash is None:
            combined.append(their)
        elif clash != their:
            raise MergeConflict(clash.start + shifts[id(clash)] + 1)
    return combined


def _overlap(one: _Hunk, other: _Hunk) -> bool:
    if one.start == one.stop and other.start == other.stop:
        return one.start == other.start  # two insertions at one place have no order
    return one.start < other.stop and other.start < one.stop
