"""What is answered under /embed/: the embeds, their stylesheet, the script for the page around, an index.

    /embed/               what there is, with code to copy
    /embed/race           also tiles, feed; ?contest= lang= theme= palette=
    /embed/mayor.css      colours of a contest; ?theme=
    /embed/height.js      for the page around: gives each frame its height

Know before changing: what may be framed, and by whom, is said by the headers of each answer (`policy`), also
of those that only say what is wrong, because somebody who is setting up a page reads them there.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from election.errors import UsageError
from election.night import ContestId
from web.asked import Asked
from web.embed import index
from web.embed.options import NoSuchError, Options, of, read
from web.embed.page import KINDS, page
from web.embed.style import style
from web.kept import digest
from web.large import HTML, Content, is_quick, said
from web.policy import framed
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, sentence, wrong
from web.words import static_text

HEIGHT = "height.js"
MINUTE = "public, max-age=60"


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The answer, whoever may put it into a page of theirs."""
    return guarded(asked, _answer)


def guarded(asked: Asked, make: Callable[[Asked], Answer | Awaitable[Answer]]) -> Answer | Awaitable[Answer]:
    """What is made, or what is wrong with the address, under the policy of what may be framed."""
    made: Answer | Awaitable[Answer]
    try:
        made = make(asked)
    except NoSuchError as error:
        made = sentence(HTTPStatus.NOT_FOUND, str(error))
    except UsageError as error:
        made = wrong(error)
    return _framed(asked, made) if isinstance(made, Answer) else _framed_later(asked, made)


def _framed(asked: Asked, made: Answer) -> Answer:
    return replace(made, headers={**framed(asked.outside), **made.headers})


async def _framed_later(asked: Asked, made: Awaitable[Answer]) -> Answer:
    return _framed(asked, await made)


def _answer(asked: Asked) -> Answer | Awaitable[Answer]:
    name = asked.rest.rstrip("/")
    if not name:
        return index_page(asked)
    if name in KINDS:
        options = read(asked)
        return kept_page(asked, options, f"/embed/{name}/{options.key}", lambda of_now: page(name, of_now))
    if name == HEIGHT:
        script = static_text(HEIGHT, "embed").encode()
        body = asked.keep.get("/embed/height.js", asked.edition, lambda: script)
        return cached(body, asked.request, TYPES["js"], MINUTE)
    if name.endswith(".css"):
        return sheet(asked, of(asked, ContestId(name.removesuffix(".css"))))
    raise NoSuchError(f"There is no such embed; there is {', '.join(KINDS)}: /embed/ has code to copy.")


def kept_page(
    asked: Asked, options: Options, key: str, make: Callable[[Options], bytes]
) -> Answer | Awaitable[Answer]:
    """A page of one content, made once for it; of many places in a thread."""

    def now() -> Content:
        found = of(asked, options.contest)
        etag = f"{found.tag}:{digest(key.encode())}:{asked.edition}"
        return Content(found.shown, etag, lambda: make(found), is_quick(found.shown))

    return said(asked.workshop, asked.keep, asked.request, key, now, HTML)


def sheet(asked: Asked, options: Options) -> Answer:
    """The colours of a contest; they hang on the night and the theme."""
    key = f"/embed/{options.contest}.css/{options.theme}"
    etag = digest(f"{key} {options.shown.get('night')} {asked.edition}".encode())
    body = asked.keep.get(key, etag, lambda: style(options.shown, options.theme))
    return cached(body, asked.request, TYPES["css"], MINUTE)


def index_page(asked: Asked) -> Answer:
    """What there is to put into a page, with the code."""
    options = read(asked)
    key = f"/embed//{options.key}"
    body = asked.keep.get(
        key, f"{options.tag}:{digest(key.encode())}:{asked.edition}",
        lambda: index.page(options, asked.outside, asked.titles),
    )  # fmt: skip
    made = cached(body, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE)
    return replace(made, headers={**made.headers, **showing_frames(framed(asked.outside))})


def showing_frames(headers: Mapping[str, str]) -> dict[str, str]:
    """The same policy for a page that itself shows frames of this gateway."""
    policy = "Content-Security-Policy"
    return {policy: headers[policy] + "; frame-src 'self'"}
