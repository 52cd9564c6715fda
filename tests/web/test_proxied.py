"""Which proxy an address is reached by, and what a newsroom hears of one that is none."""

import asyncio
import os
import random
from typing import Any

import pytest
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from election.errors import OutsideError, UsageError
from sandik import ports
from tests.web.house import house, until
from web import watch as module
from web.proxied import no_proxy, on_this_machine, through, variable
from web.watch import watch

FAR, SAFE = "ws://night.example/ws", "wss://night.example/ws"


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A newsroom's machine, where a test says in `http_proxy` by which proxy everything is reached."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.parametrize("host", ["127.0.0.1", "LocalHost"])
async def test_a_gateway_of_this_machine_is_asked_itself_whatever_proxy_there_is(
    proxied: pytest.MonkeyPatch, host: str
) -> None:
    """The proxy would ask its own machine, where there is no gateway."""
    proxied.setenv("http_proxy", f"http://{ports.LOCALHOST}:1")
    async with house() as at:
        lines: list[str] = []
        dice = random.Random(1)
        task = asyncio.create_task(watch(f"{host}:{at.gateway.port}", ["mayor"], lines.append, dice))
        await until(lambda: any("boxes" in text for text in lines) or task.done())
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.result() is None
    assert lines[0].startswith("--:--:--Z [replay, SIMULATED] mayor 0/60 boxes")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("ws://127.1.2.3/ws", True),
        ("ws://[::1]:8080/ws", True),
        ("ws://0.0.0.0:8080/ws", True),
        ("ws://night.localhost:8080/ws", True),
        ("wss://localhost.example.org/ws", False),
        ("ws://10.0.0.7:8080/ws", False),
        ("ws://[2001:db8::1]/ws", False),
    ],
)
def test_which_addresses_lead_back_to_this_machine(place: str, expected: bool) -> None:
    """However they are written; another machine's name is not looked up for it."""
    assert expected is on_this_machine(place)


async def test_a_gateway_elsewhere_is_asked_through_the_proxy_that_there_is(
    proxied: pytest.MonkeyPatch,
) -> None:
    """From many newsrooms nothing else leads out; a proxy that does not let us through is no gateway."""
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, ports.LOCALHOST, 0) as proxy:
        proxied.setenv("http_proxy", f"http://{ports.LOCALHOST}:{proxy.sockets[0].getsockname()[1]}")
        with pytest.raises(OutsideError) as found:
            await watch(FAR, [], print, random.Random(1))
    assert str(found.value).startswith(
        f"No gateway answers at {FAR}, asked by the proxy that http_proxy names (proxy rejected connection: "
    )
    assert [b"CONNECT night.example:80 HTTP/1.1\r\n"] == asked


@pytest.mark.parametrize(
    ("place", "named", "expected"),
    [
        (FAR, {"http_proxy": "http://a"}, "http_proxy"),
        (FAR, {"http_proxy": "http://a", "HTTPS_PROXY": "http://b"}, "HTTPS_PROXY"),
        (FAR, {"https_proxy": "http://a", "WS_PROXY": "http://b"}, "WS_PROXY"),
        (SAFE, {"http_proxy": "http://a"}, ""),
        (SAFE, {"https_proxy": "http://a", "HTTPS_PROXY": "http://b"}, "https_proxy"),
        (SAFE, {"https_proxy": "", "HTTPS_PROXY": "http://b"}, ""),
        (SAFE, {}, ""),
    ],
)
def test_the_variable_is_the_one_that_the_library_goes_by(
    proxied: pytest.MonkeyPatch, place: str, named: dict[str, str], expected: str
) -> None:
    """Else a newsroom would be sent to mend another one."""
    for name, value in named.items():
        proxied.setenv(name, value)
    assert expected == variable(place)
    assert named.get(expected) == get_proxy(parse_uri(place))


@pytest.mark.parametrize(
    ("place", "named", "expected"),
    [
        (FAR, {}, ""),
        (FAR, {"http_proxy": "http://a"}, ", asked by the proxy that http_proxy names"),
        (FAR, {"http_proxy": "http://a", "no_proxy": "night.example"}, ""),
        (FAR, {"http_proxy": "http://a", "NO_PROXY": ".example"}, ""),
        (
            FAR,
            {"http_proxy": "http://a", "NO_PROXY": "day.example"},
            ", asked by the proxy that http_proxy names",
        ),
        ("ws://127.0.0.1:8080/ws", {"http_proxy": "http://a"}, ""),
    ],
)
def test_it_is_said_by_which_proxy_an_address_was_asked(
    proxied: pytest.MonkeyPatch, place: str, named: dict[str, str], expected: str
) -> None:
    """Where nobody answers, the proxy may be who does not."""
    for name, value in named.items():
        proxied.setenv(name, value)
    assert expected == through(place)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("http_proxy", "proxy.example:3128", " (scheme proxy.example isn't supported)"),
        ("HTTPS_PROXY", "http://ayse@proxy.example:3128", " (username provided without password)"),
        ("http_proxy", "http://ayse:geheim@proxy.example:3128/way", " (path is meaningless)"),
        ("http_proxy", "http://ayse:geheim@proxy.example:70000", ""),
        ("http_proxy", "http://ayse:geheim@proxy.example:geheim", ""),
        ("http_proxy", "http://ayse:geheim%ff@proxy.example:3128", ""),
    ],
)
async def test_a_proxy_that_is_none_is_wrong_use_and_its_variable_is_named(
    proxied: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    """With what to write; its address is not said, since a password may stand in it."""
    proxied.setenv(name, value)
    with pytest.raises(UsageError) as found:
        await watch(FAR, [], print, random.Random(1))
    assert str(found.value) == (
        f"{name} names no proxy by which {FAR} could be reached{why}: write it as http://HOST:PORT, or name "
        "night.example in no_proxy to do without."
    )
    assert found.value.__cause__ is None


async def test_a_proxy_of_a_sort_that_nobody_here_speaks_to_is_wrong_use(
    proxied: pytest.MonkeyPatch,
) -> None:
    """SOCKS needs a package that Sandık does not bring."""

    async def connect(place: str, **how: Any) -> Any:
        raise ImportError("connecting through a SOCKS proxy requires python-socks")

    proxied.setattr(module, "connect", connect)
    proxied.setenv("https_proxy", "socks5://proxy.example:1080")
    with pytest.raises(UsageError, match="https_proxy names a SOCKS proxy for") as found:
        await watch(FAR, [], print, random.Random(1))
    assert "pip install python-socks" in str(found.value)


@pytest.mark.usefixtures("proxied")
def test_a_proxy_that_no_variable_names_is_the_systems() -> None:
    """Some systems have settings of their own."""
    assert no_proxy(FAR).startswith("This system's settings name no proxy by which")
