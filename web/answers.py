"""What the gateway answers to plain GETs: the page, its files, the snapshot of each contest, feeds, health.

Know before changing: this is pure; `gateway` turns an Answer into HTTP. Files are looked up in a table made
at the start, so no path of a stranger ever reaches the disk. A body that follows the count is made from what
the hub shows and from nothing else, so that the embargo holds here too; it is made, and packed, once for each
version.
"""

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

from election.night import ContestId
from election.wire.frames import Json, dumps
from web import feeds
from web.hub import Group, Hub

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer."""
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
PACKED_FROM_BYTES = 512
"""Shorter bodies are not worth packing."""
KEPT_MAX = 256
"""Most bodies kept; at the limit the one kept longest is made again when it is next asked for."""
RETRY_AFTER_S = 2

FEED_WRITERS: Mapping[str, Callable[[Sequence[Json], str], bytes]] = {
    "feed.atom": feeds.atom,
    "feed.json": feeds.json_feed,
}
"""How each of `feeds.FEEDS` is written."""

Page = Callable[[Json, str, list[Json]], bytes]
"""Snapshot, language and the contests of the night → the whole page."""


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A body under the name of its content."""

    etag: str
    plain: bytes
    packed: bytes


class Answers:
    """Everything that can be had by GET."""

    def __init__(
        self, hub: Hub, files: Mapping[str, bytes], page: Page, style: Callable[[Json], bytes],
        languages: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._hub, self._page, self._style, self._languages = hub, page, style, languages
        travelling = {name: travels(name, body) for name, body in files.items()}
        self._files = {name: _kept(_digest(body), body) for name, body in travelling.items()}
        self._edition = _digest(b"".join(files.values()))
        self._kept: dict[str, Kept] = {}
        self.ready = False
        """Whether the store was read at least once; until then nothing about the count is answered."""
        self.stale_s: float | None = None

    def answer(self, request: Request) -> Answer:
        """The answer to a request; every wrong one has a sentence."""
        if request.method not in ("GET", "HEAD"):
            return only_get()
        path, _, query = request.target.partition("?")
        made = self._route(unquote(path), parse_qs(query), request)
        return made if request.method == "GET" else Answer(made.status, _as_if(made), b"")

    def _route(self, path: str, query: Mapping[str, list[str]], request: Request) -> Answer:
        where, _, name = path.removeprefix("/").partition("/")
        if path == "/health/live":
            return _json({"live": True})
        if path == "/health/ready":
            return self._readiness()
        if where == "static" and name in self._files:
            return _cached(self._files[name], request, _type(name), "public, max-age=60")
        if path != "/" and where not in ("snapshot", "style", *feeds.FEEDS):
            return _nothing()
        if not self.ready:
            return _not_yet()
        if path == "/":
            return self._board(query, request)
        if path.removeprefix("/") in feeds.FEEDS:
            return self._feed(where, query, request)
        contest, _, ending = name.rpartition(".")
        group = self._hub.groups.get(ContestId(contest))
        if group is None:
            return _nothing()
        if where == "snapshot" and ending == "json":
            kept = self._keep(path, group.tag, lambda: group.body)
            return _cached(kept, request, TYPES["json"], "public, max-age=1")
        if where == "style" and ending == "css":
            return _cached(self._styled(group), request, TYPES["css"], "public, max-age=60")
        return _nothing()

    def _board(self, query: Mapping[str, list[str]], request: Request) -> Answer:
        groups = self._hub.groups
        contest = ContestId(query.get("contest", [next(iter(groups))])[0])
        if contest not in groups:
            return _sentence(HTTPStatus.NOT_FOUND, f"There is no such contest; there is {', '.join(groups)}.")
        lang = self._language(query, request)
        group = groups[contest]
        made = self._keep(
            f"/{contest}/{lang}", f"{group.tag}:{lang}:{self._edition}",
            lambda: self._page(group.shown, lang, self._hub.titles()),
        )  # fmt: skip
        return _cached(made, request, TYPES["html"], "no-cache", "Accept-Encoding, Accept-Language")

    def _feed(self, name: str, query: Mapping[str, list[str]], request: Request) -> Answer:
        """All alerts of the night; made again only when something was told."""
        lang = self._language(query, request)
        shown = [group.shown for group in self._hub.groups.values()]
        etag = _digest(f"{name} {lang} {self._edition} {feeds.identity(shown)}".encode())
        made = self._keep(f"{name}/{lang}", etag, lambda: FEED_WRITERS[name](shown, lang))
        kind = f"{feeds.FEEDS[name]}; charset=utf-8"
        return _cached(made, request, kind, "public, max-age=1", "Accept-Encoding, Accept-Language")

    def _language(self, query: Mapping[str, list[str]], request: Request) -> str:
        """As the address asks for it, else as the browser does."""
        lang = query.get("lang", [""])[0]
        known = lang in self._languages
        return lang if known else _language(request.headers.get("accept-language", ""), self._languages)

    def _styled(self, group: Group) -> Kept:
        """It hangs on the night alone."""
        body = self._kept.get(f"style/{group.shown['contest']}")
        if body is not None:
            return body
        made = self._style(group.shown)
        return self._keep(f"style/{group.shown['contest']}", _digest(made), lambda: made)

    def _keep(self, key: str, etag: str, make: Callable[[], bytes]) -> Kept:
        kept = self._kept.get(key)
        if kept is None or kept.etag != etag:
            self._kept.pop(key, None)
            if len(self._kept) >= KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            kept = self._kept[key] = _kept(etag, make())
        return kept

    def _readiness(self) -> Answer:
        facts: Json = {"ready": self.ready and self.stale_s is None, "versions": self._hub.versions()}
        if self.stale_s is not None:
            facts["stale_s"] = round(self.stale_s, 1)
        return _json(facts, HTTPStatus.OK if facts["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)


def travels(name: str, body: bytes) -> bytes:
    """A file as it is sent: the comment at the head of a script or stylesheet is for whoever changes it.

    A comment that begins with /*! is a licence and stays.
    """
    if not name.endswith((".js", ".css")) or not body.startswith(b"/*") or body.startswith(b"/*!"):
        return body
    return body[body.index(b"*/") + 2 :].lstrip()


def _kept(etag: str, body: bytes) -> Kept:
    """The packed body is empty where packing gains nothing."""
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= PACKED_FROM_BYTES else b""
    return Kept(etag, body, packed if len(packed) < len(body) else b"")


def _cached(kept: Kept, request: Request, kind: str, caching: str, vary: str = "Accept-Encoding") -> Answer:
    """The body, packed if the client takes it so; or 304 if it has it already.

    A packed body is the same content in other bytes, so its tag is a weak one.
    """
    etag = f'"{kept.etag}"'
    packed = bool(kept.packed) and _takes_gzip(request.headers.get("accept-encoding", ""))
    headers = {"ETag": f"W/{etag}" if packed else etag, "Cache-Control": caching, "Vary": vary}
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    headers["Content-Type"] = kind
    if packed:
        return Answer(HTTPStatus.OK, {**headers, "Content-Encoding": "gzip"}, kept.packed)
    return Answer(HTTPStatus.OK, headers, kept.plain)


def _matches(wanted: str, etag: str) -> bool:
    """If-None-Match, by weak comparison: a cache on the way may have marked our tag as weak."""
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return etag in tags or "*" in tags


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _language(accepted: str, languages: tuple[str, ...]) -> str:
    """The first language a browser names that there is; the first there is if it names none of them."""
    for part in accepted.lower().split(","):
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in languages:
            return code
    return languages[0]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _type(name: str) -> str:
    return TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def _as_if(answer: Answer) -> dict[str, str]:
    """The headers of a HEAD: those of the GET, the length of its body included."""
    return {**answer.headers, "Content-Length": str(len(answer.body))}


def _json(facts: Json, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(status, {"Content-Type": TYPES["json"], "Cache-Control": "no-store"}, dumps(facts))


def _sentence(status: HTTPStatus, text: str, **headers: str) -> Answer:
    plain = {"Content-Type": TYPES["txt"], "Cache-Control": "no-store"}
    return Answer(status, plain | headers, f"{text}\n".encode())


def _nothing() -> Answer:
    return _sentence(HTTPStatus.NOT_FOUND, "There is nothing here.")


def _not_yet() -> Answer:
    answer = _sentence(HTTPStatus.SERVICE_UNAVAILABLE, "The store is not reached yet; try again shortly.")
    return Answer(answer.status, {**answer.headers, "Retry-After": str(RETRY_AFTER_S)}, answer.body)


def only_get() -> Answer:
    """For any other method."""
    return _sentence(HTTPStatus.METHOD_NOT_ALLOWED, "GET and HEAD only.", Allow="GET, HEAD")


def too_many() -> Answer:
    """For a websocket beyond the most there may be."""
    answer = _sentence(HTTPStatus.SERVICE_UNAVAILABLE, "This gateway is full; try again or try another.")
    return Answer(answer.status, {**answer.headers, "Retry-After": str(RETRY_AFTER_S)}, answer.body)
