"""To reach anybody but the gateway."""

from tests.hostile.program import Program, Refused, attack

_DENIED = Refused(errors=("PermissionError",))


def _reaches(name: str, body: str, held: str = "seccomp, own network") -> Program:
    return Program(name=name, source=attack(body), expect=_DENIED, held=held)


PROGRAMS = [
    _reaches("dial the gateway", "socket.create_connection(('127.0.0.1', {port}), 2)"),
    _reaches("dial the cloud's metadata", "socket.create_connection(('169.254.169.254', 80), 2)"),
    _reaches("dial by IPv6", "socket.socket(socket.AF_INET6).connect(('::1', {port}))"),
    _reaches("send a datagram",
             "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"),
    _reaches("a raw socket", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    _reaches("ask the kernel for its links", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"),
    _reaches("talk to the hypervisor", "socket.socket(40, socket.SOCK_STREAM)"),
    _reaches("load code for a cipher", "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)"),
    _reaches("dial the runtime",
             "socket.socket(socket.AF_UNIX).connect('{socket}')"),
    _reaches("an abstract name on the host",
             "socket.socket(socket.AF_UNIX).connect('\\\\0anything')", "seccomp, Landlock scope"),
    _reaches("serve on a port of its own", "socket.create_server(('0.0.0.0', 0))"),
    _reaches("hand descriptors to the gateway",
             "a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0])", "seccomp"),
    Program(
        name="an unconnected end that reaches any path",
        source=attack("socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)"),
        expect=Refused(errors=("OSError",)),
        held="seccomp",
    ),
    Program(
        name="the gateway's process as a descriptor",
        source=attack("a, b = socket.socketpair(); return a.getsockopt(1, 77)"),
        expect=Refused(errors=("OSError",)),
        held="seccomp",
    ),
    Program(
        name="a filter program on a socket",
        source=attack("a, b = socket.socketpair(); a.setsockopt(1, 26, bytes(16))"),
        expect=Refused(errors=("OSError",)),
        held="seccomp",
    ),
    Program(
        name="look a name up",
        source=attack("return socket.getaddrinfo('example.org', 80)"),
        expect=Refused(errors=("gaierror", "PermissionError")),
        held="seccomp, own network",
    ),
]  # fmt: skip
