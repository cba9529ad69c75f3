"""The system calls that a worker may make, compiled to a BPF program.

Runs in the supervisor: the compiler is not in the environment user code runs in. Whatever is not
named here does not exist for user code (ENOSYS), so programs that probe for a newer call fall back
to an older one; what is known to be dangerous is refused with EPERM, which reads better in a
traceback. tests/hostile/reachable.txt is the golden list of what really gets through: a test tries
every number from inside a worker, so a call is added on purpose or not at all.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable

import pyseccomp as sc

# reason -> calls allowed with any arguments
ALLOWED: dict[str, str] = {
    "read and write what is open": """
        read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range
        fsync fdatasync ftruncate copy_file_range sendfile fadvise64""",
    "files below /data and /tmp; Landlock and the mount table decide where": """
        stat lstat fstat newfstatat statx access faccessat faccessat2
        getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat
        renameat2 link linkat symlink symlinkat readlink readlinkat
        truncate umask flock dup dup2 dup3""",
    "memory": "brk mmap munmap mremap mprotect madvise",
    "threads": """
        set_robust_list rseq gettid sched_yield sched_getaffinity getcpu exit exit_group
        restart_syscall""",
    "signals within the process": """
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack pause""",
    "the event loop": """
        epoll_create1 epoll_ctl epoll_wait epoll_pwait poll ppoll select pselect6 eventfd2
        pipe pipe2 timerfd_create timerfd_settime""",
    "sockets that are open already: the gateway's links and the control channel": """
        accept accept4 recvfrom shutdown getsockname getpeername""",
    "time": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times",
    "who and where am I": """
        getpid getppid getuid geteuid getgid getegid getpgrp uname sysinfo getrusage getrandom""",
    "waiting for children that cannot exist": "wait4",
}

# Only certain uses of these get through: see _add_narrowed.
NARROWED: dict[str, str] = {
    "clone": "to start a thread; never a process or a namespace",
    "futex": "locks; never those with priority inheritance, which only real-time code needs",
    "fcntl": "flags, locks, duplicates; never to have a signal sent to another process",
    "ioctl": "non-blocking, close-on-exec, bytes to read",
    "prctl": "the thread's name",
    "prlimit64": "to read a limit, never to set one",
    "open": "without setuid and setgid bits",
    "openat": "without setuid and setgid bits",
    "chmod": "without setuid and setgid bits",
    "fchmod": "without setuid and setgid bits",
    "fchmodat": "without setuid and setgid bits",
    "utimensat": "times of files; without effect where the files of others belong to one's user",
    "sendto": "without an address",
    "socketpair": "two ends of a stream",
    "getsockopt": "type and error; never the peer as a pidfd",
    "setsockopt": "sizes and timeouts; never a filter program",
    "kill": "itself, where it is the first process of a PID namespace",
    "tgkill": "itself, where it is the first process of a PID namespace",
}

# Known to be dangerous: refused in words, whatever the tier.
REFUSED = """
    execve execveat fork vfork socket connect bind listen ptrace process_vm_readv process_vm_writev
    memfd_create memfd_secret io_uring_setup io_uring_enter io_uring_register bpf keyctl add_key
    request_key userfaultfd perf_event_open unshare setns mount umount2 pivot_root chroot
    open_tree move_mount fsopen fsmount fsconfig mount_setattr init_module finit_module
    delete_module kexec_load kexec_file_load reboot swapon swapoff setuid setgid setreuid setregid
    setresuid setresgid setgroups capset mknod mknodat chown fchown lchown fchownat personality
    pidfd_open pidfd_getfd pidfd_send_signal process_madvise setrlimit tkill rt_sigqueueinfo
    rt_tgsigqueueinfo open_by_handle_at name_to_handle_at quotactl acct syslog seccomp
    landlock_create_ruleset setpriority sched_setscheduler sched_setattr setsid setpgid
    sendmsg sendmmsg recvmsg recvmmsg creat arch_prctl modify_ldt"""

# Not supported reads better than not permitted: shutil.copy2 then goes on without them.
# fallocate can take blocks beyond RLIMIT_FSIZE; glibc writes zeros in its place.
_UNSUPPORTED = """
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr fsetxattr fallocate"""

_CLONE_VM, _CLONE_THREAD = 0x100, 0x10000
_CLONE_NEW_ANYTHING = 0x7E020080
_IOCTLS = {"FIOCLEX": 0x5451, "FIONBIO": 0x5421, "FIONREAD": 0x541B, "TCGETS": 0x5401}
_PRCTLS = {"PR_SET_NAME": 15, "PR_GET_NAME": 16}
_AF_UNIX, _AF_INET, _SOCK_STREAM, _SOCK_TYPE_MASK, _IPPROTO_TCP = 1, 2, 1, 0xF, 6
# What a worker with a door to the egress proxy may do besides -> why.
EGRESS = {
    "socket": "TCP over IPv4 only, to reach the door",
    "connect": "the door is all there is to connect to",
}
_ITSELF = 1  # a worker is the first process of its PID namespace
_SETID = 0o6000
_FUTEX_COMMAND = 0x7F
# WAIT WAKE REQUEUE CMP_REQUEUE WAKE_OP WAIT_BITSET WAKE_BITSET
_FUTEXES = (0, 1, 3, 4, 5, 9, 10)
# DUPFD GETFD SETFD GETFL SETFL GETLK SETLK SETLKW, the OFD_ three, DUPFD_CLOEXEC, pipe sizes
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
_BAD_FCNTLS = (8, 10, 15, 1024, 1026)  # SETOWN SETSIG SETOWN_EX SETLEASE NOTIFY
_SOL_SOCKET, _SOL_TCP = 1, 6
_GETSOCKOPTS = (2, 3, 4, 7, 8, 9, 30, 38, 39)  # REUSEADDR TYPE ERROR SNDBUF RCVBUF KEEPALIVE ...
_SETSOCKOPTS = (2, 7, 8, 9, 20, 21)  # REUSEADDR SNDBUF RCVBUF KEEPALIVE RCVTIMEO SNDTIMEO


def build(*, own_pid_namespace: bool, own_files: bool, egress: bool = False) -> bytes:
    """The BPF program. Outside a PID namespace even signals to itself are refused.

    Without `own_files` the worker runs as a user to whom files of others belong, and neither
    Landlock nor anything else guards their modes and times: changing them has no effect then.
    With `egress` TCP sockets can be made and connected: for a worker whose network namespace holds
    nothing but the door to the proxy.
    Raises OSError when this machine's libseccomp cannot build it.
    """
    rules = sc.SyscallFilter(sc.ERRNO(errno.ENOSYS))
    rules.set_attr(sc.Attr.ACT_BADARCH, sc.KILL_PROCESS)  # x32 and 32-bit calls
    for names in ALLOWED.values():
        _add(rules, sc.ALLOW, names.split())
    _add(rules, sc.ERRNO(errno.EPERM), set(REFUSED.split()) - (EGRESS.keys() if egress else set()))
    if egress:
        _add_egress(rules)
    _add(rules, sc.ERRNO(errno.ENOTSUP), _UNSUPPORTED.split())
    _add_narrowed(rules)
    _add_file_modes(rules, own_files=own_files)
    _add_sockets(rules)
    _add_signals(rules, own_pid_namespace=own_pid_namespace)
    return _export(rules)


def reasons(*, egress: bool = False) -> dict[str, str]:
    """Every call that gets through, some of them with certain arguments only -> why."""
    free = {name: reason for reason, names in ALLOWED.items() for name in names.split()}
    return free | NARROWED | (EGRESS if egress else {})


def _add(rules: sc.SyscallFilter, action: int, names: Iterable[str]) -> None:
    for name in names:
        try:
            rules.add_rule(action, name)
        except (RuntimeError, ValueError, OSError):
            continue  # this processor or this libseccomp does not know it: then it is ENOSYS


def _add_narrowed(rules: sc.SyscallFilter) -> None:
    thread = _CLONE_VM | _CLONE_THREAD
    mask = thread | _CLONE_NEW_ANYTHING
    refused = sc.ERRNO(errno.EPERM)
    rules.add_rule(sc.ALLOW, "clone", sc.Arg(0, sc.MASKED_EQ, mask, thread))
    rules.add_rule(refused, "clone", sc.Arg(0, sc.MASKED_EQ, _CLONE_THREAD, 0))
    for command in _FUTEXES:
        rules.add_rule(sc.ALLOW, "futex", sc.Arg(1, sc.MASKED_EQ, _FUTEX_COMMAND, command))
    for command in _FCNTLS:
        rules.add_rule(sc.ALLOW, "fcntl", sc.Arg(1, sc.EQ, command))
    for command in _BAD_FCNTLS:
        rules.add_rule(refused, "fcntl", sc.Arg(1, sc.EQ, command))
    for request in _IOCTLS.values():
        rules.add_rule(sc.ALLOW, "ioctl", sc.Arg(1, sc.EQ, request))
    for option in _PRCTLS.values():
        rules.add_rule(sc.ALLOW, "prctl", sc.Arg(0, sc.EQ, option))
    rules.add_rule(sc.ALLOW, "prlimit64", sc.Arg(2, sc.EQ, 0))  # read, never set
    rules.add_rule(refused, "prlimit64", sc.Arg(2, sc.NE, 0))


def _add_file_modes(rules: sc.SyscallFilter, *, own_files: bool) -> None:
    for name, place in (("open", 2), ("openat", 3)):
        _add_without_setid(rules, name, place, sc.ALLOW)
    done = sc.ALLOW if own_files else sc.ERRNO(0)
    for name, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
        _add_without_setid(rules, name, place, done)
    rules.add_rule(done, "utimensat")


def _add_without_setid(rules: sc.SyscallFilter, name: str, place: int, action: int) -> None:
    rules.add_rule(action, name, sc.Arg(place, sc.MASKED_EQ, _SETID, 0))
    for bits in (0o2000, 0o4000, 0o6000):
        rules.add_rule(sc.ERRNO(errno.EPERM), name, sc.Arg(place, sc.MASKED_EQ, _SETID, bits))


def _add_sockets(rules: sc.SyscallFilter) -> None:
    # A datagram socket could be sent from to any path; a stream pair is only ever two ends.
    stream = sc.Arg(1, sc.MASKED_EQ, _SOCK_TYPE_MASK, _SOCK_STREAM)
    rules.add_rule(sc.ALLOW, "socketpair", sc.Arg(0, sc.EQ, _AF_UNIX), stream)
    rules.add_rule(sc.ALLOW, "sendto", sc.Arg(4, sc.EQ, 0))  # no address
    for name, options in (("getsockopt", _GETSOCKOPTS), ("setsockopt", _SETSOCKOPTS)):
        for option in options:
            level = sc.Arg(1, sc.EQ, _SOL_SOCKET)
            rules.add_rule(sc.ALLOW, name, level, sc.Arg(2, sc.EQ, option))
        rules.add_rule(sc.ALLOW, name, sc.Arg(1, sc.EQ, _SOL_TCP))


def _add_egress(rules: sc.SyscallFilter) -> None:
    """TCP over IPv4, and nothing to listen with."""
    stream = sc.Arg(1, sc.MASKED_EQ, _SOCK_TYPE_MASK, _SOCK_STREAM)
    for protocol in (0, _IPPROTO_TCP):
        inet = sc.Arg(0, sc.EQ, _AF_INET)
        rules.add_rule(sc.ALLOW, "socket", inet, stream, sc.Arg(2, sc.EQ, protocol))
    others = sc.ERRNO(errno.EAFNOSUPPORT)  # reads as a machine without them: libraries go on
    rules.add_rule(others, "socket", sc.Arg(0, sc.NE, _AF_INET))
    rules.add_rule(sc.ALLOW, "connect")


def _add_signals(rules: sc.SyscallFilter, *, own_pid_namespace: bool) -> None:
    for name in ("kill", "tgkill"):
        if own_pid_namespace:
            rules.add_rule(sc.ALLOW, name, sc.Arg(0, sc.EQ, _ITSELF))
            rules.add_rule(sc.ERRNO(errno.EPERM), name, sc.Arg(0, sc.NE, _ITSELF))
        else:
            rules.add_rule(sc.ERRNO(errno.EPERM), name)


def _export(rules: sc.SyscallFilter) -> bytes:
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0, os.SEEK_SET)
        return file.read()
