"""To compute, or to wait, for ever."""

from tests.hostile.program import NotDeployed, Problem, Program, app, attack

_LATE = Problem(code="deadline_exceeded", status=504, limit="timeout_seconds")
_SHORT = {"timeout_seconds": 0.5}


_COMPUTES = Problem(code="cpu_exceeded", status=504, limit="cpu_seconds")
# Whoever looks first, the watch or the gateway whose call is overdue, says more.
_SAYS = ("cpu_exceeded",)


def _late(name: str, source: str, held: str, says: tuple[str, ...] = ()) -> Program:
    return Program(
        name=name, source=source, expect=_LATE, held=held, limits=_SHORT, says=says, recovers=True
    )


def _computes(name: str, source: str) -> Program:
    return Program(
        name=name, source=source, expect=_COMPUTES, held="deadline, CPU", limits=_SHORT, says=_SAYS,
        recovers=True,
    )  # fmt: skip


PROGRAMS = [
    _computes("a loop that blocks all", attack("while True: pass", runs_async=True)),
    _late("a sleep that blocks all", attack("time.sleep(60)", runs_async=True), "deadline, beat",
          ("deadline_exceeded: timeout_seconds", "no sign of life")),
    _computes("a loop in a thread", attack("while True: pass")),
    _late("never answers", attack("await asyncio.sleep(60)", runs_async=True), "deadline"),
    _computes("a pattern that never ends",
              attack("import re; return re.match('(a+)+b', 'a' * 64)")),
    _computes("a number too large", attack("return len(str(7 ** (7 ** 9)))")),
    _late("will not be cancelled", attack("""
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass
    """, runs_async=True), "deadline, beat", ("went on for",)),
    Program(
        name="an import that never ends",
        source=app("while True: pass"),
        expect=NotDeployed(code="start_timeout"),
        held="start deadline",
    ),
    Program(
        name="a startup that never ends",
        source=app("@app.on_event('startup')\nasync def wait():\n    import asyncio\n"
                   "    await asyncio.sleep(99)\n").replace("@app.on_event('startup')\n", "")
        .replace("app = FastAPI()\n", "")
        + "from contextlib import asynccontextmanager\n@asynccontextmanager\n"
        "async def lifespan(app):\n    await wait()\n    yield\napp = FastAPI(lifespan=lifespan)\n",
        expect=NotDeployed(code="start_timeout"),
        held="start deadline",
    ),
]  # fmt: skip
