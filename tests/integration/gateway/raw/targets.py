"""What a request is aimed at: paths that two parsers read differently, absolute URIs, Hosts."""

from __future__ import annotations

from tests.integration.gateway.raw.case import HOST, KEY, Case, head, ok

UNKNOWN = {"status": 401, "reached": 0}  # as any Api that does not exist


def bad(name: str, target: bytes) -> Case:
    return Case(f"{name}: `{target.decode('latin-1')}`", head(target))


CASES = [
    ok("a plain path", head(b"/demo/echo/a/b"), has=(b'"raw_path":"/echo/a/b"',)),
    ok("an Api's own root", head(b"/demo"), has=(b'"raw_path":"/"',)),
    ok("an Api's own root with its slash", head(b"/demo/"), has=(b'"raw_path":"/"',)),
    ok(
        "a query with anything in it",
        head(b"/demo/echo?a=..%2f&b=%00&c=/../;"),
        has=(b"a=..%2f&b=%00&c=/../;",),
    ),
    ok(
        "an escaped letter, kept as it was sent",
        head(b"/demo/echo/%61"),
        has=(b'"raw_path":"/echo/%61"', b'"path":"/echo/a"'),
    ),
    ok(
        "an escaped slash, kept as it was sent",
        head(b"/demo/echo/a%2Fb"),
        has=(b'"raw_path":"/echo/a%2Fb"',),
    ),
    ok("UTF-8 in escapes", head(b"/demo/echo/%C3%A9")),
    ok("a double slash, kept", head(b"/demo/echo//a"), has=(b'"raw_path":"/echo//a"',)),
    ok("a path parameter, kept", head(b"/demo/echo;a=b/c"), has=(b'"raw_path":"/echo;a=b/c"',)),
    ok("a single dot, kept", head(b"/demo/echo/./a"), has=(b'"raw_path":"/echo/./a"',)),
    ok(
        "three dots, which are a name",
        head(b"/demo/echo/.../a"),
        has=(b'"raw_path":"/echo/.../a"',),
    ),
    ok("a slash before the name, which is nobody's", head(b"//demo/echo"), **UNKNOWN),
    ok("a name with an escape, which is nobody's", head(b"/d%65mo/echo"), **UNKNOWN),
    ok("a name with an escaped slash", head(b"/demo%2Fecho"), **UNKNOWN),
    ok("a name with a parameter", head(b"/demo;a=b/echo"), **UNKNOWN),
    ok("a name in capitals", head(b"/DEMO/echo"), **UNKNOWN),
    ok("a name with a dot behind", head(b"/demo./echo"), **UNKNOWN),
    ok("no name", head(b"/"), **UNKNOWN),
    bad("dots", b"/demo/../other/echo"),
    bad("dots at the end", b"/demo/echo/.."),
    bad("dots as the name", b"/../demo/echo"),
    bad("dots with an escaped slash", b"/demo/..%2fother/echo"),
    bad("dots with an escaped slash in capitals", b"/demo/..%2Fother"),
    bad("escaped dots", b"/demo/%2e%2e/other"),
    bad("half escaped dots", b"/demo/.%2e/other"),
    bad("dots escaped twice", b"/demo/%252e%252e/other"),
    bad("dots escaped three times", b"/demo/%25252e%25252e/other"),
    bad("a slash escaped twice", b"/demo/..%252fother"),
    bad("a backslash", b"/demo\\echo"),
    bad("dots with a backslash", b"/demo/..\\other"),
    bad("an escaped backslash", b"/demo/..%5cother"),
    bad("an escaped NUL", b"/demo/echo%00"),
    bad("an escaped NUL in the name", b"/demo%00/echo"),
    bad("a NUL escaped twice", b"/demo/echo%2500"),
    bad("an escaped line end", b"/demo/echo%0d%0aX-A:%20b"),
    bad("an escaped DEL", b"/demo/echo%7f"),
    bad("an escape that is none", b"/demo/echo%zz"),
    bad("half an escape", b"/demo/echo%2"),
    bad("a lone percent sign", b"/demo/echo%"),
    bad("escapes that are no UTF-8", b"/demo/echo/%ff%fe"),
    bad("an overlong UTF-8 slash", b"/demo/..%c0%afother"),
    Case("a raw NUL in the path", head(b"/demo/ec\x00ho")),
    Case("a raw byte above ASCII in the path", head(b"/demo/\xc3\xa9cho")),
    Case("a raw control byte in the path", head(b"/demo/ec\x01ho")),
    Case("a space in the path", head(b"/demo/ec ho")),
    Case("a tab in the path", head(b"/demo/ec\tho")),
    Case("a fragment", head(b"/demo/echo#a")),
    Case("a fragment behind a query", head(b"/demo/echo?a=b#c")),
    Case("a raw NUL in the query", head(b"/demo/echo?a=\x00")),
    Case("a path without its slash", head(b"demo/echo")),
    Case("an empty target", head(b"")),
    Case("a star", head(b"*", method=b"OPTIONS")),
    Case("an authority, as of CONNECT", head(HOST + b":80", method=b"CONNECT")),
    ok(
        "an absolute URI that names the Host",
        head(b"http://api.example/demo/echo"),
        has=(b'"raw_path":"/echo"',),
    ),
    Case("an absolute URI that names another host", head(b"http://evil.example/demo/echo")),
    Case("an absolute URI with another port", head(b"http://api.example:81/demo/echo")),
    Case("an absolute URI with a user", head(b"http://me@api.example/demo/echo")),
    Case("an absolute URI without a host", head(b"http:///demo/echo")),
    Case("an absolute URI of another scheme", head(b"ftp://api.example/demo/echo")),
    Case("an absolute URI without a Host header", head(b"http://api.example/demo/echo", host=None)),
    Case("no Host", head(host=None)),
    ok("no Host in HTTP/1.0", head(host=None, version=b"HTTP/1.0"), closed=True),
    Case("an empty Host", head(host=b"")),
    Case("two Hosts", head(b"/demo/echo", b"Host: evil.example")),
    Case("the same Host twice", head(b"/demo/echo", b"Host: api.example")),
    Case("two hosts in one Host", head(host=b"api.example, evil.example")),
    Case("a Host with a path", head(host=b"api.example/evil")),
    Case("a Host with a user", head(host=b"me@api.example")),
    Case("a Host with a space", head(host=b"api.example evil")),
    Case("a Host with a bad port", head(host=b"api.example:eighty")),
    Case("a Host with two ports", head(host=b"api.example:80:81")),
    Case("a Host with an escape", head(host=b"api%2eexample")),
    Case("a Host with a byte above ASCII", head(host=b"\xe9.example")),
    Case("a Host that begins with a dot", head(host=b".example")),
    Case("a Host with half a bracket", head(host=b"[::1")),
    ok("a Host that is an IPv6 address", head(host=b"[::1]:8080")),
    ok("a Host with a port", head(host=b"api.example:8080"), has=(b"api.example:8080",)),
    Case(
        "a Host in an obs-fold",
        b"GET /demo/echo HTTP/1.1\r\nX: a\r\n Host: evil.example\r\nX-API-Key: "
        + KEY
        + b"\r\nHost: api.example\r\n\r\n",
    ),
]
