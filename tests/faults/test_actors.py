"""A gateway that is asked while it goes away does not end the night."""

import asyncio

import pytest

from faults.actors import get
from sandik import ports


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}",
        b"nothing\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_breaks_off_is_none(answer: bytes) -> None:
    """Whoever asks asks again."""

    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(breaks_off, ports.LOCALHOST, 0)
    async with server:
        assert await asyncio.to_thread(get, server.sockets[0].getsockname()[1], "/") is None


def test_nobody_there_is_none() -> None:
    """It is to come."""
    assert get(ports.choose(), "/") is None
