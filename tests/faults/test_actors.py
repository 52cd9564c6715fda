"""A gateway that is asked while it goes away does not end the night."""

import asyncio
from typing import Any

import pytest

from faults.actors import get
from sandik import ports


async def answered(answer: bytes) -> dict[str, Any] | None:
    """What is made of a gateway's answer."""

    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(says, ports.LOCALHOST, 0) as server:
        return await asyncio.to_thread(get, server.sockets[0].getsockname()[1], "/")


async def test_a_gateway_is_asked_itself_whatever_proxy_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names one it would ask its own machine, and every night would be broken."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://{ports.LOCALHOST}:1")
    assert {"version": 4} == await answered(b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"version": 4}')


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
    assert await answered(answer) is None


def test_nobody_there_is_none() -> None:
    """It is to come."""
    assert get(ports.choose(), "/") is None
