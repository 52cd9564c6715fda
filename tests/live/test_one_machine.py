"""The gateway of one machine where it listens on IPv6, as a process of its own on a real store."""

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from sandik import ports
from sandik.one_machine import Machine
from sandik.supervise import Supervisor
from tests.ipv6 import said_without_ipv6
from tests.servers import Running
from tests.web.house import frame

NIGHT = Path(__file__).resolve().parents[2] / "nights" / "practice"


@pytest.mark.parametrize("host", ["::", "::1"])
async def test_a_gateway_answers_by_ipv6(
    redis_server: Running, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """It is found ready there, the address that is told leads to it, and its own page may ask it."""
    if said_without_ipv6(host):
        return
    monkeypatch.setenv("SANDIK_SHOWN", "0")
    port = ports.choose(0, host)
    machine = Machine(NIGHT, "replay", "127.0.0.1:1", "tansu", redis_server.url, host, port)
    assert f"http://[::1]:{port}/" == machine.url
    async with Supervisor() as house:
        await house.start(machine.gateway())
        page = Origin(machine.url.removesuffix("/"))
        async with connect(f"ws://[::1]:{port}/ws", origin=page) as client:
            await frame(client, "hello")
