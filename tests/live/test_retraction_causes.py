"""Whatever ends a call, everybody who was told of it is told so, before whatever else waits: all real parts.

A district that is withdrawn, an annulment, a recount of the whole, the desk's own word; by webhook and mail.

Know before changing: both newsrooms are kept busy with one alert while others queue behind it, so that
"first" is an order and no race: when they answer again, the retraction is what comes next.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from election.night import BoxId
from election.wire.records import Bundle, Ruling
from streams.ledger import Ledger
from streams.settings import Settings
from tests.live.crew import WITHIN_S, until
from tests.live.newsroom import MAYOR, well
from tests.live.test_delivering import hangs
from tests.live.test_desk import LIFTED, paper
from tests.live.test_retraction import DESK, House, house
from tests.servers import Running
from tests.streams import made

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
QUEUED = ("concession", "objection-filed", "objection-upheld", "objection-rejected")
"""Rulings that end no call: the first keeps the newsrooms busy, the others wait behind it."""


def ruled(kind: str, minute: int = 45, **data: object) -> Ruling:
    """A ruling of the evening."""
    at = LIFTED.replace(minute=minute)
    return Ruling("mayor", kind, at, at, "council", "The board", f"{kind} at {minute}", data)


def withdrawn() -> list[Bundle]:
    """Every box of the first ward is withdrawn."""
    night = made.night()
    units = made.ground(night).units
    ward = [
        place
        for place, unit in enumerate(units)
        if night.boxes[BoxId(unit)].area == night.boxes[BoxId(units[0])].area
    ]
    return [replace(paper(place, [0, 0, 0], 2, 50), cause=["withdrawn"], votes=_nothing()) for place in ward]


def _nothing() -> dict[str, list[None]]:
    return {choice.id: [None] for choice in made.night().contests[MAYOR].choices}


@dataclass
class Busy:
    """Both newsrooms have an alert in hand and do not answer."""

    there: asyncio.Event = field(default_factory=asyncio.Event)
    post: threading.Event = field(default_factory=threading.Event)
    mails: list[str] = field(default_factory=list)
    """Subjects, in the order in which they were taken."""

    def over(self) -> None:
        """They answer again."""
        self.there.set()
        self.post.set()


@asynccontextmanager
async def busy(night: House) -> AsyncIterator[Busy]:
    """Keeps both from answering until it is over."""
    held = Busy()
    take = night.post.handle_DATA

    async def slowly(server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await take(server, session, envelope)
        held.mails.append(str(night.post.mails[-1]["Subject"]))
        await asyncio.to_thread(held.post.wait, WITHIN_S)
        return said

    night.there.answers["/a"] = hangs(held.there)
    night.post.handle_DATA = slowly  # type: ignore[method-assign]
    try:
        yield held
    finally:
        held.over()


async def in_the_ledger(night: House, kind: str) -> None:
    """Returns when a fact of this kind waits for both newsrooms."""
    ledger = Ledger(night.crew.night, night.crew.scope, Settings.read(night.crew.environment))
    try:
        async with asyncio.timeout(WITHIN_S):
            while len([one async for one in ledger.deliveries(MAYOR) if one.kind == kind]) < 2:
                night.crew.keep()
                await asyncio.sleep(0.02)
    finally:
        await ledger.close()


Cause = Callable[[str], list[Bundle | Ruling]]
CAUSES: dict[str, tuple[Cause, str]] = {
    "district": (lambda call: list(withdrawn()), "rule"),
    "annulled": (lambda call: [ruled("annulled", 50)], "ruling"),
    "recount": (lambda call: [ruled("recount-ordered", 50, scope="all")], "ruling"),
    "desk": (lambda call: [ruled("call-retracted", 50, call=call)], "desk"),
}
"""What ends a call, given its id, and the reason that is told."""


@pytest.mark.parametrize("cause", list(CAUSES))
async def test_whatever_ends_a_call_reaches_everybody_first_and_once(
    cause: str, apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Once each by webhook and by mail, before the alerts that were waiting; store and log agree."""
    ends, reason = CAUSES[cause]
    async with house(apache_kafka, redis_server, tmp_path) as night:
        await night.called()
        [call] = [got for got in night.there.on("/a") if got.kind == "call-made"]
        async with busy(night) as held:
            for kind in QUEUED:
                await night.crew.send([ruled(kind, choice="toprak")])
            await in_the_ledger(night, "concession")
            await until("both have it in hand", lambda: "concession" in night.there.kinds("/a"))
            await until("by mail, too", lambda: bool(held.mails))
            await night.crew.send(ends(call.id))
            await in_the_ledger(night, "call-retracted")
            held.over()
            night.there.answers["/a"] = well
            await night.told("call-retracted")
            await night.told("objection")
        after = night.there.kinds("/a")[night.there.kinds("/a").index("concession") + 1 :]
        assert "call-retracted" == after[0], after
        assert "objection" in after
        assert "RETRACTED" in held.mails[1], held.mails
        assert (1, 1) == (night.times("call-made"), night.times("call-retracted"))
        [retraction] = [got for got in night.there.on("/a") if got.kind == "call-retracted"]
        said = json.loads(retraction.body)["data"]["d"]
        assert (call.id, reason) == (said["call"], said["reason"])
        posted = [mail for mail in night.post.mails if retraction.id in str(mail["Message-ID"])]
        assert [DESK] == [str(mail["To"]) for mail in posted]
        await night.crew.until_applied()
        assert [] == list((await night.crew.verified()).differences)
