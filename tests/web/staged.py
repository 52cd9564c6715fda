"""The conversation in docs/reference/protocol.md, played on a real hub with real conversations.

    async with Stage() as stage:
        await stage.direct("20 records are counted, and shown")
        await stage.say('{"t":"subscribe","sub":"a","contest":"mayor"}')
        stage.frames()                              what the client got since it was last asked

Know before changing: what a stage direction says is what it does here; nothing else moves the night.
"""

import asyncio
import json
import re
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from election.alerts import Told
from election.night import ContestId
from election.wire.frames import Json
from tests.streams.facts import told
from tests.web.made import Worker, night, records
from tests.web.talked import Client, perform, talking
from web.gate import Visitor
from web.hub import Hub, Limits
from web.settings import Settings
from web.talking import Talk

AT = "2024-10-06T15:31:07.250Z"
TOKEN = "the token of ayse"


class Desk:
    """Approves whatever is proposed."""

    async def act(self, name: str, do: str, fields: Json) -> Json:
        """As it is asked for."""
        return {"ok": True, "outcome": "approved", "d": {"by": name, "proposal": fields["proposal"]}}


class Stage:
    """The practice night, one gateway and one client."""

    def __init__(self) -> None:
        self.hub = Hub(night(), "replay", Limits(), gateway="7f3a09c1")
        self.talk = Talk(self.hub, Settings(), perform, self._who, Desk())
        self.worker, self.at, self.lives, self.now = Worker(night()), 0, 1, 0.0
        self.told: tuple[Told, ...] = ()
        self.client, self._taken = Client(), 0
        self._connection = AsyncExitStack()

    def _who(self, token: str, came: Visitor) -> Visitor | None:
        scopes = frozenset({"view", "alerts", "desk"})
        return replace(came, name="ayse", scopes=scopes) if token == TOKEN else None

    async def __aenter__(self) -> "Stage":
        """Nobody is connected yet."""
        return self

    async def __aexit__(self, *why: object) -> None:
        """The curtain."""
        await self._connection.aclose()

    async def direct(self, sentence: str) -> None:
        """Does what a stage direction says; AssertionError for one that nobody understands."""
        for part in re.split(r"(?:, and then |; )", sentence):
            for pattern, act in DIRECTIONS.items():
                if (understood := re.fullmatch(pattern, part)) is not None:
                    await getattr(self, act)(*understood.groups())
                    break
            else:
                raise AssertionError(f"What is {part!r}?")

    async def say(self, text: str) -> None:
        """The client sends a command, which is understood and begun."""
        await self.client.says_text(text)
        await asyncio.sleep(0)  # an act is done in a task of its own
        await asyncio.sleep(0)

    def frames(self) -> list[Any]:
        """What the client got since it was last asked."""
        frames = self.client.frames[self._taken :]
        self._taken += len(frames)
        return frames

    async def come(self) -> None:
        """The client opens a connection."""
        self.client, self._taken = await self._connection.enter_async_context(talking(self.talk)), 0

    async def lose(self) -> None:
        """Its connection ends."""
        await self._connection.aclose()
        self._connection = AsyncExitStack()

    async def count(self, many: str) -> None:
        """So many more records of the night are counted, and a tick shows them."""
        self.worker.count(records()[self.at : self.at + int(many)])
        self.at += int(many)
        self._hold()
        self.now += 0.25
        perform(self.hub.turn(self.now))

    async def tell(self, kind: str) -> None:
        """A fact about the mayor is told, which is known at once and shown at the next tick."""
        self.told = (*self.told, told(len(self.told) + 1, kind))
        self.worker.versions[ContestId("mayor")] += 1
        self._hold()
        perform(self.hub.tell(self.now))

    async def begin_anew(self) -> None:
        """The store was lost; a worker has counted the same records again under another epoch."""
        self.lives += 1
        self.worker = Worker(night(), f"e{self.lives}")
        self.at, counted = 0, self.at
        await self.count(str(counted))

    async def beat(self) -> None:
        """The third heartbeat, with hashes."""
        perform(self.hub.beat(self.now, AT, None, with_hash=True))

    def _hold(self) -> None:
        for contest in night().contests:
            facts = self.told if contest == "mayor" else ()
            self.hub.hold(contest, replace(self.worker.state(contest), told=facts))


DIRECTIONS = {
    r"(?:the|a) client (?:comes|comes back)": "come",
    r"its connection is lost": "lose",
    r"(\d+) (?:more )?records are counted and shown": "count",
    r"it is told at once: ([a-z-]+)": "tell",
    r"the store is lost and everything is counted again, in another epoch": "begin_anew",
    r"a third heartbeat": "beat",
}


def lines(page: str) -> list[tuple[str, str]]:
    """The conversation of the page: the sign of each line, and the rest of it."""
    (block,) = re.findall(r"```transcript\n(.*?)```", page, re.DOTALL)
    return [(line[0], line[1:].strip()) for line in block.splitlines()]


def same(told: Any, got: Any, names: dict[str, str]) -> bool:
    """Whether a frame of the page is the one that came.

    `…` stands for what is left out. A text like `R1` stands for one that we make up: the same each time.
    """
    if told == "…":
        return True
    if isinstance(told, str) and re.fullmatch(r"R\d+", told):
        return bool(names.setdefault(told, got) == got)
    if isinstance(told, dict) and isinstance(got, dict):
        left_out = "…" in told
        mine = [name for name in told if name != "…"]
        theirs = [name for name in got if name in told] if left_out else list(got)
        return mine == theirs and all(same(told[name], got[name], names) for name in mine)
    if isinstance(told, list) and isinstance(got, list):
        return len(told) == len(got) and all(same(a, b, names) for a, b in zip(told, got, strict=True))
    return bool(told == got)


def with_names(command: str, names: dict[str, str]) -> str:
    """A command of the page, with the texts that its names stand for."""
    said = json.loads(command)
    return json.dumps(
        {field: names.get(value, value) if isinstance(value, str) else value for field, value in said.items()}
    )
