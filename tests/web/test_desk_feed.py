"""The desk's frame: to whoever follows it and may see it, when it says something new, and to nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest

from election.errors import OutsideError
from election.wire.frames import ContestState
from tests.web.house import until
from tests.web.made import Wire, do, hub, night
from tests.web.talked import Client, talking
from tests.web.test_events import MAYOR, facts
from web import desk_feed
from web.desk_feed import Feed, Feeding
from web.gate import Visitor
from web.hub import Hub
from web.session import VERBS
from web.settings import Settings
from web.talking import Talk
from web.wanted import FOR_DESK, WHOLE_NIGHT, Wanted

DESK = Wanted(WHOLE_NIGHT, FOR_DESK)
AYSE = Visitor("127.0.0.1", "ayse", frozenset({"view", "alerts", "desk"}))


class View:
    """A desk that shows what the test says, or fails as it says."""

    def __init__(self) -> None:
        self.shown: Any = {"open": 0}
        self.looks = 0

    async def look(self) -> dict[str, Any]:
        """What there is to show."""
        self.looks += 1
        if isinstance(self.shown, Exception):
            raise self.shown
        return dict(self.shown)

    async def close(self) -> None:
        """Nothing to close."""


def seen(client: Any) -> list[Any]:
    """Every desk frame that it was sent."""
    return [made for made in map(json.loads, client.frames) if made["t"] == "desk"]


def has_frames(client: Wire) -> bool:
    """Whether it was shown anything of the desk."""
    return bool(seen(client))


def counts(client: Client, many: int) -> bool:
    """Whether so many acts of it are done."""
    return client.kinds.count("done") == many


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow at once."""
    monkeypatch.setattr(desk_feed, "EVERY_S", 0.02)
    monkeypatch.setattr(desk_feed, "LEAST_S", 0.005)


@asynccontextmanager
async def feeding(to: Hub, view: View) -> AsyncIterator[None]:
    """A feed at work."""
    task = asyncio.create_task(Feeding(to, view, do).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_nobody_may_see_the_desk_unless_somebody_says_who() -> None:
    """A hub by itself shows it to no client, whatever it follows."""
    made, client = hub(night()), Wire()
    made.join(client)
    do(made.subscribe(client, "d", DESK, 0.0))
    made.desk.take({"open": 1}, None)
    do(made.tell_desk(0.0))
    assert [] == client.frames
    made.desk.may = lambda one: one is client
    do(made.tell_desk(0.0))
    assert [{"t": "desk", "sub": "d", "n": 1, "stale_s": None, "d": {"open": 1}}] == seen(client)


def test_what_says_nothing_new_is_no_news() -> None:
    """A state that is the same is not sent again; the beginning and the end of being old are."""
    feed = Feed()
    news = [
        feed.take(shown, stale_s)
        for shown, stale_s in (
            ({"a": 1}, None), ({"a": 1}, None), ({"a": 2}, None), (None, 1.0), (None, 2.0), ({"a": 2}, None),
        )
    ]  # fmt: skip
    assert [True, False, True, True, False, True] == news


def test_who_does_not_read_gets_the_newest_when_it_does() -> None:
    """As with everything else: nothing piles up for it."""
    made, client = hub(night()), Wire()
    made.desk.may = lambda one: True
    made.join(client)
    do(made.subscribe(client, "d", DESK, 0.0))
    client.reading = False
    for number in range(8):
        made.desk.take({"text": "x" * 100_000, "number": number}, None)
        do(made.tell_desk(number * 0.1))
    assert made.is_behind(client)
    assert client.waiting_bytes() < 500_000
    client.reading = True
    client.read()
    do(made.turn(1.0))
    assert 7 == seen(client)[-1]["d"]["number"]


async def test_it_is_looked_at_only_while_somebody_follows() -> None:
    """The first one has a frame of now, not of whenever somebody looked before."""
    made, view = hub(night()), View()
    made.desk.may = lambda one: True
    async with feeding(made, view):
        for opened in (1, 2):
            client = Wire()
            made.join(client)
            view.shown, looks = {"open": opened}, view.looks
            await asyncio.sleep(0)
            assert looks == view.looks
            do(made.subscribe(client, "d", DESK, 0.0))
            assert [] == client.frames
            await until(partial(has_frames, client))
            assert opened == seen(client)[0]["d"]["open"]
            made.leave(client)
            assert 0 == made.desk.followers


@pytest.mark.parametrize("error", [OutsideError("away"), RuntimeError("broken")])
async def test_a_view_that_fails_is_told_as_old_and_takes_nothing_with_it(error: Exception) -> None:
    """What was shown stays, and comes again by itself."""
    made, view, client = hub(night()), View(), Wire()
    made.desk.may = lambda one: True
    made.join(client)
    async with feeding(made, view):
        do(made.subscribe(client, "d", DESK, 0.0))
        await until(lambda: len(seen(client)) == 1)
        view.shown = error
        await until(lambda: len(seen(client)) == 2)
        view.shown = {"open": 5}
        await until(lambda: len(seen(client)) == 3)
    before, old, after = seen(client)
    assert ({"open": 0}, True) == (old["d"], old["stale_s"] >= 0)
    assert (None, None, 5) == (before["stale_s"], after["stale_s"], after["d"]["open"])


@pytest.mark.parametrize("error", [OutsideError, RuntimeError])
async def test_why_the_desk_cannot_be_shown_is_logged_once(
    error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """A store that is away for an hour is one line, and another one when it is away again."""
    made, view, client = hub(night()), View(), Wire()
    made.desk.may = lambda one: True
    made.join(client)
    async with feeding(made, view):
        do(made.subscribe(client, "d", DESK, 0.0))
        for times in (1, 2):
            view.shown, looks = error("away"), view.looks
            await until(lambda before=looks: view.looks > before + 4)  # type: ignore[misc]
            assert times == sum("the desk cannot be shown" in text for text in caplog.messages)
            view.shown, frames = {"open": times}, len(seen(client))
            await until(lambda before=frames: len(seen(client)) > before)  # type: ignore[misc]


async def test_who_loses_the_scope_or_the_token_sees_nothing_more() -> None:
    """By signing in as somebody else, and by a token that is good no longer: from that moment."""
    made, good = hub(night()), {"ayse"}
    looker = Visitor("127.0.0.1", "looker", frozenset({"view", "alerts"}))
    who = {"ayse's": AYSE, "looker's": looker}

    class Actor:
        async def act(self, name: str, do: str, fields: Any) -> dict[str, Any]:
            return {"ok": True, "outcome": "done", "d": {}}

    talk = Talk(
        made, Settings(), do, lambda token, visitor: who.get(token), Actor(),
        lambda visitor: visitor.name in good or visitor is looker,
    )  # fmt: skip
    async with talking(talk, AYSE) as stays, talking(talk, AYSE) as goes:
        for client in (stays, goes):
            await client.says(t="subscribe", sub="d", kind="desk")
            await client.says(t="subscribe", sub="e", kind="event", contest="mayor")
        made.desk.take({"open": 1}, None)
        do(made.tell_desk(0.0))
        made.hold(MAYOR, ContestState("e1", 1, told=facts(2)))  # the second is a proposal
        do(made.tell(0.0))
        await goes.says(t="auth", token="looker's")
        ended = [one for one in goes.frames if one["t"] == "error"]
        assert {("d", "no-scope"), ("e", "no-scope")} == {(one["sub"], one["code"]) for one in ended}
        made.desk.take({"open": 2}, None)
        do(made.tell_desk(0.0))
        good.clear()
        made.desk.take({"open": 3}, None)
        do(made.tell_desk(0.0))
        made.hold(MAYOR, ContestState("e1", 2, told=facts(7)))
        do(made.tell(0.0))
    told = [[one["d"]["seq"] for one in client.frames if one["t"] == "event"] for client in (stays, goes)]
    assert [[1, 2], [1, 2]] == told
    assert ([1, 2], [1]) == tuple([one["d"]["open"] for one in seen(client.peer)] for client in (stays, goes))


async def test_an_act_of_the_desk_has_it_looked_at_at_once() -> None:
    """Whoever did something sees what came of it without waiting for the next look."""
    made, stirred = hub(night()), list[str]()

    class Actor:
        async def act(self, name: str, do: str, fields: Any) -> dict[str, Any]:
            return {"ok": True, "outcome": "done", "d": {}}

    made.desk.stirred = lambda: stirred.append("now")
    visitor = Visitor("127.0.0.1", "ayse", AYSE.scopes | {"replay"})
    async with talking(Talk(made, Settings(), do, actor=Actor()), visitor) as client:
        for id, verb in enumerate(VERBS):
            await client.says(t="act", id=str(id), do=verb)
            await until(partial(counts, client, id + 1))
    assert len(stirred) == sum(scope == "desk" for scope in VERBS.values())
