"""The list of system calls changes on purpose or not at all."""

from __future__ import annotations

from apibuilder.backends.fork import seccomp

_MOST = 133  # a new call needs a reason in seccomp.py, and this number raised in the same change


def test_the_number_of_reachable_calls() -> None:
    assert len(seccomp.reachable()) == _MOST


def test_no_call_is_both_allowed_and_refused() -> None:
    assert not seccomp.reachable() & set(seccomp.REFUSED.split())


def test_the_ways_out_are_refused() -> None:
    ways = {"execve", "fork", "socket", "connect", "ptrace", "bpf", "mount", "unshare", "setns"}
    assert ways <= set(seccomp.REFUSED.split())


def test_programs_are_whole_instructions() -> None:
    for own in (True, False):
        program = seccomp.build(own_pid_namespace=own)
        assert program
        assert len(program) % 8 == 0
