"""Three-way merges: what was written by hand stays, what cannot be told apart is a conflict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apibuilder.generator.edits.merge import MergeConflict, merge

BASE = "a\nb\nc\nd\ne\n"
TEXTS = st.lists(st.sampled_from("abcde"), max_size=8).map("\n".join)


def test_changes_apart_are_both_taken() -> None:
    assert merge(BASE, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\n") == "a\nB\nc\nd\nE\n"
    assert merge(BASE, "x\na\nb\nc\nd\ne\n", "a\nc\nd\ne\n") == "x\na\nc\nd\ne\n"


def test_the_same_change_is_taken_once() -> None:
    assert merge(BASE, "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n") == "a\nX\nc\nd\ne\n"


def test_a_conflict_names_the_line_in_what_was_written_by_hand() -> None:
    with pytest.raises(MergeConflict) as conflict:
        merge(BASE, "new\na\nb\nc\nMINE\ne\n", "a\nb\nc\nTHEIRS\ne\n")
    assert conflict.value.line == 5


@given(TEXTS, TEXTS)
def test_one_side_alone_is_that_side(base: str, other: str) -> None:
    assert merge(base, base, other) == other
    assert merge(base, other, base) == other
    assert merge(base, other, other) == other
