"""Requests that are none, or are more than one: bytes, and the status they are answered with.

Know before changing: docs/reference/conformance.md tells what is tried. A case is tried on the reader alone
and over a real socket.
"""

from collections.abc import Iterator

from web.heads import HEAD_BYTES_MAX, HEADERS_MAX, LINE_BYTES_MAX

GOOD = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
"""Not ended yet: a case adds its own headers."""


def _lines(*lines: bytes) -> bytes:
    return b"\r\n".join((*lines, b"", b""))


def _first_lines() -> Iterator[tuple[str, bytes, int]]:
    for method in (b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"get", b"GETT", b"X" * 40):
        yield f"method {method.decode()}", _lines(method + b" / HTTP/1.1", b"Host: x"), 405
    yield "HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400
    yield "SSH", b"SSH-2.0-OpenSSH_9.2\r\n", 400
    yield "Redis", b"*1\r\n$4\r\nPING\r\n", 400
    yield "an empty line first", b"\r\n" + GOOD + b"\r\n", 400
    yield "a space first", b" " + GOOD + b"\r\n", 400
    for version, status in (
        (b"HTTP/2.0", 505),
        (b"HTTP/1.2", 505),
        (b"http/1.1", 400),
        (b"HTTP/1.1 ", 400),
        (b"", 400),
    ):
        yield f"version {version.decode()!r}", _lines(b"GET / " + version, b"Host: x"), status
    yield "HTTP/0.9", b"GET /\r\n\r\n", 400
    yield "two spaces", _lines(b"GET  / HTTP/1.1", b"Host: x"), 400
    yield "a tab", _lines(b"GET\t/ HTTP/1.1", b"Host: x"), 400
    for target in (
        b"http://x/", b"https://evil.example/ws", b"//x:y@z/ /", b"*", b"x:80", b"", b"/a b", b"/#part",
        b"/\x00", b"/\x7f", b"/\xc3\xa7", b"/%00", b"/snapshot/mayor.json%00.html",
        b"/%0d%0aSet-Cookie:%20a=b", b"/%1F", b"ws", b"../etc/passwd", b"\\",
    ):  # fmt: skip
        yield f"target {target!r}", _lines(b"GET " + target + b" HTTP/1.1", b"Host: x"), 400
    longest = b"GET /" + b"x" * LINE_BYTES_MAX + b" HTTP/1.1"
    yield "a line too long", _lines(longest, b"Host: x"), 414
    yield "a line too long, without an end", longest[: LINE_BYTES_MAX + 1], 414


def _headers() -> Iterator[tuple[str, bytes, int]]:
    for name, line in (
        ("folded", b"X-A: 1\r\n b: 2"), ("folded by a tab", b"X-A: 1\r\n\tb: 2"), ("no colon", b"X-A"),
        ("no name", b": 1"), ("a space before the colon", b"Content-Length : 0"), ("a NUL", b"X-A: \x00"),
        ("a control character", b"X-A: \x0b"), ("a name with a space", b"X A: 1"),
        ("a name in UTF-8", b"\xc3\xa7: 1"),
        ("a bare carriage return", b"X-A: 1\r2: 3"), ("a bare line feed", b"X-A: 1\n2: 3"),
    ):  # fmt: skip
        yield f"header: {name}", GOOD + line + b"\r\n\r\n", 400
    yield "only line feeds", GOOD.replace(b"\r", b"") + b"\n", 400
    yield "no host", b"GET / HTTP/1.1\r\n\r\n", 400
    yield "two hosts", GOOD + b"Host: y\r\n\r\n", 400
    for host in (b"x y", b"x/y", b"http://x", b"x:port", b"x,y", b"[::1", b"x\xff"):
        status = 200 if host == b"x,y" else 400  # a comma is a letter of a name, by RFC 3986
        yield f"host {host!r}", b"GET /health/live HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", status
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(HEADERS_MAX))
    yield "too many headers", GOOD + many + b"\r\n", 431
    yield "a header too long", GOOD + b"X-A: " + b"x" * LINE_BYTES_MAX + b"\r\n\r\n", 431
    large = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(HEAD_BYTES_MAX // 1000 + 1))
    yield "a head too long", GOOD + large + b"\r\n", 431
    yield "a head too long, without an end", GOOD + large + b"X-A", 431


def _bodies() -> Iterator[tuple[str, bytes, int]]:
    smuggled = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    for line in (
        b"Content-Length: 1", b"Content-Length: 44", b"Content-Length: -1", b"Content-Length: +0",
        b"Content-Length: 0x2C", b"Content-Length: 4 4", b"Content-Length: 0, 44", b"Content-Length: 00",
        b"Content-Length:", b"content-length: 44", b"Content-Length: 0\r\nContent-Length: 0",
        b"Content-Length: 0\r\nContent-Length: 44", b"Content-Length: 44\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        b"Transfer-Encoding : chunked", b"X: y\rTransfer-Encoding: chunked",
        b"Transfer-Encoding\x00: chunked",
    ):  # fmt: skip
        yield f"body: {line!r}", GOOD + line + b"\r\n\r\n" + smuggled, 400


def _good() -> Iterator[tuple[str, bytes, int]]:
    yield "plain", GOOD + b"\r\n", 200
    yield "HTTP/1.0 without a host", b"GET /health/live HTTP/1.0\r\n\r\n", 200
    yield "HEAD", GOOD.replace(b"GET", b"HEAD") + b"\r\n", 200
    yield "no body, and it says so", GOOD + b"Content-Length: 0\r\n\r\n", 200
    yield "an IPv6 host", b"GET /health/live HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200
    yield "as many headers as there may be", GOOD + b"X: 1\r\n" * (HEADERS_MAX - 1) + b"\r\n", 200
    yield "letters of Latin-1", GOOD + b"X-A: se\xe7im\r\n\r\n", 200
    yield "a second request behind it", (GOOD + b"\r\n") * 2, 200
    yield "an HTTP/2 upgrade", GOOD + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n", 200


def _paths() -> Iterator[tuple[str, bytes, int]]:
    for path in (
        b"/static/../gateway.py", b"/static/%2e%2e/gateway.py", b"/static/..%2fgateway.py", b"/..", b"/./ws",
        b"/static/..\\gateway.py", b"//static//board.css", b"/static//etc/passwd",
        b"/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        b"/static/board.css/..", b"/WS", b"/ws/", b"/snapshot/../ws",
    ):  # fmt: skip
        yield f"path {path!r}", _lines(b"GET " + path + b" HTTP/1.1", b"Host: x"), 404


READ = (*_first_lines(), *_headers(), *_bodies(), *_good())
"""What the reader has an opinion of: 200 is a request."""
ASKED = (*READ, *_paths())
"""And what the gateway answers."""
