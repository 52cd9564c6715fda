"""A client's conversation over a real socket: hello, mistakes and who never learns."""

from websockets.asyncio.client import connect

from tests.web.house import frame, house, say, the_end


async def test_hello_first() -> None:
    """The first frame of a connection says where one is, before anything is asked for."""
    async with house(session="desk-1", mode="rehearsal") as at, connect(at.ws) as client:
        hello = await frame(client)
        assert ("hello", "rehearsal", "practice", "desk-1", 10) == tuple(
            hello[key] for key in ("t", "mode", "night", "session", "tick_ms")
        )


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
