"""What is put around the installer before it looks at anybody's package, then the installer.

`python -I -m apibuilder.backends.packages.jail JOB`: the process becomes the installer, without
secrets (the caller gives it an empty environment), as nobody where that is possible, able to write
to one folder, to read what it runs on, to connect to the index's ports; never to a Unix socket, so
never to the bundled database. A layer that cannot be put up ends it with status 70.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
import sys
from pathlib import Path

import msgspec
import pyseccomp as sc

from apibuilder.backends.fork import linux

FAILED = 70
# Landlock rights on files, by their bit; neither sockets, pipes nor devices are ever made.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_REMOVE, _MAKE = (1 << 4) | (1 << 5), (1 << 7) | (1 << 8) | (1 << 12)
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_WRITE = _READ_FILE | _READ_DIR | _WRITE_FILE | _REMOVE | _MAKE | _REFER | _TRUNCATE
_ABIS = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_NETWORK_ABI = 4
_ALL_NETWORK, _ALL_SCOPES = 0b11, 0b11
_SYSTEM = (
    "/bin", "/lib", "/lib64", "/usr", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf",
    "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/random",
)  # fmt: skip
_ENVIRONMENT = {"PATH": "", "NO_COLOR": "1", "UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "20"}
_NOT_FOR_IT = """
    ptrace process_vm_readv process_vm_writev bpf perf_event_open userfaultfd keyctl add_key
    request_key io_uring_setup mount umount2 pivot_root chroot unshare setns open_tree move_mount
    fsopen fsmount mount_setattr init_module finit_module delete_module kexec_load kexec_file_load
    reboot swapon swapoff open_by_handle_at syslog acct quotactl pidfd_getfd"""


class Job(msgspec.Struct, frozen=True):
    """What to run, and what it may use."""

    command: list[str]
    folder: str  # the one it may write to; also its working folder and its home
    read: list[str]  # beside the system's own
    ports: list[int]  # of TCP, to connect to
    uid: int | None  # to become
    memory_bytes: int
    file_bytes: int
    seconds: int  # of processor time
    walls: bool  # False only where the operator has given up on all of them


def confine(job: Job) -> None:
    """Put up every layer. Raises OSError or ValueError."""
    for kind, value in (
        (resource.RLIMIT_AS, job.memory_bytes),
        (resource.RLIMIT_FSIZE, job.file_bytes),
        (resource.RLIMIT_CPU, job.seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 1024),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
    os.umask(0o022)
    os.chdir(job.folder)
    if job.uid is not None:
        os.setgroups([])
        os.setresgid(job.uid, job.uid, job.uid)
        os.setresuid(job.uid, job.uid, job.uid)
    if job.walls:
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        _landlock(job)
        _seccomp()


def _landlock(job: Job) -> None:
    abi = linux.landlock_abi()
    if abi == 0:
        raise ValueError("this kernel has no Landlock")
    handled = sum(rights for since, rights in _ABIS if abi >= since)
    ruleset = linux.landlock_ruleset(
        files=handled, network=_ALL_NETWORK, scope=_ALL_SCOPES, abi=abi
    )
    for path in (*_SYSTEM, *job.read):
        if Path(path).exists():
            rights = _READ if Path(path).is_dir() else _EXECUTE | _READ_FILE
            linux.landlock_allow(ruleset, path, rights)
    linux.landlock_allow(ruleset, "/dev/null", _READ_FILE | _WRITE_FILE)
    linux.landlock_allow(ruleset, job.folder, _WRITE & handled)  # never to execute what is there
    if abi >= _NETWORK_ABI:
        for port in job.ports:
            linux.landlock_allow_connect(ruleset, port)
    linux.landlock_restrict(ruleset)


def _seccomp() -> None:
    rules = sc.SyscallFilter(sc.ALLOW)
    for family in (socket.AF_UNIX, socket.AF_PACKET, socket.AF_VSOCK):
        rules.add_rule(sc.ERRNO(errno.EAFNOSUPPORT), "socket", sc.Arg(0, sc.EQ, int(family)))
    for name in _NOT_FOR_IT.split():
        rules.add_rule(sc.ERRNO(errno.EPERM), name)
    rules.load()


def main() -> None:
    job = msgspec.json.decode(sys.argv[1], type=Job)
    environment = _ENVIRONMENT | {"HOME": job.folder, "TMPDIR": job.folder}
    try:
        confine(job)
        os.execve(job.command[0], job.command, environment)  # noqa: S606 - our own installer
    except (OSError, ValueError) as error:
        sys.stderr.write(f"the sandbox of the build could not be put up: {error}\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
