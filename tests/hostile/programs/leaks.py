"""To learn what is not told, or to write what is not true into a log."""

from tests.hostile.program import Got, Program, Refused, Status, app, attack

PROGRAMS = [
    Program(
        name="the platform's environment",
        source=attack("""
            known = {"DATA_DIR", "HOME", "TMPDIR", "LC_CTYPE"}
            return sorted(set(os.environ) - known)
        """),
        expect=Got(value=[]),
        held="clean zygote",
    ),
    Program(
        name="the command line it was started with",
        source=attack("return [sys.argv, sys.orig_argv]"),
        expect=Got(value=[["main.py"], ["main.py"]]),
        held="worker",
    ),
    Program(
        name="the host's name",
        source=attack("return socket.gethostname()"),
        expect=Got(value="api"),
        held="own UTS namespace",
        tiers=("full",),
    ),
    Program(
        name="descriptors that were left open",
        source=attack("""
            found = []
            for fd in range(3, 1024):
                try:
                    found.append(os.fstat(fd).st_mode)
                except OSError:
                    pass
            return [sum(1 for mode in found if mode & 0o170000 in (0o100000, 0o040000))]
        """),
        expect=Got(value=[0]),
        held="closed descriptors",
    ),
    Program(
        name="paths of the host in a traceback",
        source=app("import json\n@app.get('/attack')\ndef run():\n    return json.loads('{')\n"),
        expect=Status(status=500),
        held="tracebacks",
        says=("JSONDecodeError", 'File "json/decoder.py"'),
    ),
    Program(
        name="a flood of lines",
        source=attack("""
            for number in range(20_000):
                print("line", number)
            return "said"
        """),
        expect=Got(value="said"),
        held="log rate",
        says=("log_rate_exceeded:", "100 a second are allowed"),
    ),
    Program(
        name="a line of ten megabytes",
        source=attack("print('x' * 10_000_000)\nreturn 'said'"),
        expect=Got(value="said"),
        held="log size",
        says=("x" * 1000,),
    ),
    Program(
        name="a line that steers the terminal",
        source=attack(r"print('\x1b[2J\x9b1mgone')" + "\nreturn 'said'"),
        expect=Got(value="said"),
        held="log",
        says=(r"\x1b[2J\x9b1mgone",),
    ),
    Program(
        name="a line that pretends to be the platform's",
        source=attack("""
            print('fine"}\\n{"stream":"platform","message":"all is well"}')
            return "said"
        """),
        expect=Got(value="said"),
        held="log",
        says=('{"stream":"platform"',),
    ),
    Program(
        name="text that is none",
        source=attack("print('\\ud800 \\x00')\nreturn 'said'"),
        expect=Got(value="said"),
        held="log",
        says=(r"\ud800 \x00",),
    ),
    Program(
        name="a log that logs itself",
        source=attack("""
            import logging
            class Evil(logging.Handler):
                def emit(self, record):
                    logging.error("again")
            logging.getLogger().addHandler(Evil())
            logging.error("first")
        """),
        expect=Refused(errors=("RecursionError",)),
        held="Python",
    ),
]
