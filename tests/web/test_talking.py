"""A client's conversation: hello, mistakes, who never learns, who it is, and who has nothing to do here."""

import time
from dataclasses import replace

import pytest
from websockets.asyncio.client import connect

from tests.web.house import frame, house, say, the_end, until
from tests.web.made import Worker, hub, night, records
from tests.web.talked import perform, talking
from web.gate import Visitor
from web.session import BAD_TOKENS_MAX
from web.settings import Settings
from web.talking import IDLE_WITHIN_S, PRESENT_WITHIN_S, Talk

NOBODY = Visitor("127.0.0.1", "", frozenset())
AYSE = Visitor("127.0.0.1", "ayse", frozenset({"view", "alerts", "desk"}))


def talk(gone: set[str] | None = None) -> Talk:
    """A talk that knows one token, of somebody who may be welcome no longer."""

    def sign_in(token: str, came: Visitor) -> Visitor | None:
        return replace(AYSE, address=came.address) if token == "ayse's" else None

    return Talk(
        hub(night()), Settings(), perform, sign_in, still=lambda visitor: visitor.name not in (gone or set())
    )  # fmt: skip


async def test_hello_first() -> None:
    """The first frame of a connection says where one is, before anything is asked for."""
    async with house(session="desk-1", mode="rehearsal") as at, connect(at.ws) as client:
        hello = await frame(client)
        assert ("hello", "rehearsal", "practice", "desk-1", 10) == tuple(
            hello[key] for key in ("t", "mode", "night", "session", "tick_ms")
        )
        assert (True, ["alerts", "view"]) == (hello["simulated"], hello["scopes"])


async def test_errors_over_a_socket() -> None:
    """A mistake is answered by an error frame, and the conversation goes on."""
    async with house() as at, connect(at.ws) as client:
        await client.send("hello?")
        assert "not-json" == (await frame(client, "error"))["code"]
        await say(client, t="subscribe", sub="a", contest="king")
        error = await frame(client, "error")
        assert ("no-such-contest", "a") == (error["code"], error["sub"])
        await say(client, t="subscribe", sub="a", contest="mayor")
        assert "mayor" == (await frame(client, "snapshot"))["d"]["contest"]
        await say(client, t="unsubscribe", sub="a")
        await say(client, t="unsubscribe", sub="a")
        assert "no-such-sub" == (await frame(client, "error"))["code"]


async def test_who_never_learns_is_closed() -> None:
    """A hundred errors, and the goodbye says not to come back."""
    async with house() as at, connect(at.ws) as client:
        code, frames = await the_end(client, begin=["?"] * 200)
        assert 3501 == code
        assert {"t": "bye", "code": 3501, "reconnect_after_ms": None} == frames[-1]
        assert {"not-json", "too-fast"} == {made["code"] for made in frames if made["t"] == "error"}


async def test_several_contests_and_events() -> None:
    """One command for many, each under a name of its own; none of them where one cannot be had."""
    async with talking(talk()) as client:
        await client.says(t="subscribe", sub="a", contests="*")
        await client.says(t="subscribe", sub="e", kind="event", contest="mayor", after=0)
        await client.says(t="subscribe", sub="b", contests=["mayor", "king"])
        assert ["a/mayor", "a/assembly", "a/bridge", "e", "b"] == [one["sub"] for one in client.frames[1:]]
        assert ["hello", "snapshot", "snapshot", "snapshot", "subscribed", "error"] == client.kinds


async def test_signing_in() -> None:
    """A good token says who it is from then on, on the socket too; bad ones end it, the fifth in a row."""
    async with talking(talk(), replace(NOBODY, address="10.1.1.1")) as client:
        assert [] == client.frames[0]["scopes"]
        await client.says(t="subscribe", sub="a", contest="mayor")
        assert "no-scope" == client.frames[-1]["code"]
        await client.says(t="auth", token="ayse's")
        assert {"t": "scopes", "scopes": ["alerts", "desk", "view"], "name": "ayse"} == client.frames[-1]
        assert ("ayse", "10.1.1.1") == (client.visitor.name, client.visitor.address)
        await client.says(t="subscribe", sub="a", contest="mayor")
        assert "snapshot" == client.kinds[-1]
        for _ in range(BAD_TOKENS_MAX):
            await client.says(t="auth", token="ayses")
        await until(lambda: client.code != 0)
        assert (3401, "bad token") == client.closed
    assert ["bad-token"] * (BAD_TOKENS_MAX - 1) == [made["code"] for made in client.frames[-5:-1]]
    assert {"t": "bye", "code": 3401, "reconnect_after_ms": None} == client.frames[-1]


async def test_without_tokens_none_is_good() -> None:
    """A gateway that knows no tokens says so of each."""
    async with talking(Talk(hub(night()), Settings(), perform)) as client:
        await client.says(t="auth", token="ayse's")
        assert "bad-token" == client.frames[-1]["code"]


@pytest.mark.parametrize("says", [True, False])
async def test_a_token_that_is_good_no_longer(says: bool) -> None:
    """Whoever came with it is sent away: when they say something, or when it is looked at."""
    gone: set[str] = set()
    made = talk(gone)
    async with talking(made, AYSE) as client:
        await client.says(t="subscribe", sub="a", contest="mayor")
        made.look(time.monotonic())
        gone.add("ayse")
        if says:
            await client.says(t="unsubscribe", sub="a")
        else:
            made.look(time.monotonic())
            made.look(time.monotonic())
        await until(lambda: client.code != 0)
        assert 3401 == client.code
    assert ["hello", "snapshot", "bye"] == client.kinds


async def test_signing_in_as_somebody_who_may_not_see_the_count_ends_it() -> None:
    """It lives as long as the token that is signed in now: the one by which it began may be revoked."""
    made = hub(night())
    replays = Visitor("127.0.0.1", "driver", frozenset({"replay"}))
    one = Talk(made, Settings(), perform, lambda token, came: replays, still=lambda visitor: True)
    async with talking(one, AYSE) as client, talking(one, AYSE) as stays:
        for each in (client, stays):
            await each.says(t="subscribe", sub="a", contest="mayor")
            await each.says(t="subscribe", sub="e", kind="event", contest="mayor")
        await client.says(t="auth", token="driver's")
        *ended, scopes = client.frames[3:]
        assert [("error", "a", "no-scope"), ("error", "e", "no-scope")] == [
            (frame["t"], frame["sub"], frame["code"]) for frame in ended
        ]
        assert ("scopes", ["replay"]) == (scopes["t"], scopes["scopes"])
        had = len(client.frames)
        worker = Worker(night())
        for contest, _ in worker.count(records()):
            made.hold(contest, worker.state(contest))
        perform(made.turn(time.monotonic()))
        assert (["snapshot"], had) == (stays.kinds[3:], len(client.frames))


async def test_who_presents_nothing_at_a_private_gateway() -> None:
    """Has a moment to do so; then it is closed, and may come back with a token."""
    made = talk()
    async with talking(made, NOBODY) as stays, talking(made, NOBODY) as goes:
        await stays.says(t="auth", token="ayse's")
        made.look(time.monotonic() + PRESENT_WITHIN_S - 1)
        assert 0 == goes.code
        made.look(time.monotonic() + PRESENT_WITHIN_S + 1)
        await until(lambda: goes.code != 0)
        assert (3403, 0) == (goes.code, stays.code)


async def test_who_follows_nothing_is_closed() -> None:
    """After a minute, which begins anew when the last subscription is given back."""
    made = talk()
    async with talking(made) as idle, talking(made) as follows:
        await follows.says(t="subscribe", sub="a", contest="mayor")
        made.look(time.monotonic() + IDLE_WITHIN_S - 1)
        assert 0 == idle.code
        made.look(time.monotonic() + IDLE_WITHIN_S + 1)
        await until(lambda: idle.code != 0)
        assert (3408, "nothing is followed") == idle.closed
        await follows.says(t="unsubscribe", sub="a")
        made.look(time.monotonic() + IDLE_WITHIN_S - 1)
        assert 0 == follows.code
        made.look(time.monotonic() + IDLE_WITHIN_S + 1)
        await until(lambda: follows.code != 0)


async def test_who_is_gone_is_forgotten() -> None:
    """By the hub, and by whoever looks."""
    to = hub(night())
    made = Talk(to, Settings(), perform)
    async with talking(made) as client:
        await client.says(t="subscribe", sub="a", contest="mayor")
        assert 1 == len(to)
    assert 0 == len(to)
    made.look(time.monotonic() + 1000)
    assert 0 == client.code
