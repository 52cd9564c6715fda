"""The board as it was shown at a time, and what becomes of a link to a board that there is not.

    /?contest=mayor&as_of=19:15         the board that everybody saw at 19:15, with the way back to now
    /?contest=nope, /?lang=xx, /?as_of=never        a sentence, and the ways on

Know before changing: what was shown comes from the log of that and from nothing else, so the embargo holds
here too. The page is the board itself; its script asks for the same moment and follows nothing.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from http import HTTPStatus

import orjson

from election.errors import OutsideError, UsageError
from election.night import ContestId
from web import pages
from web.asked import Asked
from web.kept import Kept
from web.lost import lost, no_contest, quoted
from web.past import NotShownError, Past, Told
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, finish, later
from web.words import languages, words


def is_asked(query: Mapping[str, Sequence[str]], contests: Collection[ContestId]) -> bool:
    """Whether the address of a board asks for another time than now, or for something there is not."""
    lang, contest = _one(query, "lang"), _one(query, "contest")
    return (
        "as_of" in query
        or (lang is not None and lang not in languages())
        or (contest is not None and contest not in contests)
    )


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The board of a time, or what is wrong with the address."""
    w = words(asked.lang)
    lang, contest = asked.one("lang"), ContestId(asked.one("contest") or next(iter(asked.groups)))
    if contest not in asked.groups:
        return no_contest(asked, contest)
    if lang is not None and lang not in languages():
        plain = f"There is no page in this language; there is {', '.join(languages())}: ?lang=en."
        return lost(asked, HTTPStatus.NOT_FOUND, w.say("lost.lang", name=quoted(lang)), plain)
    return _as_of(asked, contest)


async def _as_of(asked: Asked, contest: ContestId) -> Answer:
    w, said = words(asked.lang), asked.one("as_of") or ""
    if asked.past is None:
        plain = "This gateway keeps no log of what is shown (SANDIK_SHOWN)."
        return lost(asked, HTTPStatus.NOT_FOUND, w.say("lost.no_log"), plain)
    try:
        told = await asked.past.as_of(contest, asked.query)
        made = await _printed(asked, asked.past, contest, told)
    except UsageError as error:
        return lost(asked, HTTPStatus.BAD_REQUEST, w.say("lost.time", t=quoted(said)), str(error))
    except NotShownError as error:
        return lost(asked, HTTPStatus.NOT_FOUND, w.say("lost.early", t=quoted(said)), str(error))
    except OutsideError as error:
        return finish(later(str(error)), asked.request)
    return finish(cached(made, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE), asked.request)


async def _printed(asked: Asked, past: Past, contest: ContestId, told: Told) -> Kept:
    """The page; each time is another, so nobody's changes wait while it is made."""
    at = told.headers["Sandik-As-Of"]
    return await past.printed(
        f"then/{contest}/{asked.lang}/{told.body.etag}/{at}/{asked.edition}",
        lambda: pages.board(
            orjson.loads(told.body.plain), asked.lang, contests=asked.titles, as_of=at, mapped=asked.mapped
        ),
    )


def _one(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    return next(iter(query.get(name, ())), None)
