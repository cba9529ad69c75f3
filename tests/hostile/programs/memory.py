"""To take more memory than the plan allows, or to make code of it."""

from tests.hostile.program import Got, Problem, Program, Refused, app, attack

_EXCEEDED = Problem(code="memory_exceeded", status=502, limit="memory_mb")
_SAYS = ("memory_exceeded: memory_mb, allowed 64",)


def _bomb(name: str, body: str, uncounted: Refused | None = None) -> Program:
    return Program(
        name=name,
        source=attack(body),
        expect=_EXCEEDED,
        held="memory cgroup",
        limits={"memory_mb": 64},
        says=_SAYS,
        recovers=True,
        uncounted=uncounted or Refused(errors=("MemoryError",)),
    )


PROGRAMS = [
    _bomb("a bomb of bytes", "return len([bytearray(1 << 20) for _ in range(300)])"),
    _bomb("a string that doubles", """
        text = "x"
        while True:
            text += text
    """),
    _bomb("a list that holds itself", """
        kept = []
        while True:
            kept.append([kept] * 100_000)
    """),
    _bomb("one cheap expression", "return len(str([0] * 10**8))"),
    _bomb("a small archive that is large inside", """
        import zlib
        packer = zlib.compressobj(9)
        small = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
        return len(zlib.decompress(small))
    """),
    _bomb("threads with stacks", """
        def eat():
            kept = bytearray(4 << 20)
            time.sleep(9)
        for _ in range(40):
            threading.Thread(target=eat).start()
        time.sleep(5)
    """, Refused(errors=("RuntimeError",), why="can't start new thread")),
    Program(
        name="a recursion without end",
        source=attack("def f(): return f()\nreturn f()"),
        expect=Refused(errors=("RecursionError",)),
        held="Python",
    ),
    Program(
        name="a recursion below Python",
        source=attack("""
            sys.setrecursionlimit(10**9)
            nested = []
            for _ in range(10**6):
                nested = [nested]
            return repr(nested)[:1]
        """),
        expect=Problem(code="instance_crashed", status=502),
        held="own process",
        says=("signal SIGSEGV",),
        limits={"memory_mb": 1024, "timeout_seconds": 60},
        recovers=True,
    ),
    Program(
        name="memory that is writable and executable",
        source=attack("import mmap\nreturn len(mmap.mmap(-1, 4096, prot=7))"),
        expect=Refused(errors=("PermissionError",)),
        held="MDWE",
    ),
    Program(
        name="memory that becomes executable",
        source=attack("""
            import mmap
            page = mmap.mmap(-1, 4096)
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            return raw(10, address, 4096, 5)
        """),
        expect=Refused(errors=("PermissionError",)),
        held="MDWE",
    ),
    Program(
        name="a file without a name, to run",
        source=attack("return os.memfd_create('x')"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp",
    ),
    Program(
        name="memory shared with another API",
        source=attack("""
            from multiprocessing import shared_memory
            return shared_memory.SharedMemory("shared", create=True, size=10).name
        """),
        expect=Refused(errors=("PermissionError", "FileNotFoundError", "OSError")),
        held="fresh root, Landlock",
    ),
    Program(
        name="memory that may not be swapped",
        source=attack("return raw(149, 4096, 1 << 20)"),
        expect=Refused(errors=("OSError",)),
        held="seccomp, RLIMIT_MEMLOCK",
    ),
    Program(
        name="write to address zero",
        source=attack("return ctypes.memset(0, 0, 1)"),
        expect=Problem(code="instance_crashed", status=502),
        held="own process",
        says=("signal SIGSEGV",),
        recovers=True,
    ),
    Program(
        name="ask for more than there is",
        source=app("@app.get('/attack')\ndef run():\n    return len(bytearray(1 << 45))\n"),
        expect=Problem(code="memory_exceeded", status=502, limit="memory_mb"),
        held="kernel",
        says=("MemoryError", "memory_exceeded: 1 call"),
    ),
    Program(
        name="a great deal of untouched memory",
        source=attack("import mmap\nreturn len(mmap.mmap(-1, 1 << 28, flags=0x4022)) >> 20"),
        expect=Got(value=256),
        held="memory cgroup (untouched memory costs nothing)",
        limits={"memory_mb": 128},
    ),
]  # fmt: skip
