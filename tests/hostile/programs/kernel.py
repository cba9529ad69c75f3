"""Doors of the kernel that have been ways out before."""

from tests.hostile.program import Problem, Program, Refused, attack

_HELD = Refused(errors=("PermissionError", "OSError"))
_DOORS = {
    "bpf": 321, "io_uring_setup": 425, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250,
    "add_key": 248, "unshare": 272, "setns": 308, "mount": 165, "fsopen": 430, "open_tree": 428,
    "personality": 135, "modify_ldt": 154, "init_module": 175, "kexec_load": 246, "quotactl": 179,
    "vmsplice": 278, "splice": 275, "seccomp": 317, "landlock_create_ruleset": 444,
    "name_to_handle_at": 303, "process_madvise": 440, "membarrier": 324, "inotify_init": 253,
    "fanotify_init": 300, "msgget": 68, "shmget": 29, "mq_open": 240, "timer_create": 222,
    "set_mempolicy": 238, "move_pages": 279, "mlockall": 151, "nfsservctl": 180,
    "lookup_dcookie": 212, "syslog": 103, "acct": 163,
}  # fmt: skip

PROGRAMS = [
    *(
        Program(
            name=f"{door}(2)",
            source=attack(f"return raw({number}, 0, 0, 0, 0, 0)"),
            expect=_HELD,
            held="seccomp",
        )
        for door, number in _DOORS.items()
    ),
    Program(
        name="a namespace of users, for its capabilities",
        source=attack("return raw(272, 0x10000000)"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp",
    ),
    Program(
        name="a lock with priority inheritance",
        source=attack(
            "word = ctypes.c_int(0)\nreturn raw(202, ctypes.addressof(word), 6, 0, 0, 0)"
        ),
        expect=Refused(errors=("OSError",), why="not implemented"),
        held="seccomp",
    ),
    Program(
        name="a call of the x32 ABI",
        source=attack("return raw(0x40000000 + 39)"),
        expect=Problem(code="instance_crashed", status=502),
        held="seccomp",
        says=("signal SIGSYS",),
        recovers=True,
    ),
    Program(
        name="a call of the 32-bit ABI",
        source=attack("""
            libc = ctypes.CDLL(None)
            start = ctypes.cast(libc.abort, ctypes.c_void_p).value
            code = ctypes.string_at(start, 1_000_000)
            door = ctypes.CFUNCTYPE(ctypes.c_int)(start + code.index(bytes((0xCD, 0x80))))
            return door()
        """),
        expect=Problem(code="instance_crashed", status=502),
        held="seccomp",
        says=("signal SIGS",),  # SIGSYS; SIGSEGV where the kernel has no such ABI at all
        recovers=True,
    ),
]
