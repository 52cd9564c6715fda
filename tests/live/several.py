"""For tests of stores of several servers: a night is counted and watched while things break.

    async with night_on(group, tansu, folder, session=…) as night:
        await night.hands.send(…); await night.shown(); …
        await night.right()          counted, shown, and every history keeps its promises

Know before changing: the gateway is one of ours in this process, so that it writes down what it shows; the
worker is a process of its own. Whether what clients saw is right is for `faults.watching` to say.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from election.night import ContestId
from election.wire.keys import Keys
from election.wire.records import Bundle, Record, Ruling
from election.wire.topics import Scope
from faults.watching import Notes, broken, note_end
from streams.looking import Head, Looks
from tests.groups import Group
from tests.live.crew import Crew, crew, until
from tests.live.one import MAYOR, NIGHT, RULINGS, log_of, one
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.web.house import House, house
from web.viewer import Viewer


class Watched:
    """A night on a store, and what a client sees of it."""

    def __init__(self, hands: Crew, at: House, heard: Notes) -> None:
        """`heard` is what the gateway writes down."""
        self.hands, self.at = hands, at
        self.seen, self.heard = Notes(), heard
        self.viewer = Viewer(hands.night.contests, note=self.seen.note)
        self.faces: dict[str, list[str]] = {contest: [] for contest in hands.night.contests}
        """Of each contest, the figures a reader sees, each time that they are others."""
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with connect(self.at.ws, max_size=None) as of:
            async for text in of:
                for sub in self.viewer.hear(text):
                    self._look(sub, self.viewer.copies[sub].shown)
                for command in self.viewer.take_commands():
                    await of.send(command, text=True)

    def _look(self, contest: str, shown: Mapping[str, Any]) -> None:
        face = json.dumps({what: shown.get(what) for what in ("areas", "counted", "choices")}, sort_keys=True)
        if self.faces[contest][-1:] != [face]:
            self.faces[contest].append(face)

    async def shown(self) -> None:
        """Returns when the gateway shows what the store holds, and the client what the gateway shows."""
        looks = Looks(self.hands.store)
        async with asyncio.timeout(PATIENCE_S):
            # Asked anew each time: what is told of a version makes the next one.
            while not self._show(await looks.heads()):  # noqa: ASYNC110 - what a store holds has no event
                await asyncio.sleep(0.02)

    def _show(self, heads: Mapping[ContestId, Head]) -> bool:
        return all(self._shows(contest, head) for contest, head in heads.items())

    def _shows(self, contest: ContestId, head: Head) -> bool:
        assert not self._task.done(), "the client has lost its gateway"
        here = self.at.gateway.hub.groups[contest].shown
        copy = self.viewer.copies[contest].shown
        same = (here["epoch"], here["version"]) == (head.epoch, head.version)
        return same and copy.get("hash") == here["hash"]

    async def right(self) -> None:
        """Everything is counted to the vote and shown, and nobody was ever shown what P3 and P4 forbid."""
        await self.hands.until_applied()
        assert [] == list((await self.hands.verified()).differences)
        await self.shown()
        note_end(self.at.gateway.hub, self.heard)
        compared = len(self.seen)
        await until("compared by hash", lambda: "compared" in [line["t"] for line in self.seen[compared:]])
        assert [] == broken([self.seen], [self.heard])
        assert [] == self.viewer.faults

    async def close(self) -> None:
        """Leaves."""
        self._task.cancel()
        await asyncio.wait([self._task])


@asynccontextmanager
async def night_on(group: Group, broker: Running, folder: Path, session: str = "") -> AsyncIterator[Watched]:
    """A practice night with one worker, one gateway and one client."""
    async with crew(broker, group, folder, session=session) as hands:
        settings: dict[str, Any] = {
            "redis": group.url,
            "session": hands.scope.session,
            "tick_ms": 20,
            "heartbeat_s": 0.2,
        }
        heard = Notes()
        async with house(hands.night, note=heard.note, **settings) as at:
            watched = Watched(hands, at, heard)
            try:
                yield watched
            finally:
                await watched.close()


def meta(session: str, contest: ContestId = MAYOR) -> str:
    """The key of a contest of the practice night."""
    return Keys(Scope("replay", NIGHT.id, session), contest).meta


def spread(group: Group) -> str:
    """A session whose contests are on different servers of a cluster."""
    while True:
        session = f"t{uuid.uuid4().hex[:10]}"
        if len({group.primary(meta(session, contest)).address for contest in NIGHT.contests}) > 1:
            return session


async def loses_its_last_moments(
    group: Group, night: Watched, kept: Sequence[Record], lost: Sequence[Record]
) -> Running:
    """The primary dies, its replica has only what was kept, and nobody sees older figures. The dead one."""
    key = meta(night.hands.scope.session)
    await night.hands.send(kept)
    await night.hands.until_applied()
    primary, replica = group.primary(key), group.replica(key)
    group.deafen(primary, replica)
    await night.hands.send(lost)
    await night.hands.until_applied()
    await night.shown()
    faces = {contest: list(seen) for contest, seen in night.faces.items()}
    primary.kill()
    replica.resume()
    assert replica is group.promoted(key, primary)
    await night.hands.until_applied()
    await night.shown()
    assert faces == night.faces, "somebody was shown older figures"
    return primary


async def same_as_alone(hands: Crew, single: Running, records: Sequence[Record]) -> None:
    """Boxes, papers, totals and findings are, byte for byte, those of a single store that heard the same."""
    async with one(single) as alone:
        await alone.count(log_of([record for record in records if isinstance(record, Bundle)]))
        await alone.rule(log_of([record for record in records if isinstance(record, Ruling)], topic=RULINGS))
        for contest in NIGHT.contests:
            held, theirs = await hands.store.read(contest), await alone.store.read(contest)
            assert theirs.areas, "nothing was counted alone"
            for what in ("boxes", "areas", "papers", "findings", "heard"):
                assert getattr(theirs, what) == getattr(held, what), f"{what} of {contest}"
