"""Answers to plain requests, and how they are written: packed or not, known already, wrong, not here.

    cached(body, request, TYPES["html"], SHORT)     200 or 304, with its tag
    sentence(HTTPStatus.NOT_FOUND, "There is no such contest.")

Know before changing: this is pure. Every answer that is not what was asked for says in a sentence what to do.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from election.errors import OutsideError, UsageError
from election.wire.frames import Json, dumps
from web import accepting
from web.kept import Kept

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "woff2": "font/woff2",
    "png": "image/png",
}
RETRY_AFTER_S = 2
PUBLIC = frozenset({"view", "alerts"})
"""Scopes of a visitor where nothing is said of them: what a public gateway gives everybody."""
SHORT, EXPORT, TABLE = "public, max-age=1", "public, max-age=1", "public, max-age=5"
"""How long a copy of what follows the count may be kept on the way; then its tag is asked about."""
FOR_EVER = "public, max-age=31536000, immutable"
"""What names one content."""
BY_LANGUAGE = "Accept-Encoding, Accept-Language"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: Date, Content-Length and the headers of every answer are added on the way out."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that an answer hangs on; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = PUBLIC
    """What the visitor may."""
    address: str = ""
    """Whose it is, as it is counted."""


async def waited(
    make: Callable[[], Awaitable[Kept]],
    request: Request,
    kind: str,
    caching: str,
    vary: str = "Accept-Encoding",
) -> Answer:
    """A body that takes a moment, or why there is none."""
    try:
        body = await make()
    except UsageError as error:
        return finish(wrong(error), request)
    except OutsideError as error:
        return finish(later(str(error)), request)
    return finish(cached(body, request, kind, caching, vary), request)


def wrong(error: UsageError) -> Answer:
    """A question that cannot be answered as it was asked."""
    return sentence(HTTPStatus.BAD_REQUEST, str(error))


def finish(made: Answer, request: Request) -> Answer:
    """What is true of every answer to a request.

    What was had with a token is not for a cache that others share; a HEAD is a GET without its body. An
    answer that is finished already stays as it is.
    """
    headers = dict(made.headers)
    if "authorization" in request.headers and "Cache-Control" in headers:
        headers["Cache-Control"] = headers["Cache-Control"].replace("public", "private")
    if request.method == "GET":
        return replace(made, headers=headers)
    if made.status is not HTTPStatus.NOT_MODIFIED:
        headers.setdefault("Content-Length", str(len(made.body)))
    return Answer(made.status, headers, b"")


def cached(body: Kept, request: Request, kind: str, caching: str, vary: str = "Accept-Encoding") -> Answer:
    """The body, packed if the client takes it so; or 304 if it has it already.

    A packed body is the same content in other bytes, so its tag is a weak one.
    """
    etag = f'"{body.etag}"'
    packed = bool(body.packed) and accepting.takes_gzip(request.headers.get("accept-encoding", ""))
    headers = {"ETag": f"W/{etag}" if packed else etag, "Cache-Control": caching, "Vary": vary}
    if accepting.matches(request.headers.get("if-none-match", ""), etag):
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    headers["Content-Type"] = kind
    if packed:
        return Answer(HTTPStatus.OK, {**headers, "Content-Encoding": "gzip"}, body.packed)
    return Answer(HTTPStatus.OK, headers, body.plain)


def type_of(name: str) -> str:
    """The type that a file is sent as."""
    return TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def in_json(facts: Json, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Facts of this moment, not to be kept."""
    return Answer(status, {"Content-Type": TYPES["json"], "Cache-Control": "no-store"}, dumps(facts))


def sentence(status: HTTPStatus, text: str, **headers: str) -> Answer:
    """An answer that is a sentence for a person."""
    plain = {"Content-Type": TYPES["txt"], "Cache-Control": "no-store"}
    return Answer(status, plain | headers, f"{text}\n".encode())


def nothing() -> Answer:
    """For an address that is none."""
    return sentence(HTTPStatus.NOT_FOUND, "There is nothing here.")


def not_yet() -> Answer:
    """While nothing is known about the count."""
    return later("The store is not reached yet; try again shortly.")


def later(text: str) -> Answer:
    """For what can be had in a moment."""
    return sentence(HTTPStatus.SERVICE_UNAVAILABLE, text, **{"Retry-After": str(RETRY_AFTER_S)})


def only_get() -> Answer:
    """For any other method."""
    return sentence(HTTPStatus.METHOD_NOT_ALLOWED, "GET and HEAD only.", Allow="GET, HEAD")
