"""To use up file descriptors."""

from tests.hostile.program import Program, Refused, attack

_FULL = Refused(errors=("OSError",), why="Too many ")


def _hoard(name: str, body: str) -> Program:
    return Program(
        name=name, source=attack(body), expect=_FULL, held="RLIMIT_NOFILE", recovers=True
    )


PROGRAMS = [
    _hoard("open a file for ever", """
        kept = []
        while True:
            kept.append(open(DATA + "/f", "w"))
    """),
    _hoard("pipes for ever", """
        kept = []
        try:
            while True:
                kept += os.pipe()
        finally:
            for fd in kept:
                os.close(fd)
    """),
    _hoard("duplicates for ever", """
        kept = []
        try:
            while True:
                kept.append(os.dup(0))
        finally:
            for fd in kept:
                os.close(fd)
    """),
    _hoard("epolls in epolls", """
        import select
        kept = [select.epoll()]
        while True:
            inner = select.epoll()
            kept[-1].register(inner.fileno())
            kept.append(inner)
    """),
]  # fmt: skip
