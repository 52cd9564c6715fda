"""A store of several servers, without any: who is asked which primary holds what, and what is made of that.

Know before changing: real ones are in tests/live/test_store_cluster.py and test_store_sentinel.py.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import hiredis
import pytest
import uvloop
from redis.exceptions import AuthenticationError, ConnectionError, MovedError, ResponseError

from election.errors import UsageError
from stores.address import Place
from stores.failing import NotLetInError
from stores.opening import Alone, Opened, PrimaryConnection, QuickConnection, Slots

A, B = Place("a", 7000), Place("b", 7001)
HALVES = [[0, 8191, [b"a", 7000, b"id-a"], [b"c", 7002, b"id-c"]], [8192, 16383, [b"b", 7001, b"id-b"]]]
FIRST, SECOND = "{right}:x", "{left}:x"
"""Keys of the first half (slot 4555) and of the second (slot 14820)."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each server answers, by host:port; an error is raised. Whom nobody knows refuses to be reached."""
    answers: dict[str, Any] = {}

    async def ask(self: Opened, url: str, *words: str, within_s: float = 1.0) -> Any:
        place = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        answers.setdefault("asked", Counter())[place] += 1
        answer = answers.get(place, ConnectionError("connection refused"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Opened, "_ask", ask)
    return answers


def port(client: Any) -> int:
    """Whom a client is of."""
    found: int = client.connection_pool.connection_kwargs["port"]
    return found


async def test_a_single_server_is_never_asked_about_itself(said: dict[str, Any]) -> None:
    """One client for everything, whatever goes wrong."""
    opened = Opened("redis://a:7000/0", 1.0)
    client = await opened.at(FIRST)
    opened.doubt()
    assert client is await opened.at(SECOND)
    assert [(client, ["x", "y"])] == await opened.shares({"x": FIRST, "y": SECOND})
    assert ["redis://a:7000/0"] == await opened.primaries()
    assert opened.together
    assert {} == said
    await opened.aclose()


async def test_each_key_of_a_cluster_is_asked_of_its_primary(said: dict[str, Any]) -> None:
    """Any node that answers says who that is; the others need not be there, and it is asked once."""
    said["b:7001"] = HALVES
    opened = Opened("redis+cluster://a:7000,b:7001", 1.0)
    shares = await opened.shares({"x": FIRST, "y": SECOND, "z": "{right}:y"})
    assert {7000: ["x", "z"], 7001: ["y"]} == {port(client): names for client, names in shares}
    assert await opened.at(FIRST) is shares[0][0]
    assert ["redis://a:7000/0", "redis://b:7001/0"] == await opened.primaries()
    assert 1 == said["asked"]["b:7001"]
    assert not opened.together
    await opened.aclose()


async def test_after_a_doubt_nodes_that_were_not_named_may_answer(said: dict[str, Any]) -> None:
    """Whoever was named may be gone by then; a replica that was seen has taken over."""
    said["a:7000"] = HALVES
    opened = Opened("redis+cluster://a:7000", 1.0)
    assert 7000 == port(await opened.at(FIRST))
    opened.doubt()
    del said["a:7000"]
    said["c:7002"] = [[0, 8191, [b"c", 7002]], [8192, 16383, [b"b", 7001]]]
    assert 7002 == port(await opened.at(FIRST))
    assert 7001 == port(await opened.at(SECOND))
    await opened.aclose()


async def test_a_client_that_is_opened_while_others_close_is_closed_too(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that still works must not stop the end of its process, nor leave a connection behind."""
    said["a:7000"] = HALVES
    opened = Opened("redis+cluster://a:7000", 1.0)
    first, closed = await opened.at(FIRST), list[int]()

    async def close(client: Any) -> None:
        closed.append(port(client))
        if client is first:
            await opened.at(SECOND)

    monkeypatch.setattr(type(first), "aclose", close)
    await opened.aclose()
    assert [7000, 7001] == closed


async def test_a_cluster_of_which_nobody_answers_is_away(said: dict[str, Any]) -> None:
    """An error that passes, with the reason; so is one in which nobody serves the slot."""
    opened = Opened("redis+cluster://a:7000,b:7001", 1.0)
    with pytest.raises(ConnectionError, match="connection refused"):
        await opened.at(FIRST)
    said["a:7000"], said["b:7001"] = [], HALVES[:1]
    assert 7000 == port(await opened.at(FIRST))
    with pytest.raises(ConnectionError, match="no node of the cluster serves slot 14820"):
        await opened.at(SECOND)
    await opened.aclose()


async def test_who_was_never_let_in_does_not_wait_and_who_was_does(said: dict[str, Any]) -> None:
    """Of several servers one that knows us is enough; which one does not is said."""
    said["a:7000"] = AuthenticationError("invalid username-password pair")
    opened = Opened("redis+cluster://a:7000,b:7001", 1.0)
    with pytest.raises(NotLetInError, match="a:7000: invalid username-password pair") as told:
        await opened.at(FIRST)
    assert not opened.passes(told.value)
    said["b:7001"] = HALVES
    assert 7000 == port(await opened.at(FIRST))
    opened.answered()
    assert opened.passes(told.value)
    await opened.aclose()


async def test_a_sentinel_that_does_not_let_us_in_is_said_to_be_one(said: dict[str, Any]) -> None:
    """Sentinels have users of their own; while another of them answers, nobody minds."""
    said["r:26379"] = AuthenticationError("Authentication required.")
    opened = Opened("redis+sentinel://r:26379,s:26379/night", 1.0)
    with pytest.raises(NotLetInError, match="the sentinel r:26379: Authentication required"):
        await opened.at(FIRST)
    said["s:26379"] = (b"a", 7000)
    assert 7000 == port(await opened.at(FIRST))
    await opened.aclose()


async def test_a_server_that_is_no_cluster_is_said_so(said: dict[str, Any]) -> None:
    """Waiting would not make it one; neither does one server become a node of a cluster."""
    said["a:7000"] = ResponseError("This instance has cluster support disabled")
    opened = Opened("redis+cluster://:secret@a:7000", 1.0)
    with pytest.raises(UsageError, match="SANDIK_REDIS=redis://a:7000/0"):
        await opened.at(FIRST)
    assert opened.passes(MovedError("5 b:7001"))
    await opened.aclose()
    encrypted = Opened("rediss+cluster://:secret@a:7000", 1.0)
    with pytest.raises(UsageError, match="SANDIK_REDIS=rediss://a:7000/0"):
        await encrypted.at(FIRST)
    await encrypted.aclose()
    alone = Opened("redis://a:7000", 1.0)
    assert not alone.passes(MovedError("5 b:7001"))
    assert alone.passes(ConnectionError("gone"))
    await alone.aclose()


async def test_the_primary_is_whom_a_sentinel_names(said: dict[str, Any]) -> None:
    """After a doubt it may be another; every connection to it makes sure that it is one."""
    said["s:26379"] = (b"a", 7000)
    opened = Opened("redis+sentinel://r:26379,s:26379/night", 1.0)
    client = await opened.at(FIRST)
    assert (7000, PrimaryConnection) == (port(client), client.connection_pool.connection_class)
    assert client is await opened.at(SECOND)
    opened.doubt()
    said["s:26379"] = (b"b", 7001)
    assert 7001 == port(await opened.at(FIRST))
    assert ["redis://b:7001/0"] == await opened.primaries()
    assert opened.together
    await opened.aclose()


THREE = "redis+sentinel://r:26379,s:26379,t:26379/night"


async def led_to(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *named: Any) -> int:
    """Whom we are led to when three sentinels named the first primary, and name these now; nothing failed."""
    monkeypatch.setattr("stores.opening.MOVED_EVERY_S", 0.0)
    sentinels = ("r:26379", "s:26379", "t:26379")
    said |= dict.fromkeys(sentinels, (b"a", 7000))
    opened = Opened(THREE, 1.0)
    assert 7000 == port(await opened.at(FIRST))
    said |= dict(zip(sentinels, named, strict=True))
    for _ in range(40):  # whoever of them is asked first
        found = port(await opened.at(FIRST))
    await opened.aclose()
    return found


@pytest.mark.parametrize(
    ("named", "leads_to"),
    [
        (((b"b", 7001), (b"b", 7001), (b"b", 7001)), 7001),
        (((b"b", 7001), (b"a", 7000), (b"b", 7001)), 7001),
        (((b"b", 7001), ConnectionError("gone"), (b"b", 7001)), 7001),
        (((b"b", 7001), (b"a", 7000), (b"a", 7000)), 7000),
        (((b"b", 7001), ConnectionError("gone"), (b"a", 7000)), 7000),
        (((b"b", 7001), ConnectionError("gone"), ConnectionError("gone")), 7000),
        (((b"b", 7001), (b"c", 7002), (b"a", 7000)), 7000),
        ((None, None, None), 7000),
        ((ConnectionError("gone"), ConnectionError("gone"), ConnectionError("gone")), 7000),
    ],
)
async def test_most_of_the_sentinels_lead_elsewhere_though_nothing_failed(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch, named: Any, leads_to: int
) -> None:
    """A primary that hands over lives on; one sentinel that is ahead, or behind, leads nobody to and fro."""
    assert leads_to == await led_to(said, monkeypatch, *named)


async def test_sentinels_that_fall_silent_while_they_are_asked_lead_nowhere_else(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one names another primary; then nobody says anything any more."""
    monkeypatch.setattr("stores.opening.MOVED_EVERY_S", 0.0)
    said |= dict.fromkeys(("r:26379", "s:26379", "t:26379"), (b"a", 7000))
    opened = Opened(THREE, 1.0)
    await opened.at(FIRST)
    words = iter([Alone(Place("b", 7001))])

    async def named(place: Place) -> Alone | None:
        return next(words, None)

    monkeypatch.setattr(opened, "_named_by", named)
    assert 7000 == port(await opened.at(FIRST))
    await opened.aclose()


async def test_a_client_that_is_opened_while_others_are_let_go_of_disturbs_nothing(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two look at once where one of them doubts; none of them may end a worker."""
    said["n:7000"] = HALVES
    opened = Opened("redis+cluster://n:7000", 1.0)
    first = await opened.at(FIRST)

    async def another(**_: bool) -> None:
        opened._client(Place("c", 7002))

    monkeypatch.setattr(first.connection_pool, "disconnect", another)
    await opened._leave(Alone(B))
    assert 7002 == port(opened._client(Place("c", 7002)))
    monkeypatch.undo()
    await opened.aclose()


async def test_a_sentinel_is_asked_once_a_second_and_not_at_every_command(said: dict[str, Any]) -> None:
    """Asking costs a connection."""
    said["r:26379"] = (b"a", 7000)
    opened = Opened("redis+sentinel://r:26379/night", 1.0)
    for _ in range(100):
        await opened.at(FIRST)
    assert 100 > said["asked"]["r:26379"]
    await opened.aclose()


async def test_a_name_that_no_sentinel_knows_is_wrong_use(said: dict[str, Any]) -> None:
    """If all of them answer; while one is away, it may be the one that knows."""
    said["r:26379"] = None
    opened = Opened("redis+sentinel://r:26379,s:26379/day", 1.0)
    with pytest.raises(ConnectionError):
        await opened.at(FIRST)
    said["s:26379"] = None
    with pytest.raises(UsageError, match="knows no day"):
        await opened.at(FIRST)
    await opened.aclose()


def test_a_node_that_does_not_know_its_own_host_is_the_one_that_was_asked() -> None:
    """A node answers with no host until another has told it how it is reached."""
    assert ((0, 16383, A),) == Slots.read([[0, 16383, [b"", 7000, b"id"]]], Place("a", 1)).ranges
    assert ((0, 16383, A),) == Slots.read([[0, 16383, [None, 7000, b"id"]]], Place("a", 1)).ranges
    assert A == Alone(A).place(SECOND)


@pytest.mark.parametrize(
    ("role", "good"), [(b"role:master\r\nconnected_slaves:1", True), (b"role:slave\r\n", False)]
)
async def test_a_connection_to_a_replica_is_none(
    role: bytes, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was a primary when its address was asked for may have become a replica: its answers are old."""

    async def nothing(self: Any, *words: Any, **more: Any) -> None:
        return None

    async def answer(self: Any) -> bytes:
        return role

    monkeypatch.setattr(QuickConnection, "on_connect_check_health", nothing)
    monkeypatch.setattr(QuickConnection, "send_command", nothing)
    monkeypatch.setattr(QuickConnection, "read_response", answer)
    connecting: Callable[[], Any] = PrimaryConnection().on_connect_check_health
    if good:
        await connecting()
    else:
        with pytest.raises(ConnectionError, match="no primary"):
            await connecting()


@pytest.mark.parametrize(
    "address",
    [
        "redis://:secret@a:7000/0?socket_timeout=soon", "redis://:secret@a:7000/0?ssl_ca_cert=x",
        "redis://:secret@a:7000/0?ssl_ca_certs=x", "rediss://:secret@a:7000/0?ssl_cert_reqs=perhaps",
        "redis+cluster://:secret@a:7000?protocol=9",
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_said_at_once(address: str) -> None:
    """Misspelt, not of this kind of connection, or of no meaning; without the address and its password."""
    with pytest.raises(UsageError) as caught:
        Opened(address, 1.0)
    assert "SANDIK_REDIS has an option" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_server_that_hangs_up_while_something_is_sent_is_away() -> None:
    """uvloop then says RuntimeError, for which no worker waits: it would end while its store fails over."""

    async def hung_up() -> None:
        async with await asyncio.start_server(lambda _, out: out.close(), "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()[:2]
            connection = QuickConnection(host=host, port=port, socket_timeout=5)
            connection._reader, connection._writer = await asyncio.open_connection(host, port)
            connection._writer.transport.abort()
            with pytest.raises(ConnectionError):
                await connection.send_packed_command(b"PING", check_health=False)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(hung_up())


def test_commands_are_packed_as_the_library_packs_them() -> None:
    """Only faster: words of a command apart, then its arguments, bytes as they are."""
    connection = QuickConnection()
    words: Any = ("CLIENT", "SETNAME", "me")
    assert [hiredis.pack_command(words)] == connection.pack_command("CLIENT SETNAME", "me")
    expected = b"*3\r\n$4\r\nHSET\r\n$2\r\n\x00\xff\r\n$1\r\n7\r\n"
    assert [expected] == connection.pack_command("HSET", b"\x00\xff", 7)
