"""One connection over a real socket: requests right and wrong, answers that take their time, floods."""

import asyncio
import json
import logging
import socket
import zlib
from http import HTTPStatus

import pytest

from tests.web.heads import ASKED
from tests.web.hosts import listener
from tests.web.house import house, until
from tests.web.made import records
from tests.web.raw import CONT, PING, TEXT, Raw, answers, close, frame, text, upgrade
from web.connections import DEBT_MAX, LARGE_BYTES, READ_BYTES, UNREAD_BYTES, Stage
from web.heads import LINE_BYTES_MAX
from web.listening import FETCH_STALLED_S, PAID_A_ROUND, UNFETCHED_BYTES_MAX
from web.replies import Answer, Request
from web.session import COMMAND_BYTES_MAX

MANY = {"new_per_s": 1e6, "heartbeat_s": 3600.0}


async def test_requests_that_are_none(caplog: pytest.LogCaptureFixture) -> None:
    """Each is answered with its status, and the next one is served; nothing is an error of ours."""
    async with house(**MANY) as at:
        assert [case[2] for case in ASKED] == await answers(at.gateway.port, [case[1] for case in ASKED])
        refused = at.gateway.gate.refused["malformed"]
        assert sum(case[2] in (400, 405, 414, 431, 505) for case in ASKED) == refused
        assert 200 == (await at.get("GET / HTTP/1.1\nHost: x"))[0]
    assert [] == [one.getMessage() for one in caplog.records if one.levelno > logging.INFO]


@pytest.mark.parametrize("pieces", [1, 7])
async def test_a_request_in_pieces(pieces: int) -> None:
    """However it is cut, it is one request."""
    async with listener() as at:
        raw = await Raw.connect(at.port)
        asked = asyncio.create_task(raw.say(b"GET /whole HTTP/1.1\r\nHost: x\r\n\r\n", pieces))
        assert (200, b"/whole") == (await raw.head())[::2]
        await asked
        raw.leave()


async def test_one_answer_a_connection() -> None:
    """What follows a request, another one or rubbish, is not looked at; the connection ends."""
    async with listener() as at:
        for more in (b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n", b"rubbish", b"\x00" * 10_000):
            raw = await Raw.connect(at.port)
            await raw.say(b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + more)
            said = await raw.rest()
            assert said.endswith(b"\r\n\r\n/first")
            assert 1 == said.count(b"HTTP/1.1")
            raw.leave()
        await at.quiet()


async def test_half_a_request() -> None:
    """Who hangs up before it is whole is gone, without a word."""
    async with listener() as at:
        raw = await Raw.connect(at.port)
        await raw.say(b"GET / HT")
        await until(lambda: at.listening.count(Stage.ASKING) == 1)
        raw.leave()
        await at.quiet()
        assert [] == at.inn.refused


async def test_a_client_that_says_no_more_is_answered() -> None:
    """Some programs close their half after the request; they still read."""
    async with listener() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(b"GET /half HTTP/1.1\r\nHost: x\r\n\r\n")
        writer.write_eof()
        assert (await reader.read()).endswith(b"/half")
        writer.close()


async def test_an_answer_that_takes_time(caplog: pytest.LogCaptureFixture) -> None:
    """It is waited for; meanwhile nothing is read; when it fails, 500 is said, and one line to us."""
    ready = asyncio.Event()

    async def slowly(request: Request) -> Answer:
        await ready.wait()
        if request.target == "/broken":
            raise RuntimeError("it broke")
        return Answer(HTTPStatus.OK, {}, b"at last")

    async with listener() as at:
        at.inn.answer = slowly
        both = [await Raw.connect(at.port) for _ in range(2)]
        for raw, target in zip(both, (b"/slow", b"/broken"), strict=True):
            await raw.say(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n" + b"x" * 5000)
        await until(lambda: at.listening.count(Stage.WAITING) == 2)
        ready.set()
        assert [(200, b"at last"), 500] == [(await both[0].head())[::2], (await both[1].head())[0]]
        for raw in both:
            raw.leave()
        await at.quiet()
    assert ["a request could not be answered"] == [one.getMessage() for one in caplog.records if one.exc_info]


async def test_a_host_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is 500 to the one who asked, and a line for us."""

    def fails(request: Request) -> Answer:
        raise RuntimeError("it broke")

    async with listener() as at:
        at.inn.answer = fails
        assert [500] == await answers(at.port, [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
    assert ["a request could not be answered"] == [one.getMessage() for one in caplog.records if one.exc_info]


async def test_a_large_answer_is_fetched_slowly() -> None:
    """Whoever goes on reading gets all of it, however long it takes."""
    async with listener() as at:
        body = b"0123456789" * 300_000
        at.inn.answer = lambda request: Answer(HTTPStatus.OK, {}, body)
        raw = socket.create_connection(("127.0.0.1", at.port))
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(raw, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while piece := await loop.sock_recv(raw, 100_000):
            said += piece
            await asyncio.sleep(0)
            at.later(1.0)
        assert at.now > 1000.0 + FETCH_STALLED_S
        assert said.endswith(b"\r\n\r\n" + body)
        raw.close()
        await at.quiet()


async def test_too_many_large_answers_wait() -> None:
    """While much waits for slow readers a large one is refused, and small ones are not."""
    async with listener() as at:
        at.inn.answer = lambda request: Answer(HTTPStatus.OK, {}, b"x" * int(request.target[1:]))
        at.listening.unfetched = UNFETCHED_BYTES_MAX + 1
        asked = [b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % size for size in (LARGE_BYTES, LARGE_BYTES + 1)]
        assert [200, 503] == await answers(at.port, asked)
        at.listening.unfetched -= UNFETCHED_BYTES_MAX + 1
        await at.quiet()


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        (426, ("Connection: Upgrade", "Connection: close")),
        (426, ("Upgrade: websocket", "Upgrade: h2c")),
        (400, ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8")),
        (400, ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short")),
        (400, ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "")),
        (505, ("HTTP/1.1", "HTTP/1.0")),
        (400, ("Upgrade: websocket", f"Upgrade: websocket\r\nX-Long: {'x' * (LINE_BYTES_MAX - 8)}")),
    ],
)
async def test_handshakes_that_are_none(expected: int, wrong: tuple[str, str]) -> None:
    """Each is answered, and the place that was taken is given back."""
    request = upgrade().replace(wrong[0].encode(), wrong[1].encode())
    async with house(**MANY) as at:
        assert [expected] == await answers(at.gateway.port, [request])
        assert 0 == at.gateway.gate.taken


async def test_what_is_said_too_early_is_heard() -> None:
    """A command in the same breath as the handshake; the standard wants clients to wait, some do not."""
    async with listener() as at:
        raw = await Raw.connect(at.port)
        await raw.say(upgrade() + text("early"))
        assert 101 == (await raw.head())[0]
        assert ["hello", "error echo"] == await raw.until("error echo")
        assert ["early"] == at.inn.heard
        raw.leave()


async def test_frames_without_end_are_read_slowly() -> None:
    """A flood is paid for: after the first some hundred only so many are read a round, and all in the end."""
    number, pongs = 5000, 0

    async def count() -> None:
        nonlocal pongs
        while (one := await flood.frame()) is not None:
            pongs += str(one) == "pong"

    async with listener() as at:
        flood, calm = await Raw.websocket(at.port), await Raw.websocket(at.port)
        await flood.say(frame(PING) * number)
        counting = asyncio.create_task(count())
        await until(lambda: pongs > DEBT_MAX)
        rounds = 0
        while pongs < number:
            at.later(0.5)
            rounds += 1
            # While it owes, its neighbour is served at once.
            await calm.say(text("quick"))
            assert ["error echo"] == await calm.until("error echo")
        assert rounds > (number - DEBT_MAX - READ_BYTES / len(frame(PING))) / PAID_A_ROUND
        flood.leave()
        calm.leave()
        await counting


async def test_pings_without_reading_pongs() -> None:
    """Who does not read what is said is not read: what waits for it stays small."""
    async with listener() as at:
        raw = await Raw.websocket(at.port)
        flood = asyncio.create_task(raw.say(frame(PING, b"*" * 125) * 200_000))
        peer = at.inn.sockets[0].peer
        for _ in range(300):
            at.later(0.5)
            await asyncio.sleep(0)
            assert peer.waiting_bytes() < UNREAD_BYTES + 64 * 1024
        flood.cancel()
        raw.leave()
        await asyncio.wait([flood])


def bomb(size: int) -> bytes:
    """A text of so many bytes, packed to a thousandth of it."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (press.compress(b"0" * size) + press.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"


@pytest.mark.parametrize(
    ("expected", "sent"),
    [
        (["error echo"], frame(TEXT, bomb(COMMAND_BYTES_MAX), rsv=4)),
        (["close 1009"], frame(TEXT, bomb(COMMAND_BYTES_MAX + 1), rsv=4)),
        (["close 1009"], frame(TEXT, bomb(3_000_000), rsv=4)),
        (["close 1009"], frame(TEXT, bomb(3_000_000)[:2000], rsv=4, fin=False)),
        (["close 1002"], frame(TEXT, b"\xff\xff\xff\xff", rsv=4)),
        (["close 1002"], frame(TEXT, bomb(100)[:5], rsv=4, fin=False) + frame(CONT, bomb(100)[5:], rsv=4)),
        (["error echo"], frame(TEXT, bomb(100)[:5], rsv=4, fin=False) + frame(CONT, bomb(100)[5:])),
        (["error echo"], text("not packed")),
        (["close 1002"], frame(PING, b"x", rsv=4)),
    ],
)  # fmt: skip
async def test_packed_messages(expected: list[str], sent: bytes) -> None:
    """A command may come packed; what it inflates to counts, and no more than that is ever made of it."""
    async with listener() as at:
        raw = await Raw.websocket(at.port, DEFLATE)
        await raw.say(sent)
        assert expected == await raw.until(number=1)
        raw.leave()


async def test_packing_that_was_not_agreed_on() -> None:
    """Then a packed message is a mistake."""
    async with listener(deflate=False) as at:
        raw = await Raw.websocket(at.port, DEFLATE)
        await raw.say(frame(TEXT, bomb(10), rsv=4))
        assert ["close 1002"] == await raw.until(number=1)
        raw.leave()


async def test_a_conversation_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """One client's trouble is told once, and closes that client with 1011."""

    async def breaks(which: object) -> None:
        raise RuntimeError("it broke")

    async with listener() as at:
        at.inn.begin = breaks
        raw = await Raw.connect(at.port)
        await raw.say(upgrade())
        assert 101 == (await raw.head())[0]
        assert ["close 1011"] == await raw.until()
        raw.leave()
        await at.quiet()
        assert [(1011, "failed")] == [(life.code, life.because) for life in at.inn.lives if life]
    assert ["a client's conversation failed"] == [one.getMessage() for one in caplog.records if one.exc_info]


async def test_how_lives_end() -> None:
    """Left by a goodbye, lost without one, ended by a mistake: each is told once, with its code."""
    async with listener() as at:
        for sent in (close(1001), b"", frame(3)):
            raw = await Raw.websocket(at.port)
            await raw.say(sent)
            if sent:
                await raw.until()
            raw.leave()
            await at.quiet()
        told = [(life.because, life.code) for life in at.inn.lives if life]
        assert [("left", 1001), ("lost", 1006), ("mistake", 1002)] == told


async def test_messages_of_an_odd_client() -> None:
    """A thousand in one breath are all heard, in order, and no more than a few wait at a time."""
    async with house(**MANY) as at:
        at.count(records()[:5])
        raw = await Raw.websocket(at.gateway.port)
        command = json.dumps({"t": "subscribe", "sub": "a", "contest": "mayor"})
        await raw.say(text(command) * 20)
        assert ["snapshot"] * 20 == await raw.until(number=20)
        raw.leave()
