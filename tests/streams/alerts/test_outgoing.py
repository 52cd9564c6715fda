"""Whether nothing is sent to where it must not go: private networks, other schemes, other addresses.

Know before changing: the receiver here is real and on loopback, which only a target that is allowed reaches.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from election.wire.delivered import Target
from streams.alerts.channel import NotDeliveredError
from streams.alerts.outgoing import RETRY_AFTER_S_MAX, fault, is_public, post, retry_after, without_address
from tests.patience import accepted

PUBLIC = Target("webhook", "")
ALLOWED = Target("webhook", "", private=True, http=True)
NOW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2a00:1450:4001:80e::200e", "::ffff:8.8.8.8"])
def test_a_public_address_is_public(address: str) -> None:
    """Of either family."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_an_address_of_a_private_network_is_not(address: str) -> None:
    """Nor one that only wraps such an address."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://newsroom.example/hook?a=b", ""),
        ("https://8.8.8.8/", ""),
        ("http://newsroom.example/", "it is http"),
        ("https://127.0.0.1/", "not public"),
        ("https://[::1]/", "not public"),
        ("https://name:secret@newsroom.example/", "name or password"),
        ("ftp://newsroom.example/", "no https:// URL"),
        ("https:///path", "no https:// URL"),
        ("https://newsroom.example:0/", "no https:// URL"),
        ("https://newsroom.example:port/", "no URL"),
        ("", "no https:// URL"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(url: str, says: str) -> None:
    """Without the address: it may be a secret."""
    found = fault(url, PUBLIC)
    assert says in found
    assert bool(says) == bool(found)
    assert "secret" not in found


@pytest.fixture
async def receiver() -> AsyncIterator[Any]:
    """A server on loopback: its port, and what it got."""
    got: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        got.append(request)
        return web.Response(status=int(request.path.strip("/") or 204), text="words\x00 and\nlines")

    runner = web.AppRunner(web.Application(), shutdown_timeout=0.1)
    runner.app.router.add_route("*", "/{path:.*}", answer)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1], got
    await site.stop()
    await accepted()
    await runner.cleanup()


@pytest.mark.parametrize("host", ["127.1", "2130706433"])
async def test_a_host_that_is_half_a_number_is_not_connected_to(host: str, receiver: Any) -> None:
    """Some resolvers read it as an address."""
    port, got = receiver
    with pytest.raises(NotDeliveredError):
        await post(f"http://{host}:{port}/", b"{}", {}, ALLOWED, 5)
    assert [] == got


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001"])
async def test_loopback_is_not_reached_under_any_of_its_names(host: str, receiver: Any) -> None:
    """Unless its host is allowed by name."""
    port, got = receiver
    only_http = Target("webhook", "", http=True)
    with pytest.raises(NotDeliveredError, match="not public") as caught:
        await post(f"http://{host}:{port}/", b"{}", {}, only_http, 5)
    assert caught.value.hopeless
    assert [] == got
    await post(f"http://{host}:{port}/", b"{}", {}, ALLOWED, 5)
    assert 1 == len(got)


@pytest.mark.parametrize("host", ["１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1"])
async def test_loopback_is_not_reached_in_other_digits(host: str, receiver: Any) -> None:
    """The library reads them as an address, which no resolver is asked for."""
    port, got = receiver
    with pytest.raises(NotDeliveredError, match="not public") as caught:
        await post(f"http://{host}:{port}/", b"{}", {}, Target("webhook", "", http=True), 5)
    assert caught.value.hopeless
    assert [] == got
    await post(f"http://{host}:{port}/", b"{}", {}, ALLOWED, 5)
    assert 1 == len(got)


async def test_a_name_is_resolved_once_and_connected_to_where_it_was_looked_at(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is looked at and private when it is used gains nothing."""
    port, got = receiver
    asked: list[str] = []
    real = asyncio.BaseEventLoop.getaddrinfo

    async def rebinding(self: Any, host: Any, port: Any, **more: Any) -> Any:
        if host != "rebinding.example":
            return await real(self, host, port, **more)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", rebinding)
    await post(f"http://rebinding.example:{port}/", b"{}", {}, ALLOWED, 5)
    assert (1, 1) == (len(asked), len(got))


async def test_a_name_with_one_private_address_is_refused(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among public ones too: which of them is taken is chance."""
    port, got = receiver

    async def mixed(self: Any, host: Any, port: Any, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", mixed)
    with pytest.raises(NotDeliveredError, match="not public"):
        await post(f"http://mixed.example:{port}/", b"{}", {}, Target("webhook", "", http=True), 5)
    assert [] == got


@pytest.mark.parametrize(("status", "hopeless"), [(301, False), (400, False), (410, True), (500, False)])
async def test_anything_but_2xx_fails_the_try(status: int, hopeless: bool, receiver: Any) -> None:
    """With the first words of the answer on one line; 410 means never again."""
    port, _ = receiver
    with pytest.raises(NotDeliveredError, match=f"answered {status}") as caught:
        await post(f"http://127.0.0.1:{port}/{status}", b"{}", {}, ALLOWED, 5)
    assert hopeless == caught.value.hopeless
    assert str(caught.value).isprintable()


HOOK = "https://user:pa55word@hooks.example/services/T0ABCDEF/b%C3%BCy%C3%BCk-99?key=0123456789"


@pytest.mark.parametrize(
    ("said", "told"),
    [("Cannot POST /services/T0ABCDEF/x", "Cannot POST /…/…/x"), ("no such büyük-99!", "no such …!"),
     ("key 0123456789 / PA55WORD", "key … / …"), ("it hurts", "it hurts"),
     ("cut off at T0ABCDE", "cut off at …")],
)  # fmt: skip
def test_what_a_server_repeats_of_the_address_is_not_told(said: str, told: str) -> None:
    """Many answer an address they do not know with the address, which may be the secret itself."""
    assert told == without_address(said, HOOK)


@given(
    st.text(max_size=30),
    st.text(max_size=30),
    st.sampled_from(["T0ABCDEF", "b%C3%BCy%C3%BCk-99", "büyük-99"]),
)
def test_whatever_stands_around_it_no_part_of_the_address_is_told(before: str, after: str, part: str) -> None:
    """Whole or as it is written in the address."""
    assert part.lower() not in without_address(before + part + after, HOOK).lower()


async def test_nobody_there_fails_the_try() -> None:
    """A port where nobody listens, and a name that nobody has."""
    for url in ("http://127.0.0.1:1/", "http://nobody.invalid/"):
        with pytest.raises(NotDeliveredError, match="no connection") as caught:
            await post(url, b"{}", {}, ALLOWED, 5)
        assert not caught.value.hopeless


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    """It accepted the connection and is silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotDeliveredError, match=r"no answer within 0\.2 s"):
            await post(f"http://127.0.0.1:{port}/", b"{}", {}, ALLOWED, 0.2)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0), ("5", 5), (" 7 ", 7), ("-1", 0), ("soon", 0), ("1.5", 0), ("999999999", RETRY_AFTER_S_MAX),
        ("Sun, 6 Oct 2024 18:01:00 +99999999999999999999", 0), ("6 Oct 99999999999999999999 18:01", 0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), RETRY_AFTER_S_MAX),
    ],
)  # fmt: skip
def test_a_wait_that_is_asked_for_is_seconds_or_a_date(text: str, seconds: float) -> None:
    """Anything else asks for nothing, and nobody is made to wait for ever."""
    assert seconds == retry_after(text, NOW)
