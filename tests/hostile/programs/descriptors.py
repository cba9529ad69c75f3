"""To use up file descriptors."""

from tests.hostile.program import Problem, Program, Refused, app, attack

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
    Program(
        name="files for ever, and does not care",
        source=app("""
            import os
            kept = []
            @app.get("/attack")
            async def run():
                while True:
                    kept.append(open(os.environ["DATA_DIR"] + "/f", "w"))
        """),
        expect=Problem(code="files_exceeded", status=502, limit="open_files"),
        held="RLIMIT_NOFILE",
        says=("files_exceeded: 1 call", "Too many open files"),
    ),
]  # fmt: skip
