"""To turn the interpreter against the platform."""

from tests.hostile.program import Got, Problem, Program, Refused, Status, app, attack

_CRASHED = Problem(code="instance_crashed", status=502)

PROGRAMS = [
    Program(
        name="end the process",
        source=attack("os._exit(0)"),
        expect=_CRASHED,
        held="own process",
        says=("exit status 0",),
        recovers=True,
    ),
    Program(
        name="abort",
        source=attack("os.abort()"),
        expect=_CRASHED,
        held="own process",
        says=("signal SIG",),
        recovers=True,
    ),
    Program(
        name="exit in a request",
        source=app("import sys\n@app.get('/attack')\ndef run():\n    sys.exit(3)\n"),
        expect=Status(status=500),
        held="worker",
        says=("SystemExit",),
    ),
    Program(
        name="break what everybody uses",
        source=attack("""
            import builtins
            for name in ("len", "isinstance", "print", "open"):
                setattr(builtins, name, None)
            sys.modules.clear()
            os._exit = None
            raise ValueError("broken")
        """),
        expect=Problem(code="deadline_exceeded", status=504, limit="timeout_seconds"),
        held="own process, deadline",
        limits={"timeout_seconds": 1},
    ),
    Program(
        name="a secret in the memory it was forked with",
        source=attack("""
            import gc
            names = ("DATABASE_URL", "SERVICE_ROLE", "postgresql://", "ak_live_", "operator.token")
            known = [o for o in gc.get_objects() if isinstance(o, dict)]
            found = [n for n in names for o in known if o is not globals()
                     for v in list(o.values()) if isinstance(v, str) and n in v and v not in names
                     and len(v) < 1000]
            return found
        """),
        expect=Got(value=[]),
        held="clean zygote",
    ),
    Program(
        name="the platform's modules",
        source=attack("import apibuilder.settings"),
        expect=Refused(errors=("ModuleNotFoundError", "ImportError", "PermissionError")),
        held="runtime environment",
    ),
    Program(
        name="drivers of the platform",
        source=attack("""
            return [name for name in sys.modules if name.partition(".")[0] in
                    ("asyncpg", "aiohttp", "structlog", "pyseccomp", "uvicorn", "typer")]
        """),
        expect=Got(value=[]),
        held="runtime environment",
    ),
    Program(
        name="a finalizer that never ends",
        source=app("""
            class Evil:
                def __del__(self):
                    while True: pass
            @app.get("/attack")
            async def run():
                Evil()
        """),
        expect=Problem(code="cpu_exceeded", status=504, limit="cpu_seconds"),
        held="deadline, CPU",
        limits={"timeout_seconds": 0.5},
        says=("cpu_exceeded",),
        recovers=True,
    ),
    Program(
        name="a signal that is not heard",
        source=attack("""
            for number in range(1, 32):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            return "deaf"
        """, runs_async=True),
        expect=Got(value="deaf"),
        held="SIGKILL",
    ),
]  # fmt: skip
