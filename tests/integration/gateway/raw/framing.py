"""Where one request ends and the next begins: smuggling, chunks, lines."""

from __future__ import annotations

from tests.integration.gateway.raw.case import KEY, Case, chunked, head, ok, post

SMUGGLED = head(b"/demo/smuggled")
FIVE = b"5\r\nhello\r\n0\r\n\r\n"

CASES = [
    ok(
        "a body by Content-Length",
        post(b"Content-Length: 5", body=b"hello"),
        has=(b'"body":"hello"',),
    ),
    ok("a body in chunks", chunked(FIVE), has=(b'"body":"hello"',)),
    ok("an empty body by Content-Length", post(b"Content-Length: 0")),
    ok("an empty body in chunks", chunked(b"0\r\n\r\n")),
    ok(
        "a GET with a body",
        head(b"/demo/echo", b"Content-Length: 2") + b"hi",
        has=(b'"body":"hi"',),
    ),
    ok("chunk sizes in capitals and with zeros before", chunked(b"0005\r\nhello\r\n0000\r\n\r\n")),
    ok("hexadecimal chunk sizes", chunked(b"A\r\n0123456789\r\n0\r\n\r\n"), has=(b"0123456789",)),
    ok(
        "a chunk extension, which says nothing",
        chunked(b"5;a=b\r\nhello\r\n0\r\n\r\n"),
        has=(b'"body":"hello"',),
    ),
    ok("a quoted chunk extension", chunked(b'5;a="b"\r\nhello\r\n0\r\n\r\n')),
    ok(
        "a trailer, which is no header",
        chunked(b"5\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n"),
        lacks=(b"x-late",),
    ),
    ok(
        "a trailer with a key",
        head(b"/demo/echo", b"Transfer-Encoding: chunked", method=b"POST", key=None)
        + b"0\r\nX-API-Key: "
        + KEY
        + b"\r\n\r\n",
        status=401,
        reached=0,
        closed=True,
    ),
    Case(
        "a trailer that names a length", chunked(b"5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n")
    ),
    ok(
        "Transfer-Encoding in capitals",
        post(b"Transfer-Encoding: CHUNKED", body=FIVE),
        has=(b'"body":"hello"',),
    ),
    Case("CL and TE", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=FIVE)),
    Case("TE and CL", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=FIVE)),
    Case(
        "CL.TE with a request inside",
        post(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
    ),
    Case(
        "TE.CL with a request inside",
        post(
            b"Content-Length: 4",
            b"Transfer-Encoding: chunked",
            body=b"5c\r\n" + SMUGGLED + b"\r\n0\r\n\r\n",
        ),
    ),
    Case(
        "CL and TE in HTTP/1.0",
        head(
            b"/demo/echo",
            b"Content-Length: 5",
            b"Transfer-Encoding: chunked",
            method=b"POST",
            version=b"HTTP/1.0",
        )
        + FIVE,
    ),
    Case(
        "TE in HTTP/1.0",
        head(b"/demo/echo", b"Transfer-Encoding: chunked", method=b"POST", version=b"HTTP/1.0")
        + FIVE,
    ),
    Case("two different CL", post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello!")),
    Case("two equal CL", post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello")),
    Case("a list in CL", post(b"Content-Length: 5, 5", body=b"hello")),
    Case("a negative CL", post(b"Content-Length: -5", body=b"hello")),
    Case("a CL with a sign", post(b"Content-Length: +5", body=b"hello")),
    Case("a hexadecimal CL", post(b"Content-Length: 0x5", body=b"hello")),
    Case("a CL with a space inside", post(b"Content-Length: 1 5", body=b"hello")),
    Case("a CL with a fraction", post(b"Content-Length: 5.0", body=b"hello")),
    Case("an empty CL", post(b"Content-Length: ", body=b"hello")),
    Case("a CL beyond 64 bits", post(b"Content-Length: 99999999999999999999999", body=b"hello")),
    Case("a CL with an underscore", post(b"Content-Length: 1_0", body=b"0123456789")),
    Case("a CL with a vertical tab", post(b"Content-Length: \x0b5", body=b"hello")),
    Case("TE: gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=FIVE)),
    Case("TE: chunked, gzip", post(b"Transfer-Encoding: chunked, gzip", body=FIVE)),
    Case("TE: chunked, identity", post(b"Transfer-Encoding: chunked, identity", body=FIVE)),
    Case("TE: identity", post(b"Transfer-Encoding: identity", body=FIVE)),
    Case("TE: xchunked", post(b"Transfer-Encoding: xchunked", body=FIVE)),
    Case("TE: chunkedx", post(b"Transfer-Encoding: chunkedx", body=FIVE)),
    Case("TE: chunked;q=1", post(b"Transfer-Encoding: chunked;q=1", body=FIVE)),
    Case('TE: "chunked"', post(b'Transfer-Encoding: "chunked"', body=FIVE)),
    Case("TE twice", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=FIVE)),
    Case(
        "TE twice, one of them none",
        post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", body=FIVE),
    ),
    Case("an empty TE", post(b"Transfer-Encoding: ", body=FIVE)),
    Case("TE with a vertical tab", post(b"Transfer-Encoding: \x0bchunked", body=FIVE)),
    Case("TE with a space before its colon", post(b"Transfer-Encoding : chunked", body=FIVE)),
    Case("CL with a space before its colon", post(b"Content-Length : 5", body=b"hello")),
    Case("TE behind a bare LF", post(b"X: a\nTransfer-Encoding: chunked", body=FIVE)),
    Case("TE behind a bare CR", post(b"X: a\rTransfer-Encoding: chunked", body=FIVE)),
    Case("TE in an obs-fold", post(b"X: a\r\n Transfer-Encoding: chunked", body=FIVE)),
    Case("TE whose value is folded", post(b"Transfer-Encoding:\r\n chunked", body=FIVE)),
    Case("bare LF between all lines", head().replace(b"\r\n", b"\n")),
    Case("a bare LF before the end of the head", head(b"/demo/echo", b"X: a")[:-4] + b"\n\r\n"),
    Case("bare CR between lines", head().replace(b"\r\n", b"\r")),
    Case("LF CR", head().replace(b"\r\n", b"\n\r")),
    Case("a chunk size that is no number", chunked(b"z\r\nhello\r\n0\r\n\r\n"), status=400),
    Case("a negative chunk size", chunked(b"-5\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk size with a sign", chunked(b"+5\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk size with 0x", chunked(b"0x5\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk size with a space before", chunked(b" 5\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk size with a space behind", chunked(b"5 \r\nhello\r\n0\r\n\r\n")),
    Case("an empty chunk size", chunked(b"\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk size beyond 64 bits", chunked(b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk that is longer than its size", chunked(b"3\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk that ends with a bare LF", chunked(b"5\r\nhello\n0\r\n\r\n")),
    Case("a chunk size that ends with a bare LF", chunked(b"5\nhello\r\n0\r\n\r\n")),
    Case("a chunk extension with a bare LF", chunked(b"5;a\nb\r\nhello\r\n0\r\n\r\n")),
    Case("a chunk extension with a bare CR", chunked(b"5;a\rb\r\nhello\r\n0\r\n\r\n")),
    Case("chunks that end with a bare LF", chunked(b"5\r\nhello\r\n0\n\n")),
    Case("a trailer with a bare LF", chunked(b"5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n")),
    Case("a trailer that is no header", chunked(b"5\r\nhello\r\n0\r\nno header\r\n\r\n")),
]
