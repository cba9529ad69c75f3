"""To take more room than the plan allows."""

from tests.hostile.program import Got, Problem, Program, Refused, attack

_FILL = """
    for number in range(4000):
        try:
            with open({folder} + f"/{{number}}", "wb") as file:
                file.write(bytes(1 << 18))
        except OSError as error:
            return error.strerror
        time.sleep(0.001)
    return "never full"
"""

PROGRAMS = [
    Program(
        name="one file larger than the quota",
        source=attack("""
            with open(DATA + "/big", "wb") as file:
                for _ in range(8):
                    file.write(bytes(1 << 20))
                    file.flush()
        """),
        expect=Refused(errors=("OSError",), why="File too large"),
        held="RLIMIT_FSIZE",
        limits={"storage_mb": 4},
    ),
    Program(
        name="many files larger than the quota",
        source=attack("""
            for number in range(300):
                try:
                    with open(DATA + f"/{number}", "wb") as file:
                        file.write(bytes(1 << 16))
                except OSError as error:
                    return error.strerror
                time.sleep(0.02)
        """),
        expect=Got(value="File too large"),
        held="storage watch",
        limits={"storage_mb": 8},
        says=("storage_exceeded: /data holds", "(storage_mb)"),
    ),
    Program(
        name="files without a name",
        source=attack("""
            kept = []
            for number in range(120):
                try:
                    file = open(DATA + "/hidden", "wb")
                    os.unlink(DATA + "/hidden")
                    kept.append(file)
                    file.write(bytes(1 << 17))
                    file.flush()
                except OSError as error:
                    kept.clear()
                    return error.strerror
                time.sleep(0.02)
            return "never full"
        """),
        expect=Got(value="File too large"),
        held="storage watch",
        limits={"storage_mb": 6},
        uncounted=Got(value="never full"),  # only root sees what another process holds open
    ),
    Program(
        name="a hundred thousand empty files",
        source=attack("""
            for number in range(100_000):
                open(DATA + f"/{number}", "w").close()
                if number % 100 == 0:
                    time.sleep(0.001)
            time.sleep(5)
        """),
        expect=Problem(code="storage_exceeded", status=507, limit="storage_mb"),
        held="storage watch",
        limits={"storage_mb": 2},
        says=("storage_exceeded: storage_mb, allowed 2",),
        recovers=True,
    ),
    Program(
        name="folders deeper than a path is long",
        source=attack("""
            for _ in range(1200):
                os.mkdir("x" * 200) if os.getcwd else None
                os.chdir("x" * 200)
            time.sleep(5)
        """).replace("def attack():", "def attack():\n    os.chdir(DATA)"),
        expect=Problem(code="storage_exceeded", status=507, limit="folder_depth"),
        held="storage watch",
        says=("nested more than 64 deep",),
        recovers=True,
    ),
    Program(
        name="room beyond a file's end",
        source=attack("""
            fd = os.open(DATA + "/big", os.O_CREAT | os.O_RDWR)
            raw(285, fd, 1, 0, 1 << 30)
        """),
        expect=Refused(errors=("OSError",), why="not supported"),
        held="seccomp",
        limits={"storage_mb": 4},
    ),
    Program(
        name="fill /tmp",
        source=attack(_FILL.format(folder='"/tmp"')),
        expect=Got(value="No space left on device"),
        held="private /tmp",
        tiers=("full",),
    ),
    Program(
        name="fill the folder of temporary files",
        source=attack("""
            for number in range(4000):
                try:
                    with open(os.environ["TMPDIR"] + f"/{number}", "wb") as file:
                        file.write(bytes(1 << 16))
                except OSError as error:
                    return error.strerror
                time.sleep(0.02)
        """),
        expect=Got(value="File too large"),
        held="storage watch",
        limits={"storage_mb": 8},
        tiers=("no-namespace",),
    ),
]
