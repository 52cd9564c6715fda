"""The card as PNG, for the many places that show no SVG: drawn by resvg where that is installed.

    answer(asked)      /card/mayor.svg, and /card/mayor.png

Know before changing: drawing takes a tenth of a second and more, so it is done in another process and not for
every version: a picture is drawn anew after some seconds, or at once when the ban, the phase of the count or
the call is another. One drawing at a time; whoever asks meanwhile waits for it, but not for long: a drawing
that hangs must not keep others until their connections are cut.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from importlib.util import find_spec

from election.errors import OutsideError, UsageError
from election.night import ContestId
from election.wire.frames import Json
from web.asked import Asked
from web.card import og, svg
from web.card_drawing import NotDrawnError, draw, drawn
from web.embed.answer import guarded
from web.embed.options import NoSuchError, Options, of
from web.face import face_of
from web.html import Html
from web.kept import Kept, digest, kept
from web.policy import Outside
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, later, sentence, wrong
from web.story import call_kind
from web.words import words

LOG = logging.getLogger("sandik.gateway")
DRAWN_EVERY_S = 10.0
TURN_WITHIN_S = 5.0
"""How long somebody waits for other pictures to be drawn; at the limit the answer is 503, come again."""
KEPT_MAX = 64
A_WHILE = "public, max-age=10"


BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{}</svg>'
LETTER = '<text y="30" font-size="30" font-family="sans-serif">İ</text>'


@cache
def cannot() -> str:
    """Why no PNG can be drawn here; empty: it can. A machine without any font would draw no letter."""
    if find_spec("resvg_py") is None:
        return "whoever runs it installs sandik[card]"
    if draw(BLANK.format("").encode()) == draw(BLANK.format(LETTER).encode()):
        return "whoever runs it installs a font as wide as Arial, for instance fonts-liberation"
    return ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was drawn, for what, and when."""

    stands: str
    at: float
    body: Kept


class Drawer:
    """Draws one picture at a time and keeps the last of each."""

    def __init__(
        self,
        drawn: Callable[[bytes], Awaitable[bytes]] = drawn,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._drawn, self._clock = drawn, clock
        self._last: dict[str, Drawn] = {}
        self._lock: asyncio.Lock | None = None

    async def get(self, key: str, stands: str, make: Callable[[], bytes]) -> Kept:
        """The picture for a key; `stands` names what must not be shown any more once it is another.

        Raises OutsideError where others are drawn for too long, and what `drawn` raises.
        """
        if (found := self._fresh(key, stands)) is not None:
            return found
        async with self._turn():
            if (found := self._fresh(key, stands)) is not None:
                return found
            made = await self._drawn(make())
            self._last.pop(key, None)
            while len(self._last) >= KEPT_MAX:
                self._last.pop(next(iter(self._last)))
            self._last[key] = Drawn(stands, self._clock(), replace(kept(digest(made), made), packed=b""))
            return self._last[key].body

    def _fresh(self, key: str, stands: str) -> Kept | None:
        """The last picture, while it may be shown; whoever wants that waits for nobody's drawing."""
        found = self._last.get(key)
        good = found and found.stands == stands and self._clock() - found.at < DRAWN_EVERY_S
        return found.body if found and good else None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Nobody else draws meanwhile."""
        self._lock = self._lock or asyncio.Lock()
        try:
            async with asyncio.timeout(TURN_WITHIN_S):
                await self._lock.acquire()
        except TimeoutError:
            raise OutsideError("Other pictures are being drawn; try again shortly.") from None
        try:
            yield
        finally:
            self._lock.release()


DRAWER = Drawer()


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The card of a contest, or why there is none."""
    stem, _, ending = asked.rest.rpartition(".")
    if ending == "png" and not cannot():
        return _png(asked, stem)
    return guarded(asked, lambda asked: _plain(asked, stem, ending))


def _plain(asked: Asked, stem: str, ending: str) -> Answer:
    options = of(asked, ContestId(stem))
    if ending == "png":
        return sentence(
            HTTPStatus.NOT_FOUND,
            f"This gateway draws no PNG: {cannot()}. The same picture is at /card/{options.path}.svg.",
        )
    if ending != "svg":
        return sentence(HTTPStatus.NOT_FOUND, f"A card is /card/{options.path}.svg, or .png.")
    key = f"/card/{options.contest}.svg/{options.lang}"
    make = svg_of(options)
    body = asked.keep.get(key, f"{options.tag}:{options.lang}:{asked.edition}", make)
    return cached(body, asked.request, TYPES["svg"], A_WHILE, BY_LANGUAGE)


async def _png(asked: Asked, stem: str) -> Answer:
    try:
        options = of(asked, ContestId(stem))
    except NoSuchError as error:
        return sentence(HTTPStatus.NOT_FOUND, str(error))
    except UsageError as error:
        return wrong(error)
    face = face_of(options.shown)
    stands = f"{options.shown['epoch']} {face.phase} {call_kind(options.shown, face)} {asked.edition}"
    try:
        body = await DRAWER.get(f"{options.contest}/{options.lang}", stands, svg_of(options))
    except OutsideError as error:
        return later(str(error))
    except NotDrawnError as error:
        LOG.warning("card=%s: %s", options.contest, error)
        return later(
            f"The picture cannot be drawn now; try again shortly. It is at /card/{options.path}.svg too."
        )
    return cached(body, asked.request, TYPES["png"], A_WHILE, BY_LANGUAGE)


def tags(shown: Json, lang: str, outside: Outside) -> Html:
    """What the head of a page says of its picture, in the form in which it can be had here."""
    return og(shown, words(lang), outside, png=bool(outside.url) and not cannot())


def svg_of(options: Options) -> Callable[[], bytes]:
    """How its SVG is made."""
    return lambda: svg(options.shown, words(options.lang))
