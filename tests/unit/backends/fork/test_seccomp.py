"""The list of system calls. What really gets through is tried in tests/hostile."""

from __future__ import annotations

from itertools import product

from apibuilder.backends.fork import seccomp


def test_no_call_is_both_allowed_and_refused() -> None:
    assert not seccomp.reasons().keys() & set(seccomp.REFUSED.split())


def test_a_call_is_named_once() -> None:
    named = [name for names in seccomp.ALLOWED.values() for name in names.split()]
    named += seccomp.NARROWED
    assert len(named) == len(set(named))


def test_the_ways_out_are_refused() -> None:
    ways = {"execve", "fork", "socket", "connect", "ptrace", "bpf", "mount", "unshare", "setns"}
    assert ways <= set(seccomp.REFUSED.split())


def test_programs_are_whole_instructions() -> None:
    for own_pid, own_files in product((True, False), repeat=2):
        program = seccomp.build(own_pid_namespace=own_pid, own_files=own_files)
        assert program
        assert len(program) % 8 == 0


def test_a_door_opens_two_calls_and_no_others() -> None:
    assert seccomp.reasons(egress=True).keys() - seccomp.reasons() == {"socket", "connect"}
    programs = [
        seccomp.build(own_pid_namespace=True, own_files=True, egress=egress)
        for egress in (True, False)
    ]
    assert programs[0] != programs[1]
