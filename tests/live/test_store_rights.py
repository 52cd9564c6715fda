"""Redis with TLS, passwords and rights: a night by the least rights of the page, and nobody else gets in."""

import asyncio
import shlex
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from election.errors import OutsideError
from election.night import ContestId, SourceId
from election.wire.delivered import Target, delivery
from election.wire.frames import ContestState
from election.wire.keys import Keys
from election.wire.topics import Scope
from sandik import embedded, ports, probes
from stores.failing import FAILS
from streams.ledger import Ledger
from streams.settings import Settings
from streams.store import Store
from tests.live.crew import Crew
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import made
from web.upstream import Upstream

PAGE = Path(__file__).parents[2] / "docs" / "secure.md"
PASSWORD = "şifre:1/@#"
MAYOR = ContestId("mayor")


class Guarded:
    """A Redis that speaks TLS only, and that nobody but the users of the page may use."""

    def __init__(self, folder: Path, program: str) -> None:
        authority = trustme.CA()
        self.authority, self.stranger = folder / "authority.pem", folder / "stranger.pem"
        authority.cert_pem.write_to_path(self.authority)
        trustme.CA().cert_pem.write_to_path(self.stranger)
        issued = authority.issue_cert("localhost")
        (folder / "server.pem").write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(folder / "server.key")
        server = embedded.store(folder / "data", server=program)
        self.port = ports.choose()
        tls = (
            "--tls-port", str(self.port), "--tls-auth-clients", "no", "--tls-cert-file",
            str(folder / "server.pem"), "--tls-key-file", str(folder / "server.key"),
        )  # fmt: skip
        self.inside = server.redis_url
        ready = partial(ports.answers_ping, server.host, server.port)
        with_tls = replace(server.program, argv=(*server.program.argv, *tls), ready=ready)
        self.running = Running(replace(server, program=with_tls), folder / "redis.log", "redis")

    def url(self, user: str, password: str = PASSWORD, authority: Path | None = None) -> str:
        """What SANDIK_REDIS is for this user."""
        login = f"{user}:{quote(password, safe='')}"
        return f"rediss://{login}@localhost:{self.port}/0?ssl_ca_certs={authority or self.authority}"


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    """One for a test, empty, without users yet."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    one = Guarded(tmp_path, program)
    one.running.start()
    yield one
    one.running.close()


async def users(guarded: Guarded, scope: Scope) -> list[str]:
    """Makes the users of the page, by its own commands; the last of them shuts out everybody else."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("ACL SETUSER")]
    client = Redis.from_url(guarded.inside)
    for line in lines:
        words = shlex.split(
            line.replace("$N", scope.name).replace(">PASSWORD", f"'>{PASSWORD}'"), comments=False
        )
        assert await client.execute_command(*words)
    await client.aclose()
    return [line.split()[2] for line in lines]


class Ear:
    """Whoever listens to a gateway's reader."""

    def __init__(self) -> None:
        self.held: dict[ContestId, ContestState] = {}
        self.heard = asyncio.Event()

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A state of a contest."""
        self.held[contest] = state
        self.heard.set()

    def settled(self) -> None:
        """No matter."""

    def reached(self, now: float) -> None:
        """No matter."""

    def lost(self) -> None:
        """No matter: the test waits for a state, and has a deadline."""


async def test_a_night_passes_where_everybody_has_the_least_rights(
    tansu: Running, guarded: Guarded, tmp_path: Path
) -> None:
    """Counted, compared, shown and delivered, over TLS, each by a user of its own; no password in a log."""
    hands = Crew(tansu, guarded.running, tmp_path)
    assert {"worker", "gateway", "desk", "deliver", "verify", "doctor"} <= {
        *await users(guarded, hands.scope)
    }
    await hands.store.close()
    hands.environment["SANDIK_REDIS"] = guarded.url("worker")
    hands.store = Store(hands.night, hands.scope, Settings(redis=guarded.url("verify")))
    try:
        await hands.create_topics()
        hands.start()
        await hands.send(made.recording())
        await hands.until_applied()
        assert [] == list((await hands.verified()).differences)
        await shown(guarded.url("gateway"), hands)
        await delivered(guarded.url("deliver"), hands)
        assert "noeviction" == (await probes.redis_facts(guarded.url("doctor"))).maxmemory_policy
    finally:
        hands.close()
        await hands.store.close()
    assert [] == hands.codes
    assert PASSWORD not in hands.said()
    assert quote(PASSWORD, safe="") not in hands.said()


async def shown(url: str, hands: Crew) -> None:
    """What a gateway does: reads every contest and the boxes, and claims what one of several shall do."""
    ear = Ear()
    upstream = Upstream(hands.night, hands.scope, url, ear, time.monotonic)
    following = asyncio.create_task(upstream.follow())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while ear.held.keys() != hands.night.contests.keys():
                ear.heard.clear()
                await ear.heard.wait()
        assert (await upstream.boxes(MAYOR, SourceId("council"))).rows
        assert 0 == await upstream.claim(MAYOR, "turn", 5)
        assert 0 < await upstream.claim(MAYOR, "turn", 5)
    finally:
        following.cancel()
        await asyncio.wait([following])
        await upstream.close()


async def delivered(url: str, hands: Crew) -> None:
    """What `sandik deliver` does with its ledger, and what it reads."""
    ledger = Ledger(hands.night, hands.scope, Settings(redis=url))
    try:
        await ledger.restore(MAYOR, 0, [])
        row = delivery("f1", 1, "counted", Target("webhook", "https://newsroom.example/", who="a"))
        assert 1 == await ledger.spread(MAYOR, 1, "f1", "counted", [row])
        assert ["f1"] == [one.fact async for one in ledger.deliveries(MAYOR)]
        assert await ledger.told_after(MAYOR, 0)
    finally:
        await ledger.close()


async def test_what_is_not_granted_is_not_done(tansu: Running, guarded: Guarded, tmp_path: Path) -> None:
    """A gateway writes no figure, a delivery counts nothing, a doctor sees none; nobody empties the store."""
    hands = Crew(tansu, guarded.running, tmp_path)
    await users(guarded, hands.scope)
    keys = Keys(hands.scope, MAYOR)
    for user, words in (
        ("gateway", ("HSET", keys.meta, "version", "9")),
        ("gateway", ("DEL", keys.meta)),
        ("desk", ("HSET", keys.areas("council"), "liman", "9")),
        ("deliver", ("HSET", keys.meta, "version", "9")),
        ("deliver", ("GET", keys.rows("council"))),
        ("verify", ("SET", keys.evaluated, "x")),
        ("doctor", ("HGETALL", keys.meta)),
        ("worker", ("FLUSHALL",)),
        ("worker", ("CONFIG", "SET", "appendonly", "no")),
        ("worker", ("HSET", "sandik:{live.another.mayor}:meta", "version", "9")),
    ):
        client = Redis.from_url(guarded.url(user))
        with pytest.raises(NoPermissionError):
            await client.execute_command(*words)
        await client.aclose()
    await hands.store.close()


@pytest.mark.parametrize(
    ("password", "trusts", "says"),
    [
        ("wrong", True, "does not let us in (invalid username-password pair or user is disabled.): see user"),
        (PASSWORD, False, "shows a certificate that is not to be trusted"),
    ],
    ids=["a wrong password", "another authority"],
)
async def test_who_is_not_let_in_is_told_at_once_and_no_password_is_shown(
    guarded: Guarded, password: str, trusts: bool, says: str
) -> None:
    """By the doctor, who asks once, and by whoever counts, who waits for a store that is away."""
    scope = Scope("replay", made.night().id)
    await users(guarded, scope)
    authority = guarded.authority if trusts else guarded.stranger
    url = guarded.url("worker", password, authority)
    with pytest.raises(FAILS) as told:
        await probes.redis_facts(url)
    store = Store(made.night(), scope, Settings(redis=url, outside_within_s=3600))
    with pytest.raises(OutsideError) as counted:
        async with asyncio.timeout(PATIENCE_S):
            await store.positions(["x/0"])
    await store.close()
    assert f"The store at localhost:{guarded.port} {says}" in str(counted.value)
    assert "SANDIK_REDIS, and docs/secure.md" in str(counted.value)
    for error in (told, counted):
        assert PASSWORD not in str(error.value)
        assert quote(PASSWORD, safe="") not in str(error.value)
