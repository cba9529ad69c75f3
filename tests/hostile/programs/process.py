"""To start, see or end processes."""

from tests.hostile.program import Got, Problem, Program, Refused, attack

_DENIED = Refused(errors=("PermissionError",))


def _call(name: str, body: str, held: str = "seccomp") -> Program:
    return Program(name=name, source=attack(body), expect=_DENIED, held=held)


PROGRAMS = [
    _call("fork", "return os.fork()"),
    _call("fork by its number", "return raw(57)"),
    _call("clone without a thread", "return raw(56, 17, 0, 0, 0, 0)"),
    _call("a shell", "return subprocess.run(['/bin/sh', '-c', 'id'])"),
    _call("another program in its place", "os.execv(sys.executable, ['python'])"),
    _call("spawn", "return os.posix_spawn('/bin/true', ['true'], {})".replace("{}", "dict()")),
    _call("become root", "os.setuid(0)", "seccomp, no capabilities"),
    _call("trace its parent", "return raw(101, 16, os.getppid(), 0, 0)"),
    _call("read another's memory", "return raw(310, os.getppid() or 1, 0, 0, 0, 0, 0)"),
    _call("hold its parent", "return os.pidfd_open(os.getppid() or 1)"),
    _call("a signal by a descriptor",
          "import fcntl; a, b = socket.socketpair(); fcntl.fcntl(a, fcntl.F_SETOWN, 2)"),
    _call("SIGKILL by a descriptor",
          "import fcntl; a, b = socket.socketpair(); fcntl.fcntl(a, 10, 9)"),
    _call("raise its own limits",
          "return raw(302, 0, 7, struct.pack('QQ', 999, 999), 0)"),
    _call("end everybody", "os.kill(-1, signal.SIGKILL)"),
    Program(
        name="a clone that seccomp cannot look into",
        source=attack("return raw(435, 0, 0)"),
        expect=Refused(errors=("OSError",), why="not implemented"),
        held="seccomp",
    ),
    Program(
        name="signal every number there is",
        source=attack("""
            reached = []
            for pid in range(2, 40000):
                try:
                    os.kill(pid, 0)
                    reached.append(pid)
                except OSError:
                    pass
            return reached
        """),
        expect=Got(value=[]),
        held="own PIDs, seccomp",
    ),
    Program(
        name="see other processes",
        source=attack("return [name for name in os.listdir('/proc') if name.isdigit()]"),
        expect=Refused(),
        held="no /proc",
    ),
    Program(
        name="a bomb of threads",
        source=attack("""
            made = 0
            try:
                for _ in range(5000):
                    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
                    made += 1
            except RuntimeError as error:
                time.sleep(1)
                return [0 < made < 20, str(error)]
        """),
        expect=Got(value=[True, "can't start new thread"]),
        held="pids cgroup, RLIMIT_NPROC",
        limits={"processes": 20},
        uncounted=Problem(code="processes_exceeded", status=502, limit="processes"),
        recovers=True,
    ),
]  # fmt: skip
