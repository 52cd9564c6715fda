"""A block of the board as a page of its own, in words and tables: without JavaScript, and in full.

    /part/lead/mayor?lang=tr        the lead over time, drawn, and with every number in a table

    def lead(asked: Asked, s: Snapshot, w: Words) -> Inside: …       and one line in PARTS

Know before changing: a page is made from what the hub shows, once for each version and language; of what was
told it has everything, and not only the newest as a snapshot does.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from election.night import ContestId
from web.after import after
from web.archive import clock_mark
from web.asked import Asked
from web.face import Snapshot
from web.inside import Inside, page
from web.lead import lead
from web.lost import lost, no_contest, quoted
from web.needs import needs
from web.replies import BY_LANGUAGE, TYPES, Answer, cached, finish
from web.series import filled
from web.story import with_all_told
from web.words import Words, words

Part = Callable[[Asked, Snapshot, Words], Inside]
PARTS: Mapping[str, Part] = {"lead": lead, "needs": needs, "after": after}
"""By the second part of the address."""


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The page of a part of a contest."""
    name, _, contest = asked.rest.partition("/")
    if name not in PARTS:
        first = next(iter(asked.groups))
        plain = f"There is no such part; there is {', '.join(PARTS)}: /part/{next(iter(PARTS))}/{first}."
        said = words(asked.lang).say("lost.part", name=quoted(f"part/{name}"))
        return lost(asked, HTTPStatus.NOT_FOUND, said, plain)
    if ContestId(contest) not in asked.groups:
        return no_contest(asked, contest, f"/part/{name}/{{}}")
    return _answer(asked, name, ContestId(contest))


async def _answer(asked: Asked, name: str, contest: ContestId) -> Answer:
    line = await filled(asked, contest)
    group, w = asked.groups[contest], words(asked.lang)
    etag = f"{group.tag}{clock_mark(group.shown)}:{line.moves}:{w.lang}:{asked.edition}"

    def make() -> bytes:
        s = with_all_told(group.shown, group.led.told)
        return page(PARTS[name](asked, s, w), asked, s, w)

    made = asked.keep.get(f"/part/{name}/{contest}/{w.lang}", etag, make)
    return finish(cached(made, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE), asked.request)
