"""The head of a request, read strictly, and an answer as bytes: HTTP/1.1 as far as this house needs it.

    found = read(b"GET /ws HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")       (Request, 35); None: not whole yet
    written(answer)                                                 the bytes of a response

Know before changing: this is pure, and reads bytes of strangers. What two programs on the way could read in
two ways is refused, not repaired: a bare line feed, a folded line, a body on a GET, a second Host, a target
that is no path. Every refusal is a HeadError with a status and a sentence; every answer ends its connection,
so nothing that follows a head is ever taken for another request.
"""

import re
from email.utils import formatdate
from http import HTTPStatus

from web.policy import SECURITY
from web.replies import TYPES, Answer, Request, only_get

HEAD_BYTES_MAX = 16 * 1024
"""Longest head; a longer one is answered 431."""
LINE_BYTES_MAX = 8 * 1024
"""Longest request line; a longer one is answered 414. A longer header is answered 431."""
HEADERS_MAX = 64
"""Most headers; at the limit 431. Browsers send about twenty, proxies add a handful."""

END = b"\r\n\r\n"
METHODS = ("GET", "HEAD")
TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
METHOD_BYTES_MAX = 32
TARGET = re.compile(rb"/[\x21-\x22\x24-\x7e]*")
"""A path and perhaps a query: printable ASCII without a space, and without a fragment."""
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
HOST = re.compile(r"(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
BARE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
"""A line feed without a carriage return before it, or the other way round."""
HIDDEN = re.compile(rb"%(?:0[0-9a-f]|1[0-9a-f]|7f)", re.IGNORECASE)
"""Control characters that a later decoding would bring to light."""
VERSIONS = (b"HTTP/1.1", b"HTTP/1.0")


class HeadError(Exception):
    """A request that nobody here answers: a status, and a sentence for whoever sent it."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)

    def answer(self) -> Answer:
        """As HTTP says it."""
        if self.status is HTTPStatus.METHOD_NOT_ALLOWED:
            return only_get()
        plain = {"Content-Type": TYPES["txt"], "Cache-Control": "no-store"}
        return Answer(self.status, plain, f"{self}\n".encode())


def read(data: bytes) -> tuple[Request, int] | None:
    """The request that these bytes begin with, and the length of its head; None: it is not whole yet.

    Names of headers are in lower case; of one that comes several times the values are joined by commas.
    Raises HeadError as soon as what is there cannot become a head any more.
    """
    _method(data)
    end = data.find(END)
    head = data[: end + 2] if end >= 0 else data
    if len(head) > LINE_BYTES_MAX and b"\n" not in head[: LINE_BYTES_MAX + 1]:
        raise HeadError(
            HTTPStatus.REQUEST_URI_TOO_LONG, f"A request line has at most {LINE_BYTES_MAX} bytes."
        )
    if len(head) > HEAD_BYTES_MAX:
        raise _too_large()
    if BARE.search(head):
        raise _bad("A line of a request ends with a carriage return and a line feed, and has neither inside.")
    if end < 0:
        return None
    first, *lines = head[:-2].split(b"\r\n")
    method, target, version = _first(first)
    headers = _headers(lines)
    _no_body(headers)
    _one_host(headers, version)
    return Request(method, target, {name: ", ".join(values) for name, values in headers.items()}), end + len(
        END
    )


def _method(data: bytes) -> None:
    """Whoever does not say GET or HEAD hears it before the rest is there."""
    word, space, _ = data[: METHOD_BYTES_MAX + 1].partition(b" ")
    if not TOKEN.fullmatch(word) and data:
        raise _bad("A request begins with GET or HEAD, a path and HTTP/1.1.")
    if (space or len(word) > METHOD_BYTES_MAX) and word.decode("ascii") not in METHODS:
        raise HeadError(HTTPStatus.METHOD_NOT_ALLOWED, "GET and HEAD only.")


def _first(line: bytes) -> tuple[str, str, bytes]:
    """Method, target and version."""
    parts = line.split(b" ")
    if len(parts) != 3:
        raise _bad("A request begins with GET or HEAD, a path and HTTP/1.1, one space between two.")
    method, target, version = parts
    if version not in VERSIONS:
        if version.startswith(b"HTTP/"):
            raise HeadError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
        raise _bad("A request line ends with HTTP/1.1.")
    if not TARGET.fullmatch(target) or HIDDEN.search(target):
        raise _bad("What is asked for is a path: /, and perhaps a query, in ASCII.")
    return method.decode("ascii"), target.decode("ascii"), version


def _headers(lines: list[bytes]) -> dict[str, list[str]]:
    if len(lines) > HEADERS_MAX:
        raise _too_large()
    found: dict[str, list[str]] = {}
    for line in lines:
        if len(line) > LINE_BYTES_MAX:
            raise _too_large()
        name, colon, value = line.partition(b":")
        # A line that begins with a space would go on with the one before; the name's pattern refuses it.
        if not colon or not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
            raise _bad("A header is a name, a colon right after it, and a value on the same line.")
        found.setdefault(name.decode("ascii").lower(), []).append(value.strip(b" \t").decode("latin-1"))
    return found


def _no_body(headers: dict[str, list[str]]) -> None:
    if "transfer-encoding" in headers or headers.get("content-length", ["0"]) != ["0"]:
        raise _bad("A GET has no body here: no Transfer-Encoding, and no Content-Length but 0, once.")


def _one_host(headers: dict[str, list[str]], version: bytes) -> None:
    hosts = headers.get("host", [] if version == b"HTTP/1.1" else [""])
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        raise _bad("A request names its Host, once.")


def _bad(sentence: str) -> HeadError:
    return HeadError(HTTPStatus.BAD_REQUEST, sentence)


def _too_large() -> HeadError:
    return HeadError(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"A head has at most {HEAD_BYTES_MAX} bytes and {HEADERS_MAX} headers.",
    )


def too_slow() -> HeadError:
    """For whoever has not said in time what they want."""
    return HeadError(HTTPStatus.REQUEST_TIMEOUT, "The request did not come in time.")


def broken() -> Answer:
    """For a request that we failed to answer."""
    return HeadError(
        HTTPStatus.INTERNAL_SERVER_ERROR, "This could not be answered; it is noted here."
    ).answer()


def busy() -> Answer:
    """For a large answer while too much waits for slow readers already."""
    answer = HeadError(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is under way; try again shortly.").answer()
    return Answer(answer.status, {**answer.headers, "Retry-After": "2"}, answer.body)


def written(answer: Answer) -> bytes:
    """The whole response. Raises ValueError for a header that would be two."""
    headers = {"Date": formatdate(usegmt=True), "Connection": "close"}
    if answer.status is not HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(len(answer.body))
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    for name, value in (headers | SECURITY | dict(answer.headers)).items():
        if "\r" in value or "\n" in value:
            raise ValueError(f"the header {name} has two lines")
        lines.append(f"{name}: {value}")
    return "\r\n".join(lines).encode("latin-1") + END + answer.body
