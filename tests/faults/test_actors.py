"""Who takes part in a night; a gateway that is asked while it goes away does not end it."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from faults.actors import Actors, get
from faults.loaded import NoCompilerError
from faults.network import Networks
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


@pytest.mark.parametrize("many", [2, 4])
def test_as_many_workers_take_part_as_are_drawn_and_each_can_be_cut_off_alone(
    many: int, tmp_path: Path
) -> None:
    """So can the store."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    try:
        networks = Networks(tmp_path)
    except NoCompilerError as error:
        pytest.skip(str(error))
    brokers: Any = SimpleNamespace(addresses="", clocks=None, networks=networks, processes=())
    actors = Actors(tmp_path, brokers, "one", ("practice",), workers=many)
    workers = [one for one in actors.everybody if one.name.startswith("worker")]
    assert [f"worker-{place}" for place in range(many)] == [one.name for one in workers]
    assert list(actors.workers) == [one.name for one in workers]
    cut = [one.network for one in (*workers, actors["store-0"])]
    assert len(cut) == len(set(cut) - {None})
