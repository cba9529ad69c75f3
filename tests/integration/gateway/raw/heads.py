"""Request lines and headers: ill-formed ones, keys, and what claims to come from the platform."""

from __future__ import annotations

from tests.integration.gateway.raw.case import KEY, OTHER_KEY, Case, head, ok

DENIED = {"status": 401, "reached": 0}
TOO_MANY = [b"X-%d: 1" % number for number in range(130)]


def passed(name: str, *headers: bytes, lacks: tuple[bytes, ...] = (), **more: object) -> Case:
    """User code gets the request, without what the headers claim."""
    return ok(name, head(b"/demo/echo", *headers), lacks=lacks, **more)


CASES = [
    Case("an unknown version", head(version=b"HTTP/1.2")),
    Case("HTTP/2 without its preface", head(version=b"HTTP/2.0")),
    Case("HTTP/0.9", b"GET /demo/echo\r\n\r\n"),
    Case("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Case("a version in small letters", head(version=b"http/1.1")),
    Case("no version", head(version=b"")),
    Case("a method that is none", head(method=b"GE T")),
    Case("a method in small letters", head(method=b"get")),
    Case("an unknown method", head(method=b"FROB")),
    Case("a TLS hello", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(40)),
    Case("NULs", bytes(64)),
    Case("a space before the request line", b" " + head()),
    Case("a space before the first header", head().replace(b"\r\nHost", b"\r\n Host")),
    ok("an empty line before the request", b"\r\n" + head()),
    Case("a header without a colon", head(b"/demo/echo", b"nothing")),
    Case("a header without a name", head(b"/demo/echo", b": a")),
    Case("a space in a header's name", head(b"/demo/echo", b"X A: b")),
    Case("a space before a colon", head(b"/demo/echo", b"X-A : b")),
    Case("a NUL in a header's name", head(b"/demo/echo", b"X\x00A: b")),
    Case("a NUL in a header's value", head(b"/demo/echo", b"X-A: b\x00c")),
    Case("a control byte in a header's value", head(b"/demo/echo", b"X-A: b\x01c")),
    Case("a DEL in a header's value", head(b"/demo/echo", b"X-A: b\x7fc")),
    Case("a bare CR in a header's value", head(b"/demo/echo", b"X-A: b\rc")),
    Case("a byte above ASCII in a header's name", head(b"/demo/echo", b"X-\xe9: b")),
    Case("an obs-fold", head(b"/demo/echo", b"X-A: b\r\n c")),
    Case("an obs-fold with a tab", head(b"/demo/echo", b"X-A: b\r\n\tc")),
    ok("a tab in a header's value", head(b"/demo/echo", b"X-A: b\tc")),
    ok("bytes above ASCII in a header's value", head(b"/demo/echo", b"X-A: \xe9")),
    ok("an empty header", head(b"/demo/echo", b"X-A:"), has=(b'"x-a"',)),
    # Keys
    ok("no key", head(key=None), **DENIED, has=(b"missing_key",)),
    ok("an empty key", head(key=b""), **DENIED, has=(b"missing_key",)),
    ok("a wrong key", head(key=b"ak_live_wrong"), **DENIED, has=(b"invalid_key",)),
    ok("another Api's key", head(key=OTHER_KEY), **DENIED, has=(b"invalid_key",)),
    ok(
        "the key as a bearer",
        head(b"/demo/echo", b"Authorization: Bearer " + KEY, key=None),
        lacks=(b"authorization", KEY),
    ),
    ok("the same key twice", head(b"/demo/echo", b"Authorization: bearer " + KEY), lacks=(KEY,)),
    Case(
        "two different keys",
        head(b"/demo/echo", b"Authorization: Bearer " + OTHER_KEY),
        has=(b"ambiguous_key",),
    ),
    Case(
        "two different keys, the good one last",
        head(b"/demo/echo", b"X-API-Key: " + KEY, key=OTHER_KEY),
        has=(b"ambiguous_key",),
    ),
    Case(
        "two bearers",
        head(b"/demo/echo", b"Authorization: Bearer a", b"Authorization: Bearer " + KEY, key=None),
        has=(b"ambiguous_key",),
    ),
    ok("a key in the query", head(b"/demo/echo?api_key=" + KEY, key=None), **DENIED),
    ok("a key in a cookie", head(b"/demo/echo", b"Cookie: x-api-key=" + KEY, key=None), **DENIED),
    ok(
        "a key under a name with an underscore",
        head(b"/demo/echo", b"X_API_Key: " + KEY, key=None),
        **DENIED,
    ),
    ok(
        "another scheme of Authorization, which is the Api's",
        head(b"/demo/echo", b"Authorization: Basic YTpi"),
        has=(b"basic ytpi",),
    ),
    # Forged headers
    passed("a forged X-Forwarded-For", b"X-Forwarded-For: 6.6.6.6", lacks=(b"6.6.6.6",)),
    passed("a forged Forwarded", b"Forwarded: for=6.6.6.6;host=evil", lacks=(b"6.6.6.6",)),
    passed("a forged X-Real-IP", b"X-Real-IP: 6.6.6.6", lacks=(b"6.6.6.6",)),
    passed("a forged X-Forwarded-Proto", b"X-Forwarded-Proto: https", lacks=(b'"https"',)),
    passed(
        "a forged X-Forwarded-Host", b"X-Forwarded-Host: evil.example", lacks=(b"evil.example",)
    ),
    passed("a forged X-Forwarded-Prefix", b"X-Forwarded-Prefix: /evil", lacks=(b"/evil",)),
    passed(
        "a forged request id", b"X-Request-ID: forged-request-id", lacks=(b"forged-request-id",)
    ),
    passed("a forged platform header", b"X-ApiBuilder-Owner: me", lacks=(b"x-apibuilder",)),
    passed(
        "a forged platform header in capitals",
        b"X-APIBUILDER-PLAN: business",
        lacks=(b"x-apibuilder",),
    ),
    Case(
        "a forged signature of the edge beside a key",
        head(
            b"/demo/echo",
            b"X-ApiBuilder-Edge: v1 t=1 n=" + b"0" * 32 + b" k=" + b"0" * 64 + b" s=" + b"0" * 64,
        ),
        has=(b"ambiguous_key",),
    ),
    ok(
        "a forged signature of the edge",
        head(
            b"/demo/echo",
            b"X-ApiBuilder-Edge: v1 t=1 n=" + b"0" * 32 + b" k=" + b"0" * 64 + b" s=" + b"0" * 64,
            key=None,
        ),
        **DENIED,
    ),
    # Hop by hop
    passed(
        "Proxy-Authorization", b"Proxy-Authorization: Basic YTpi", lacks=(b"proxy-authorization",)
    ),
    passed(
        "Keep-Alive and TE",
        b"Keep-Alive: timeout=9",
        b"TE: trailers",
        lacks=(b"keep-alive", b'"te"'),
    ),
    passed(
        "headers named by Connection", b"Connection: x-secret", b"X-Secret: 1", lacks=(b"x-secret",)
    ),
    passed(
        "Connection naming Host away", b"Connection: host, content-length", has=(b"api.example",)
    ),
    passed(
        "Connection naming the platform's header away",
        b"Connection: x-forwarded-for",
        has=(b"x-forwarded-for",),
    ),
    passed(
        "an Upgrade that is not followed",
        b"Connection: upgrade",
        b"Upgrade: h2c",
        b"HTTP2-Settings: AAA",
        closed=True,
        lacks=(b"h2c",),
    ),
    Case(
        "an Upgrade with a body",
        head(
            b"/demo/echo",
            b"Connection: upgrade",
            b"Upgrade: h2c",
            b"Content-Length: 2",
            method=b"POST",
        )
        + b"hi",
    ),
    ok(
        "a request behind an Upgrade that is not followed",
        head(b"/demo/echo", b"Connection: upgrade", b"Upgrade: h2c") + head(b"/demo/smuggled"),
        closed=True,
    ),
    passed("Connection: close", b"Connection: close", closed=True),
    passed("Expect: 100-continue", b"Expect: 100-continue", lacks=(b"expect",)),
    # Sizes
    Case(
        "too many headers", head(b"/demo/echo", *TOO_MANY), status=431, has=(b"headers_too_large",)
    ),
    Case("a header that is too long", head(b"/demo/echo", b"X-A: " + b"a" * 70_000), status=431),
    Case(
        "a name that is too long", head(b"/demo/echo", b"X-" + b"a" * 70_000 + b": 1"), status=431
    ),
    Case("a target that is too long", head(b"/demo/" + b"a" * 70_000), status=431),
    Case("a query that is too long", head(b"/demo/echo?" + b"a" * 70_000), status=431),
    Case("a request line without an end", b"GET /" + b"a" * 200_000, status=431),
    Case("a head without an end", head()[:-2] + b"X-A: 1\r\n" * 20_000, status=431),
    ok("a target of 8 KB", head(b"/demo/echo?" + b"a" * 8000)),
    Case(
        "a body that is announced too large",
        head(b"/demo/echo", b"Content-Length: 99999999", method=b"POST"),
        status=413,
        has=(b"request_body_bytes",),
    ),
    Case(
        "a body in chunks that grows too large",
        head(b"/demo/echo", b"Transfer-Encoding: chunked", method=b"POST")
        + b"ffff\r\n"
        + b"a" * 65535
        + b"\r\n"
        + b"ffff\r\n"
        + b"a" * 65535
        + b"\r\n0\r\n\r\n",
        status=413,
    ),
    # Several at once
    ok("two requests at once", head() + head(), answers=2, reached=2),
    ok("ten requests at once", head() * 10, answers=10, reached=10),
    ok(
        "a body and a request at once",
        head(b"/demo/echo", b"Content-Length: 5", method=b"POST") + b"hello" + head(),
        answers=2,
        reached=2,
    ),
    Case("an ill request behind a good one", head() + b"nonsense\r\n\r\n", status=200, reached=1),
    Case("a good request behind an ill one", b"nonsense\r\n\r\n" + head()),
    Case(
        "a request behind Connection: close",
        head(b"/demo/echo", b"Connection: close") + head(),
        status=200,
        reached=1,
    ),
    Case("a request behind one without a Host", head(host=None) + head()),
    ok("a request behind a wrong key", head(key=b"ak_live_wrong") + head(), answers=2),
    ok("HEAD, then a request", head(method=b"HEAD") + head(), answers=2, reached=2),
]
