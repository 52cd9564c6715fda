"""What is done for a client: by its name and scopes, beside everything else, and never for nobody."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from election.wire.frames import Json
from tests.web.house import until
from tests.web.made import hub, night
from tests.web.talked import Client, perform, talking
from web import talking as module
from web.gate import Visitor
from web.session import ACTS_MAX
from web.settings import Settings
from web.talking import Talk

AYSE = Visitor("127.0.0.1", "ayse", frozenset({"view", "alerts", "desk", "replay"}))


class Desk:
    """An actor that does what the test lets it do."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Json]] = []
        self.ended: list[str] = []
        self.go = asyncio.Event()
        self.answer: Any = {"ok": True, "outcome": "approved", "d": {"proposal": "x"}}

    async def act(self, name: str, do: str, fields: Json) -> Json:
        """Waits until it may, and answers, or raises what it is given."""
        self.asked.append((name, do, fields))
        try:
            await self.go.wait()
        finally:
            self.ended.append(do)
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer) if isinstance(self.answer, dict) else self.answer


def talk(desk: Desk | None) -> Talk:
    """A talk in which things are done."""
    return Talk(hub(night()), Settings(), perform, actor=desk)


async def until_done(client: Client, many: int = 1) -> list[dict[str, Any]]:
    """So many acts are done; their frames."""
    await until(lambda: client.kinds.count("done") == many)
    return [frame for frame in client.frames if frame["t"] == "done"]


async def test_an_act_is_done_in_the_name_of_the_token() -> None:
    """Whatever name the client sends; the answer comes when it is done, and other frames before it."""
    desk = Desk()
    async with talking(talk(desk), AYSE) as client:
        await client.says(t="act", id="1", do="approve", contest="mayor", name="somebody else")
        await client.says(t="subscribe", sub="a", contest="mayor")
        assert ["hello", "snapshot"] == client.kinds
        desk.go.set()
        assert [
            {
                "t": "done",
                "id": "1",
                "do": "approve",
                "ok": True,
                "outcome": "approved",
                "d": {"proposal": "x"},
            }
        ] == await until_done(client)
    assert [("ayse", "approve", {"contest": "mayor", "name": "somebody else"})] == desk.asked


async def test_an_act_is_under_the_name_that_it_was_asked_in() -> None:
    """Whoever signs in as somebody else in the same breath has not done it as them."""
    desk = Desk()
    desk.go.set()

    def sign_in(token: str, came: Visitor) -> Visitor | None:
        return replace(came, name=token, scopes=frozenset({"view"}))

    talk = Talk(hub(night()), Settings(), perform, sign_in, desk)
    async with talking(talk, AYSE) as client:
        await asyncio.gather(
            client.says(t="act", id="1", do="approve", contest="mayor"), client.says(t="auth", token="mehmet")
        )
        await until_done(client)
        assert "mehmet" == client.visitor.name
    assert ["ayse"] == [name for name, _, _ in desk.asked]


@pytest.mark.parametrize("answer", [RuntimeError("no store"), {"ok": object()}, ["ok"], None])
async def test_an_actor_that_fails_is_told_and_the_talk_goes_on(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The client hears that it failed, the operator why; and there is room for the next act."""
    desk = Desk()
    desk.answer = answer
    desk.go.set()
    caplog.set_level(logging.ERROR, "sandik.gateway")
    async with talking(talk(desk), AYSE) as client:
        for number in range(ACTS_MAX + 1):
            await client.says(t="act", id=f"{number}", do="pause")
            done = await until_done(client, number + 1)
            assert (f"{number}", "pause", False, "failed", {}) == tuple(
                done[-1][field] for field in ("id", "do", "ok", "outcome", "d")
            )
        await client.says(t="subscribe", sub="a", contest="mayor")
        assert "snapshot" == client.kinds[-1]
    assert ACTS_MAX + 1 == len(caplog.records)
    assert "act=pause by=ayse failed" == caplog.records[0].getMessage()


async def test_who_may_not_and_what_is_not_there() -> None:
    """Without the scope, and where nothing can be done, nothing is begun."""
    desk = Desk()
    async with talking(talk(desk)) as client:
        await client.says(t="act", id="1", do="approve")
        assert ("no-scope", "1") == (client.frames[-1]["code"], client.frames[-1]["id"])
    async with talking(talk(None), AYSE) as client:
        await client.says(t="act", id="1", do="approve")
        assert "no-such-action" == client.frames[-1]["code"]
    assert [] == desk.asked


async def test_a_few_at_once_and_not_more_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of one client; of all together as many as the gateway can do, then `full`."""
    monkeypatch.setattr(module, "ACTS_AT_ONCE_MAX", ACTS_MAX + 1)
    desk = Desk()
    both = talk(desk)
    async with talking(both, AYSE) as one, talking(both, AYSE) as other:
        for number in range(ACTS_MAX + 1):
            await one.says(t="act", id=f"{number}", do="pause")
        assert "too-many" == one.frames[-1]["code"]
        for id in ("a", "b"):
            await other.says(t="act", id=id, do="pause")
        assert ("full", "b", True) == tuple(other.frames[-1][field] for field in ("code", "id", "temporary"))
        assert ACTS_MAX + 1 == len(desk.asked)
        desk.go.set()
        await until_done(one, ACTS_MAX)
        await until_done(other)
        await other.says(t="act", id="b", do="pause")
        await until_done(other, 2)


async def test_who_leaves_is_waited_for_a_moment() -> None:
    """What was begun may be finished when its client is gone; nobody is told then."""
    desk = Desk()
    async with talking(talk(desk), AYSE) as client:
        await client.says(t="act", id="1", do="approve")
        client.goes()
        await asyncio.sleep(0)
        assert [] == desk.ended
        desk.go.set()
    assert ["approve"] == desk.ended
    assert ["hello"] == client.kinds


async def test_no_act_outlives_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not end is cancelled: a gateway that stops leaves nothing behind."""
    monkeypatch.setattr(module, "FAREWELL_WITHIN_S", 0.01)
    desk = Desk()
    async with talking(talk(desk), AYSE) as client:
        await client.says(t="act", id="1", do="approve")
    assert ["approve"] == desk.ended
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("act ")]


def test_the_answer_is_what_the_page_says() -> None:
    """`ok`, `outcome` and `d` of what the actor says, and nothing else of it."""
    from web.session import Act, Session

    session = Session(hub(night()).offer, 0.0)
    said = json.loads(session.acted(Act("1", "rule", {}), {"ok": True, "outcome": "ruled", "secret": 1}).text)
    assert {"t": "done", "id": "1", "do": "rule", "ok": True, "outcome": "ruled", "d": None} == said
