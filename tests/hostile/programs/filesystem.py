"""To read or change what is not the Api's own."""

from tests.hostile.program import Got, Program, Refused, attack

_OUTSIDE = "fresh root, Landlock"

PROGRAMS = [
    Program(
        name="read the host's users",
        source=attack("return open('/etc/passwd').read(100)"),
        expect=Refused(),
        held=_OUTSIDE,
    ),
    Program(
        name="read the platform's source",
        source=attack("return open('{root}/pyproject.toml').read(100)"),
        expect=Refused(),
        held=_OUTSIDE,
    ),
    Program(
        name="read another API's data",
        source=attack("return open('{secret}').read()"),
        expect=Refused(),
        held="own /data, Landlock",
    ),
    Program(
        name="find another API's data",
        source=attack("""
            found = []
            for top in ("/data", "/.host", os.path.dirname(os.path.dirname(DATA)), "/"):
                for folder, _, names in os.walk(top):
                    found += [name for name in names if name == "secret.txt"]
            return found
        """),
        expect=Got(value=[]),
        held="own /data, Landlock",
    ),
    Program(
        name="out of /data by dots",
        source=attack("return open(DATA + '/..' * 20 + '/etc/passwd').read(9)"),
        expect=Refused(),
        held=_OUTSIDE,
    ),
    Program(
        name="out of /data by a symbolic link",
        source=attack("""
            os.symlink("/", DATA + "/out")
            return open(DATA + "/out/etc/passwd").read(9)
        """),
        expect=Refused(),
        held=_OUTSIDE,
    ),
    Program(
        name="into /data by a hard link",
        source=attack("""
            os.link(os.__file__, DATA + "/mine")
            open(DATA + "/mine", "a").write("evil")
        """),
        expect=Refused(),
        held="mount table, Landlock",
    ),
    Program(
        name="change a module that all APIs import",
        source=attack("open(os.__file__, 'a').write('evil')"),
        expect=Refused(),
        held="read-only root, Landlock",
    ),
    Program(
        name="remove a module that all APIs import",
        source=attack("os.unlink(os.__file__)"),
        expect=Refused(),
        held="read-only root, Landlock",
    ),
    Program(
        name="open a module's mode to all",
        source=attack("""
            before = os.stat(os.__file__).st_mode
            try:
                os.chmod(os.__file__, 0o777)
            except OSError:
                pass
            return os.stat(os.__file__).st_mode == before
        """),
        expect=Got(value=True),
        held="own uid, read-only root; seccomp without them",
    ),
    Program(
        name="a setuid program for a friend on the host",
        source=attack("""
            open(DATA + "/tool", "w").write("#!/bin/sh")
            os.chmod(DATA + "/tool", 0o4755)
        """),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp",
    ),
    Program(
        name="a setuid program made with its bit",
        source=attack("os.open(DATA + '/tool', os.O_CREAT | os.O_WRONLY, 0o6755)"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp",
    ),
    Program(
        name="a pipe that whoever reads /data waits at",
        source=attack("os.mkfifo(DATA + '/pipe')"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp, Landlock",
    ),
    Program(
        name="a device of the host's disk",
        source=attack("os.mknod(DATA + '/disk', 0o60600, os.makedev(254, 0))"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp, Landlock, nodev",
    ),
    Program(
        name="its own environment by /proc",
        source=attack("return open('/proc/self/environ').read()"),
        expect=Refused(),
        held="no /proc",
    ),
    Program(
        name="the root of another process",
        source=attack("return os.listdir('/proc/1/root/root')"),
        expect=Refused(),
        held="no /proc",
    ),
    Program(
        name="the machine's memory",
        source=attack("return open('/dev/mem', 'rb').read(1)"),
        expect=Refused(),
        held=_OUTSIDE,
    ),
    Program(
        name="stir the kernel's randomness",
        source=attack("open('/dev/urandom', 'wb').write(b'x')"),
        expect=Refused(errors=("PermissionError",)),
        held="Landlock",
    ),
    Program(
        name="a root of its own",
        source=attack("os.chroot(DATA)"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp, no capabilities",
    ),
    Program(
        name="a file by its handle",
        source=attack("return raw(304, -100, 0, 0)"),
        expect=Refused(errors=("PermissionError",)),
        held="seccomp",
    ),
    Program(
        name="an executable in /data",
        source=attack("""
            import mmap
            with open(DATA + "/code", "wb+") as file:
                file.write(bytes(4096))
                file.flush()
                mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
        """),
        expect=Refused(errors=("PermissionError",)),
        held="noexec",
        tiers=("full",),
    ),
]
