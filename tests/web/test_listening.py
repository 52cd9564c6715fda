"""The listener watches over every stage of a connection, and over who is still there."""

import asyncio
import socket
from http import HTTPStatus
from itertools import pairwise

import pytest

from tests.patience import PATIENCE_S
from tests.web.hosts import Hand, listener
from tests.web.house import until
from tests.web.raw import PONG, Raw, close, frame, text, upgrade
from web.connections import Stage
from web.listening import (
    ANSWER_WITHIN_S,
    ASK_EVERY_S,
    FETCH_STALLED_S,
    HANG_UP_WITHIN_S,
    HEAD_WITHIN_S,
    RECEIVE_BUFFER_BYTES,
    ROUND_S,
    SEND_BUFFER_BYTES,
    UNSENT_BYTES,
)
from web.replies import Answer, Request


async def at_stage(at: Hand, stage: Stage, number: int = 1) -> None:
    """Waits until so many are there."""
    await until(lambda: at.listening.count(stage) == number)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_a_request_has_its_time(begun: bytes) -> None:
    """Who says nothing, or goes on and on, hears 408; who came later has its own time."""
    async with listener() as at:
        slow = await Raw.connect(at.port)
        await slow.say(begun)
        await at_stage(at, Stage.ASKING)
        at.later(HEAD_WITHIN_S - 1)
        late = await Raw.connect(at.port)
        await at_stage(at, Stage.ASKING, 2)
        at.later(2)
        assert 408 == (await slow.head())[0]
        assert [("slow", HTTPStatus.REQUEST_TIMEOUT)] == at.inn.refused
        assert 1 == at.listening.count(Stage.ASKING)
        for raw in (slow, late):
            raw.leave()
        await at.quiet()


async def test_dribbling_does_not_help() -> None:
    """A byte now and then is no reason to wait longer."""
    async with listener() as at:
        raw = await Raw.connect(at.port)
        await raw.say(b"GET / HTTP/1.1\r\nX: ")
        await at_stage(at, Stage.ASKING)
        for _ in range(round(HEAD_WITHIN_S / ROUND_S) + 2):
            await raw.say(b"y")
            at.later(ROUND_S)
        assert 408 == (await raw.head())[0]
        raw.leave()


async def test_an_answer_has_its_time() -> None:
    """One that is never made ends with its connection; the work on it is given up."""
    given_up = asyncio.Event()

    async def never(_: object) -> Answer:
        try:
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")
        finally:
            given_up.set()

    async with listener() as at:
        at.inn.answer = never
        raw = await Raw.connect(at.port)
        await raw.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await at_stage(at, Stage.WAITING)
        at.later(ANSWER_WITHIN_S + 1)
        assert b"" == await raw.rest()
        await asyncio.wait_for(given_up.wait(), PATIENCE_S)
        raw.leave()


async def test_who_does_not_fetch_is_cut() -> None:
    """Its answer would wait here for ever."""
    async with listener() as at:
        at.inn.answer = lambda request: Answer(HTTPStatus.OK, {}, b"x" * 3_000_000)
        raw = await Raw.connect(at.port)
        await raw.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await at_stage(at, Stage.FETCHING)
        assert at.listening.unfetched > 1_000_000
        connection = next(iter(at.listening._at[Stage.FETCHING]))
        before = -1
        while connection.unfetched != before:  # until the kernel takes no more
            before = connection.unfetched
            at.later(0.5)
            await asyncio.sleep(0.01)
        at.later(FETCH_STALLED_S + 1)
        await at.quiet()
        assert 0 == at.listening.unfetched
        raw.leave()


async def test_who_does_not_hang_up_is_cut() -> None:
    """After an answer, and after goodbyes were said."""
    async with listener() as at:
        fetched, closed, silent = (
            await Raw.connect(at.port),
            await Raw.websocket(at.port),
            await Raw.websocket(at.port),
        )
        await fetched.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await fetched.head()
        await closed.say(close())
        assert ["close 1000"] == await closed.until(number=1)
        at.inn.sockets[1].goodbye(1012, "restart")
        assert ["close 1012"] == [str(await silent.frame())]
        await at_stage(at, Stage.CLOSING, 2)
        at.later(HANG_UP_WITHIN_S + 1)
        await at.quiet()
        assert {("left", 1000), ("restart", 1012)} == {
            (life.because, life.code) for life in at.inn.lives if life
        }
        for raw in (fetched, closed, silent):
            raw.leave()


async def test_there_is_a_most_of_strangers() -> None:
    """Those who have said nothing for longest make room; websockets and who fetches are not touched."""
    async with listener(others_max=3) as at:
        friend = await Raw.websocket(at.port)
        strangers = []
        for number in range(1, 4):
            strangers.append(await Raw.connect(at.port))
            await at_stage(at, Stage.ASKING, number)
        last = await Raw.connect(at.port)
        assert b"" == await strangers[0].rest()
        await last.say(b"GET /me HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (200, b"/me") == (await last.head())[::2]
        await friend.say(text("still here"))
        assert ["error echo"] == await friend.until(number=1)
        for raw in (*strangers, last, friend):
            raw.leave()


async def test_where_everybody_waits_for_an_answer_who_has_waited_longest_makes_room() -> None:
    """However many ask for what takes long, whoever comes next is let in."""
    async with listener(others_max=3) as at:
        made = asyncio.Event()

        async def later(request: Request) -> Answer:
            await made.wait()
            return Answer(HTTPStatus.OK, {}, request.target.encode())

        at.inn.answer = later
        waiting = []
        for number in range(1, 4):
            waiting.append(await Raw.connect(at.port))
            await waiting[-1].say(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
            await at_stage(at, Stage.WAITING, number)
        friend = await Raw.websocket(at.port)
        assert b"" == await waiting[0].rest()
        made.set()
        for number in (1, 2):
            assert (200, b"/%d" % (number + 1)) == (await waiting[number].head())[::2]
        for raw in (*waiting, friend):
            raw.leave()


async def test_a_crowd_at_once_makes_room_too() -> None:
    """Who comes in the same moment, before anybody who was cut is gone: for each one too many one is cut."""
    async with listener(others_max=3) as at:
        crowd = [socket.create_connection(("127.0.0.1", at.port)) for _ in range(12)]
        await at_stage(at, Stage.ASKING, 3)
        await until(lambda: at.listening.count() == 3)
        for one in crowd:
            one.close()


def asked_once(at: Hand) -> None:
    """Rounds enough for everybody to be asked whether they are there."""
    for _ in range(round(ASK_EVERY_S / ROUND_S)):
        at.later(ROUND_S)


async def test_who_is_silent_is_cut() -> None:
    """Neither a word nor a pong after two pings: gone without a goodbye. Who answers in any way stays."""
    async with listener() as at:
        dead, polite, chatty = [await Raw.websocket(at.port) for _ in range(3)]
        asked_once(at)
        for _ in range(3):
            asked_once(at)
            if at.listening.count(Stage.TALKING) == 3:
                assert "ping" == str(await polite.frame())
                await polite.say(frame(PONG))
                await chatty.say(text("hello"))
                await until(lambda: all(one.heard for one in list(at.listening._at[Stage.TALKING])[1:]))
        await until(lambda: at.listening.count(Stage.TALKING) == 2)
        assert [("silent", 1006)] == [(life.because, life.code) for life in at.inn.lives if life]
        for raw in (dead, polite, chatty):
            raw.leave()


async def test_everybody_is_asked_in_turn() -> None:
    """Never all at once, and nobody twice in one time around."""
    async with listener() as at:
        clients = [await Raw.websocket(at.port) for _ in range(80)]
        await at_stage(at, Stage.TALKING, 80)
        asked_once(at)
        asked = [0]
        for _ in range(round(ASK_EVERY_S / ROUND_S) - 1):
            asked.append(sum(not one.heard for one in at.listening._at[Stage.TALKING]))
            at.later(ROUND_S)
        assert 80 == asked[-1]
        assert max(after - before for before, after in pairwise(asked)) <= 16
        for raw in clients:
            raw.leave()


async def test_rounds_that_come_late_ask_more_of_them() -> None:
    """Whatever the gateway is busy with: everybody has been asked before anybody is asked again."""
    async with listener() as at:
        clients = [await Raw.websocket(at.port) for _ in range(80)]
        await at_stage(at, Stage.TALKING, 80)
        asked_once(at)
        for _ in range(2):
            at.later(2.4 * ROUND_S)
        assert not [one for one in at.listening._at[Stage.TALKING] if one.heard]
        for raw in clients:
            raw.leave()


async def test_who_could_not_be_heard_is_not_silent() -> None:
    """A gateway that stood still for a minute reads what was said meanwhile before it judges anybody."""
    async with listener() as at:
        raw = await Raw.websocket(at.port)
        asked_once(at)
        for _ in range(8):
            at.later(60)
        assert 1 == at.listening.count(Stage.TALKING)
        raw.leave()


async def test_who_does_not_read_is_not_asked() -> None:
    """A ping behind a megabyte says nothing of who is there: that is for the hub to judge."""
    async with listener() as at:
        raw = await Raw.websocket(at.port)
        peer = at.inn.sockets[0].peer
        while not peer.waiting_bytes():
            peer.put(b"\x81\x7e\xff\xff" + b"x" * 65535)
        for _ in range(4):
            asked_once(at)
        assert 1 == at.listening.count(Stage.TALKING)
        raw.leave()


async def test_kernel_buffers_are_small() -> None:
    """Those of an accepted connection: else a slow client looks like a fast one for seconds."""
    async with listener() as at:
        raw = await Raw.websocket(at.port)
        sock = at.inn.sockets[0].transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BUFFER_BYTES
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) <= 2 * RECEIVE_BUFFER_BYTES
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            assert UNSENT_BYTES == sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT)
        raw.leave()


async def test_deaf() -> None:
    """Nobody new is accepted, and those who are there go on."""
    async with listener() as at:
        raw = await Raw.websocket(at.port)
        await at.listening.deafen()
        with pytest.raises(OSError, match=r"refused|Connect"):
            await Raw.connect(at.port)
        await raw.say(text("hello"))
        assert ["error echo"] == await raw.until(number=1)
        raw.leave()


async def test_a_port_may_be_shared() -> None:
    """Two listeners at one port, and both are given clients."""
    async with listener(shared=True) as one:
        place = one.listening._place
        other = Hand(type(one.inn)(), type(place)("127.0.0.1", one.port, shared=True))
        await other.listening.open()
        clients = []
        while not (one.inn.sockets and other.inn.sockets):
            clients.append(await Raw.websocket(one.port))
            assert len(clients) < 200
        for raw in clients:
            raw.leave()
        await other.listening.close()


async def test_a_port_that_is_not_shared() -> None:
    """Then there is one listener."""
    async with listener() as one:
        other = Hand(one.inn, type(one.listening._place)("127.0.0.1", one.port, shared=True))
        with pytest.raises(OSError, match="in use"):
            await other.listening.open()


async def test_closing_leaves_nobody() -> None:
    """Whatever stage they are in."""
    async with listener() as at:
        raws = [await Raw.connect(at.port), await Raw.websocket(at.port)]
        half = await Raw.connect(at.port)
        await half.say(upgrade()[:20])
        await at_stage(at, Stage.ASKING, 2)
    for raw in (*raws, half):
        assert b"" == await raw.rest()
        raw.leave()


@pytest.mark.parametrize("rounds", range(5))
async def test_who_is_at_the_door_is_served(rounds: int) -> None:
    """Whenever nobody is accepted any more, no connection falls between: not yet accepted, or not yet one."""
    async with listener() as at:
        raw = socket.create_connection(("127.0.0.1", at.port))
        raw.sendall(b"GET /here HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.setblocking(False)
        for _ in range(rounds):
            await asyncio.sleep(0)
        await at.listening.deafen()
        said = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(raw, 1000), PATIENCE_S)
        assert said.startswith(b"HTTP/1.1 200")
        raw.close()
