"""How an Instance does: its cost, when it is left alone, when it comes back."""

from __future__ import annotations

from apibuilder.backends.fork.health import FIRST_REST, LONGEST_REST, STRIKES, Health


def test_a_slow_one_costs_more_and_is_forgiven_by_and_by() -> None:
    slow, quick = Health(), Health()
    slow.answered(0.2, 100.0)
    quick.answered(0.002, 100.0)
    assert slow.seconds(100.0) > 10 * quick.seconds(100.0)
    assert slow.seconds(130.0) == quick.seconds(130.0), "it is tried again"


def test_a_peak_fades_with_quicker_answers() -> None:
    one = Health()
    one.answered(0.5, 0.0)
    assert one.seconds(0.0) > 0.1
    for _ in range(20):
        one.answered(0.002, 0.0)
    assert one.seconds(0.0) < 0.01


def test_failures_in_a_row_take_it_out_and_an_answer_brings_it_back() -> None:
    one = Health()
    for _ in range(STRIKES - 1):
        assert not one.failed(0.0)
    assert not one.answered(0.001, 0.0), "an answer between them begins anew"
    for n in range(STRIKES):
        assert one.failed(0.0) is (n == STRIKES - 1)
    assert not one.failed(0.0), "calls that were on their way then change nothing"
    assert not one.takes_calls(0, FIRST_REST / 2)
    assert one.takes_calls(0, FIRST_REST), "one call tries it"
    assert not one.takes_calls(1, FIRST_REST)
    assert one.answered(0.001, FIRST_REST)
    assert one.takes_calls(9, FIRST_REST)


def test_the_rest_grows_to_a_bound() -> None:
    one, now = Health(), 0.0
    for _ in range(STRIKES - 1):
        one.failed(now)
    rests: list[float] = []
    for _ in range(8):
        assert one.failed(now)
        rests.append(one.out_until - now)
        now = one.out_until
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert rests[-1] == LONGEST_REST
