"""The system calls that a worker may make, compiled to a BPF program.

Runs in the supervisor: the compiler is not in the environment user code runs in. Whatever is not
named here does not exist for user code (ENOSYS), so programs that probe for a newer call fall back
to an older one; what is known to be dangerous is refused with EPERM, which reads better in a
traceback. The total is pinned by a test: a call is added on purpose or not at all.
"""

from __future__ import annotations

import errno
import os
import tempfile

import pyseccomp as sc

# reason -> calls allowed with any arguments
ALLOWED: dict[str, str] = {
    "read and write what is open": """
        read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range
        fsync fdatasync ftruncate fallocate copy_file_range sendfile fadvise64""",
    "files below /data and /tmp; Landlock and the mount table decide where": """
        open openat creat stat lstat fstat newfstatat statx access faccessat faccessat2
        getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat
        renameat2 link linkat symlink symlinkat readlink readlinkat chmod fchmod fchmodat
        utimensat truncate umask flock fcntl dup dup2 dup3""",
    "memory": "brk mmap munmap mremap mprotect madvise",
    "threads": """
        futex set_robust_list rseq set_tid_address gettid sched_yield sched_getaffinity
        membarrier getcpu exit exit_group arch_prctl restart_syscall""",
    "signals within the process": """
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack pause""",
    "the event loop": """
        epoll_create1 epoll_ctl epoll_wait epoll_pwait poll ppoll select pselect6 eventfd2
        pipe pipe2 timerfd_create timerfd_settime""",
    "sockets that are open already: the gateway's links and the control channel": """
        accept accept4 recvfrom recvmsg sendmsg shutdown getsockname getpeername
        getsockopt setsockopt""",
    "time": "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times",
    "who and where am I": """
        getpid getppid getuid geteuid getgid getegid getpgrp uname sysinfo getrusage getrandom""",
    "waiting for children that cannot exist": "wait4",
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
    landlock_create_ruleset setpriority sched_setscheduler sched_setattr setsid setpgid"""

# Not supported reads better than not permitted: shutil.copy2 then goes on without them.
_UNSUPPORTED = "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr fsetxattr"

_CLONE_VM, _CLONE_THREAD = 0x100, 0x10000
_CLONE_NEW_ANYTHING = 0x7E020080
_IOCTLS = {"FIOCLEX": 0x5451, "FIONBIO": 0x5421, "FIONREAD": 0x541B, "TCGETS": 0x5401}
_PRCTLS = {"PR_SET_NAME": 15, "PR_GET_NAME": 16}
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_NARROWED = ["clone", "ioctl", "prctl", "prlimit64", "sendto", "socketpair", "kill", "tgkill"]
_ITSELF = 1  # a worker is the first process of its PID namespace


def build(*, own_pid_namespace: bool) -> bytes:
    """The BPF program. Outside a PID namespace even signals to itself are refused.

    Raises OSError when this machine's libseccomp cannot build it.
    """
    rules = sc.SyscallFilter(sc.ERRNO(errno.ENOSYS))
    rules.set_attr(sc.Attr.ACT_BADARCH, sc.KILL_PROCESS)  # x32 and 32-bit calls
    for names in ALLOWED.values():
        _add(rules, sc.ALLOW, names)
    _add(rules, sc.ERRNO(errno.EPERM), REFUSED)
    _add(rules, sc.ERRNO(errno.ENOTSUP), _UNSUPPORTED)
    _add_narrowed(rules)
    _add_signals(rules, own_pid_namespace=own_pid_namespace)
    return _export(rules)


def reachable() -> set[str]:
    """Names of all calls that get through, some of them with certain arguments only."""
    names = {name for group in ALLOWED.values() for name in group.split()}
    return names | set(_NARROWED)


def _add(rules: sc.SyscallFilter, action: int, names: str) -> None:
    for name in names.split():
        try:
            rules.add_rule(action, name)
        except (RuntimeError, ValueError, OSError):
            continue  # this processor or this libseccomp does not know it: then it is ENOSYS


def _add_narrowed(rules: sc.SyscallFilter) -> None:
    """Calls of which only certain uses are allowed."""
    thread = _CLONE_VM | _CLONE_THREAD
    mask = thread | _CLONE_NEW_ANYTHING
    rules.add_rule(sc.ALLOW, "clone", sc.Arg(0, sc.MASKED_EQ, mask, thread))
    rules.add_rule(sc.ERRNO(errno.EPERM), "clone", sc.Arg(0, sc.MASKED_EQ, _CLONE_THREAD, 0))
    for request in _IOCTLS.values():
        rules.add_rule(sc.ALLOW, "ioctl", sc.Arg(1, sc.EQ, request))
    for option in _PRCTLS.values():
        rules.add_rule(sc.ALLOW, "prctl", sc.Arg(0, sc.EQ, option))
    # A datagram socket could be sent from to any path; a stream pair is only ever two ends.
    stream = sc.Arg(1, sc.MASKED_EQ, _SOCK_TYPE_MASK, _SOCK_STREAM)
    rules.add_rule(sc.ALLOW, "socketpair", sc.Arg(0, sc.EQ, _AF_UNIX), stream)
    rules.add_rule(sc.ALLOW, "sendto", sc.Arg(4, sc.EQ, 0))  # no address
    rules.add_rule(sc.ALLOW, "prlimit64", sc.Arg(2, sc.EQ, 0))  # read, never set


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
