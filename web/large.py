"""Bodies that follow the count: made at once where that is quick, else in a thread, once for all who ask.

    answer = said(asked.workshop, asked.keep, request, "/overlay/tiles/…", now, HTML)

Know before changing: a board of a thousand places takes a quarter of a second to make, and nobody's changes
may wait for that. Whoever has the newest already is told so, and nothing is made. One that takes long may be
a second old; it says the version it is of, and is never of another embargo (`workshop`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from election.wire.frames import Json
from web import accepting
from web.kept import Keep, Kept, kept
from web.replies import BY_LANGUAGE, TYPES, Answer, Request, cached, waited
from web.workshop import Order, Position, Workshop

AREAS_AT_ONCE_MAX = 64
"""With more areas a page is made in a thread: with these it takes some ten milliseconds."""
BYTES_AT_ONCE_MAX = 128 * 1024
"""A longer body is packed in a thread."""
YOUNG_S = 1.0


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to make at this moment."""

    shown: Json
    etag: str
    make: Callable[[], bytes]
    """Makes it, wherever it is called."""
    quick: bool

    @property
    def position(self) -> Position:
        """Of what it is: epoch and embargo, and the very content."""
        return f"{self.shown['epoch']}:{self.shown['embargo']['state']}", self.etag


@dataclass(frozen=True, slots=True)
class Sent:
    """How it is sent."""

    kind: str
    caching: str
    vary: str = "Accept-Encoding"


HTML = Sent(TYPES["html"], "no-cache", BY_LANGUAGE)


def is_quick(shown: Json) -> bool:
    """Whether a page of it is made so quickly that nobody notices."""
    return len(shown["areas"]) <= AREAS_AT_ONCE_MAX


def said(
    workshop: Workshop | None, keep: Keep, request: Request, key: str, now: Callable[[], Content], how: Sent
) -> Answer | Awaitable[Answer]:
    """The body of what `now` says, or 304; one that takes long is waited for, where there is a workshop."""
    content = now()
    if content.quick or workshop is None:
        body = keep.get(key, content.etag, content.make)
        return cached(body, request, how.kind, how.caching, how.vary)
    if accepting.matches(request.headers.get("if-none-match", ""), f'"{content.etag}"'):
        return cached(Kept(content.etag, b"", b""), request, how.kind, how.caching, how.vary)

    async def make() -> tuple[Kept, Position]:
        found = now()
        body = await asyncio.to_thread(lambda: kept(found.etag, found.make()))
        return body, found.position

    order = Order(key, key, lambda: now().position, make, YOUNG_S)
    return waited(lambda: workshop.get(order), request, how.kind, how.caching, how.vary)
