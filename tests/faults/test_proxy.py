"""A line passes everything on, until something is done to it; then exactly that happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from faults.proxy import Line, obey
from tests.patience import PATIENCE_S, accepted

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class There:
    """A gateway that keeps what it is sent, and sends it back."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[Ends] = asyncio.Queue()
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody comes."""
        self.came.put_nowait((reader, writer))


@asynccontextmanager
async def lined() -> AsyncIterator[tuple[Line, There, int]]:
    """A gateway, a line to it, and the port where clients come in."""
    there = There()
    server = await asyncio.start_server(there.take, "127.0.0.1", 0)
    line = Line(server.sockets[0].getsockname()[1])
    port = await line.listen()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield line, there, port
    finally:
        await line.close()
        server.close()
        await accepted()


async def gone(*writers: asyncio.StreamWriter) -> None:
    """Our ends are closed, however the line's were."""
    for writer in writers:
        writer.transport.abort()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


@asynccontextmanager
async def met(there: There, port: int) -> AsyncIterator[tuple[Ends, Ends]]:
    """Both ends of a new connection through the line, after a word each way."""
    ours = await asyncio.open_connection("127.0.0.1", port)
    theirs = await there.came.get()
    try:
        for one, other in ((ours, theirs), (theirs, ours)):
            one[1].write(b"hello")
            assert b"hello" == await other[0].readexactly(5)
        yield ours, theirs
    finally:
        await gone(ours[1], theirs[1])


async def test_what_one_end_says_the_other_hears_and_a_goodbye_too() -> None:
    """Both ways, whatever its size."""
    async with lined() as (_, there, port), met(there, port) as (ours, theirs):
        theirs[1].write(b"x" * 300_000)
        assert 300_000 == len(await ours[0].readexactly(300_000))
        ours[1].close()
        assert b"" == await theirs[0].read()


async def test_a_line_to_nobody_is_no_line() -> None:
    """Who comes in while the gateway is away is sent away."""
    line = Line(1)
    port = await line.listen()
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert b"" == await reader.read()
    await gone(writer)
    await line.close()
    await accepted()


async def test_a_line_that_hangs_up_ends_both_ends_in_order() -> None:
    """And takes new connections."""
    async with lined() as (line, there, port), met(there, port) as (ours, theirs):
        assert 1 == line.do("hangs up")
        assert b"" == await ours[0].read()
        assert b"" == await theirs[0].read()
        async with met(there, port):
            assert 1 == line.do("hangs up")


async def test_a_reset_is_heard_as_one_at_both_ends() -> None:
    """Nobody is told that it was meant."""
    async with lined() as (line, there, port), met(there, port) as (ours, theirs):
        assert 1 == line.do("resets")
        for reader, _ in (ours, theirs):
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)


async def test_a_line_that_stalls_keeps_everything_back_until_it_goes_on() -> None:
    """What was said meanwhile is late and not lost; another line does not notice."""
    async with (
        lined() as (line, there, port), lined() as (_, beside, other),
        met(there, port) as (ours, theirs), met(beside, other) as (near, far),
    ):  # fmt: skip
        assert 1 == line.do("stalls")
        ours[1].write(b"later")
        read = asyncio.create_task(theirs[0].readexactly(5))
        near[1].write(b"now")
        assert b"now" == await far[0].readexactly(3)
        assert not read.done()
        line.do("goes on")
        assert b"later" == await read


async def test_a_slow_line_passes_all_on_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each so big at most."""
    monkeypatch.setattr("faults.proxy.SLOW_EVERY_S", 0.001)
    async with lined() as (line, there, port), met(there, port) as (ours, theirs):
        line.do("slow")
        ours[1].write(b"x" * 3000)
        assert 3000 == len(await theirs[0].readexactly(3000))
        line.do("goes on")


async def test_half_open_neither_end_hears_anything_any_more_not_even_that_it_is_over() -> None:
    """New connections pass; an end that goes says so to nobody."""
    async with lined() as (line, there, port), met(there, port) as (ours, theirs):
        assert 1 == line.do("half open")
        ours[1].write(b"is anybody there")
        theirs[1].write(b"nobody")
        theirs[1].close()
        heard = [asyncio.create_task(end[0].read(1)) for end in (ours, theirs)]
        async with met(there, port):  # which takes longer than passing on a word would have taken
            assert not heard[0].done()
            assert 1 == line.do("half open")
        for one in heard:
            one.cancel()
        await asyncio.gather(*heard, return_exceptions=True)


async def test_it_does_what_it_is_asked_line_by_line() -> None:
    """And answers with how many connections that befell; another word is an error."""
    async with lined() as (line, there, port), met(there, port):
        asked, said = asyncio.StreamReader(), list[dict[str, Any]]()
        asked.feed_data(b'{"line": 0, "do": "stalls"}\n{"line": 0, "do": "goes on"}\n')
        asked.feed_eof()
        await obey([line], asked, said.append)
        assert [("stalls", 1), ("goes on", 1)] == [(one["do"], one["hit"]) for one in said]
        with pytest.raises(KeyError):
            line.do("dances")
