"""Receivers that behave badly, and `sandik deliver` as a process beside them.

Know before changing: what was told is put into the store as the worker's script does, so that no worker is
needed. A receiver writes down what it got before it answers, as a newsroom's would.
"""

import asyncio
import json
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from redis.asyncio import Redis

from election.alerts import Told
from election.night import ContestId
from election.wire.delivered import Delivery
from election.wire.keys import Keys
from election.wire.told import encode
from election.wire.topics import Scope
from streams.ledger import Ledger
from streams.settings import Settings
from tests.live.crew import ROOT, until
from tests.live.shell import done
from tests.patience import PATIENCE_S, accepted
from tests.servers import Running
from tests.streams import facts, made

SECRET = "whsec_c2FuZMSxayBpcyBhIGJveCBmb3Igdm90ZXM="
ENVIRONMENT = {"DESK_SECRET": SECRET, "SANDIK_DELIVER_WAITS_S": "0,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2"}
MAYOR = ContestId("mayor")


@dataclass
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        """The id by which a receiver knows a repeat."""
        return self.headers["webhook-id"]

    @property
    def kind(self) -> str:
        """What it tells."""
        return str(json.loads(self.body)["type"])


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def well(request: web.Request) -> web.StreamResponse:
    """The answer of a receiver that has understood."""
    return web.Response(status=204)


@dataclass
class Receiver:
    """An HTTP server that answers each path as it is told to; others with 204."""

    answers: dict[str, Answer] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Writes down, then answers."""
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(request.path, headers, body, asyncio.get_running_loop().time()))
        return await self.answers.get(request.path, well)(request)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def on(self, path: str) -> list[Got]:
        """What came to a path."""
        return [one for one in self.got if one.path == path]

    def kinds(self, path: str) -> list[str]:
        """What a path was told, each fact once, in the order in which it came first."""
        return [one.kind for one in {one.id: one for one in reversed(self.on(path))}.values()][::-1]


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port; with a certificate it speaks TLS alone."""
    made_receiver = Receiver(scheme="https" if tls else "http")
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{path:.*}", made_receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    made_receiver.port = runner.addresses[0][1]
    try:
        yield made_receiver
    finally:
        await site.stop()
        await accepted()
        await runner.cleanup()


def webhook(url: str, who: str = "Desk", more: str = "") -> str:
    """A subscription by webhook."""
    where = f'channel = "webhook"\nurl = "{url}"\nsecret_env = "DESK_SECRET"'
    return f'[[subscription]]\nwho = "{who}"\n{where}\n{more}\n'


HEAD = 'mode = "replay"\n[[host]]\nname = "127.0.0.1"\nallow_private = true\nallow_http = true\n'
PLAIN_MAIL = "allow_plain_mail = true\n"
"""As the first subscription: this host may have mail without TLS, too."""


class Newsroom:
    """A night whose facts are told by the test, and processes that deliver them."""

    def __init__(self, broker: Running, redis: Running, folder: Path, session: str) -> None:
        self.night = made.night()
        self.scope = Scope("replay", self.night.id, session)
        self.folder, self.redis_url = folder, redis.url
        self.environment = {
            "SANDIK_MODE": "replay", "SANDIK_SESSION": session, "SANDIK_NIGHT": "practice",
            "SANDIK_KAFKA": broker.address, "SANDIK_KAFKA_KIND": broker.kind, "SANDIK_REDIS": redis.url,
            "SANDIK_ALERTS": str(folder / "alerts.toml"), **ENVIRONMENT,
        }  # fmt: skip
        self.processes: list[asyncio.subprocess.Process] = []
        self.facts: list[Told] = []
        self.ledger = Ledger(self.night, self.scope, Settings.read(self.environment))

    def subscribe(self, *subscriptions: str) -> None:
        """Writes the subscriptions."""
        (self.folder / "alerts.toml").write_text(HEAD + "".join(subscriptions))

    async def tell(self, *kinds: str) -> None:
        """Tells facts of these kinds, one after the other."""
        for kind in kinds:
            prev = self.facts[-1].id if self.facts else ""
            self.facts.append(facts.told(len(self.facts) + 1, kind, self.scope, prev=prev))
            await self.put(self.facts[-1])

    async def put(self, *told: Told) -> None:
        """Puts facts into the store, as the worker's script does."""
        client = Redis.from_url(self.redis_url)
        try:
            for one in told:
                key = Keys(self.scope, MAYOR).told
                await client.xadd(key, {"told": encode(one, self.scope)}, id=f"{one.seq}-0")
        finally:
            await client.aclose()

    async def put_missing(self) -> None:
        """Puts the facts the store has lost."""
        held = await self.ledger.told_last(MAYOR)
        await self.put(*self.facts[held:])

    async def until_logged(self) -> None:
        """Waits until the log knows everything."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while await self.ledger.outbox(MAYOR):
            assert asyncio.get_running_loop().time() < deadline, self.said()[-3000:]
            await asyncio.sleep(0.02)

    async def command(self, *words: str) -> tuple[int, Any]:
        """A `sandik deliver` command run to its end: exit code and JSON."""
        return await done(("deliver", *words), self.environment)

    async def flush(self) -> None:
        """Empties the store."""
        client = Redis.from_url(self.redis_url)
        await client.flushall()
        await client.aclose()

    async def start(self, *words: str, **more: str) -> asyncio.subprocess.Process:
        """Starts a `sandik deliver`."""
        with (self.folder / "deliver.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "sandik.cli", "deliver", *words),
                cwd=ROOT, env={**os.environ, **self.environment, **more}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    async def kill(self, number: int = signal.SIGKILL) -> int:
        """Ends the process that was started first; its exit code."""
        process = self.processes.pop(0)
        process.send_signal(number)
        return await process.wait()

    def said(self) -> str:
        """What the processes wrote."""
        path = self.folder / "deliver.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def until(self, what: str, check: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Waits for a condition; what the processes said if it does not come."""
        try:
            await until(what, check, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; said: {self.said()[-3000:]}") from None

    async def deliveries(self) -> list[Delivery]:
        """The ledger, by fact."""
        found = [one async for one in self.ledger.deliveries(MAYOR)]
        return sorted(found, key=lambda one: (one.seq, one.target))

    async def until_states(self, wanted: dict[str, Any], within_s: float = PATIENCE_S) -> None:
        """Waits until the deliveries of each kind have these states (a set)."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            found = await self.deliveries()
            states = {kind: {one.state for one in found if one.kind == kind} for kind in wanted}
            if states == wanted:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{states} and not {wanted}; said: {self.said()[-3000:]}")
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        """No process outlives its test."""
        while self.processes:
            if self.processes[0].returncode is None:
                await self.kill()
            else:
                self.processes.pop(0)
        await self.ledger.close()


@asynccontextmanager
async def newsroom(broker: Running, redis: Running, folder: Path) -> AsyncIterator[Newsroom]:
    """A newsroom with a session of its own."""
    made_newsroom = Newsroom(broker, redis, folder, f"t{os.urandom(5).hex()}")
    try:
        yield made_newsroom
    finally:
        await made_newsroom.close()
