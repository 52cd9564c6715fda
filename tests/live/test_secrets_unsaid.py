"""No process says a secret: not in its log, not in an answer, and least of all when something goes wrong.

Know before changing: a whole evening runs with secrets that nobody could write by chance, well and ill: a
store that wants a password, tokens good and bad, a webhook that fails, a mail server that does not take the
password, an address that is a secret itself. Kafka's secrets are looked for in tests/live/test_access.py.
"""

import asyncio
import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from websockets.asyncio.client import connect

from faults.processes import SANDIK, Process
from sandik import ports
from sandik.embedded import Server, store
from sandik.program import Program
from tests.live.newsroom import HEAD, Receiver, receiver
from tests.live.postbox import postbox
from tests.patience import PATIENCE_S
from tests.servers import Running
from web.token_file import add
from web.tokens import make

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),
]
STORE, MAIL, ADDRESS = "st0re-Qz7vVw1Lk9", "ma1l-Xr4pTb8Nn2", "addr3ss-Jh6cYd5Mm0"
SIGNS = base64.b64encode(b"a secret that signs webhooks, 32").decode()
WAITS = "0,0.2,0.2"


@pytest.fixture
def locked_store(tmp_path: Path) -> Iterator[Running]:
    """A Redis that wants a password."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    made = store(tmp_path / "redis", server=program)
    argv = (*made.program.argv, "--requirepass", STORE)
    ready = lambda: ports.is_open(made.host, made.port)  # noqa: E731 - one line
    running = Running(
        Server(Program("redis", argv, ready=ready), made.host, made.port), tmp_path / "r", "redis"
    )
    yield running.start()
    running.close()


async def failing(request: web.Request) -> web.StreamResponse:
    """A newsroom's server on a bad day."""
    return web.Response(status=500, text=f"Cannot POST {request.path}")


def handed(folder: Path, url: str, hook: Receiver) -> Path:
    """The folder of secrets."""
    secrets = folder / "secrets"
    secrets.mkdir()
    said = {
        "SANDIK_REDIS": url, "SANDIK_SMTP_PASSWORD": MAIL, "WEBSITE_SECRET": f"whsec_{SIGNS}",
        "NIGHT_DESK_SLACK": hook.url(f"/services/{ADDRESS}"),
    }  # fmt: skip
    for name, value in said.items():
        (secrets / name).write_text(f"{value}\n")
    return secrets


SUBSCRIPTIONS = """
allow_plain_mail = true
[[subscription]]
who = "Website"
channel = "webhook"
url = "{url}"
secret_env = "WEBSITE_SECRET"
[[subscription]]
who = "Night desk"
channel = "slack"
url_env = "NIGHT_DESK_SLACK"
[[subscription]]
who = "Editors"
channel = "email"
to = "editor@paper.example"
"""


async def knocks(port: int, admin: int, good: str, bad: str) -> None:
    """Tokens, good and bad, presented in every way there is, the forbidden one too."""
    url = f"ws://{ports.LOCALHOST}:{port}/ws"
    for token in (good, bad):
        async with connect(url) as client:
            await client.send(json.dumps({"t": "auth", "token": token}))
            await client.send(json.dumps({"t": "auth", "token": f"{token}x", "more": token}))
            try:
                async with asyncio.timeout(1):
                    async for _ in client:
                        continue
            except TimeoutError:
                continue
        for path in (f"/?token={token}", f"/snapshot/mayor.json?access_token={token}", f"/{token}"):
            await asyncio.to_thread(ports.answers_get, ports.LOCALHOST, port, path)
    await asyncio.to_thread(ports.answers_get, ports.LOCALHOST, admin, "/health/details")


def asked(settings: dict[str, str], *words: str) -> str:
    """All that a command says."""
    ended = subprocess.run(
        [SANDIK, *words], env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    return ended.stdout + ended.stderr


async def test_no_process_says_a_secret_well_or_ill(
    tansu: Running, locked_store: Running, tmp_path: Path
) -> None:
    """Every room, every command of an operator, and a second time with a store that is away."""
    good, token = make("Ayşe", ["desk"], datetime.now(UTC))
    bad, _ = make("Nobody", ["desk"], datetime.now(UTC))
    add(tmp_path / "tokens.jsonl", token)
    port, admin = ports.choose(), ports.choose()
    async with receiver() as hook, postbox() as (_, smtp):
        hook.answers = {"/site": failing, f"/services/{ADDRESS}": failing}
        url = f"redis://:{STORE}@{locked_store.address}/0"
        (tmp_path / "alerts.toml").write_text(HEAD.rstrip("\n") + SUBSCRIPTIONS.format(url=hook.url("/site")))
        settings = {
            "SANDIK_NIGHT": "practice", "SANDIK_MODE": "replay", "SANDIK_KAFKA": tansu.address,
            "SANDIK_KAFKA_KIND": tansu.kind, "SANDIK_SECRETS": str(handed(tmp_path, url, hook)),
            "SANDIK_SMTP": f"smtp://{ports.LOCALHOST}:{smtp}", "SANDIK_SMTP_FROM": "night@paper.example",
            "SANDIK_SMTP_USER": "stranger", "SANDIK_ALERTS": str(tmp_path / "alerts.toml"),
            "SANDIK_TOKENS": str(tmp_path / "tokens.jsonl"), "SANDIK_DELIVER_WAITS_S": WAITS,
            "SANDIK_PORT": str(port), "SANDIK_ADMIN": f"{ports.LOCALHOST}:{admin}", "SANDIK_DRAIN_S": "0",
            "SANDIK_LOG_ADDRESSES": "1", "SANDIK_OUTSIDE_WITHIN_S": "2",
            "SANDIK_DELIVER_ANSWERS_WITHIN_S": "1",
        }  # fmt: skip
        rooms = [
            Process(name, (SANDIK, name), settings, tmp_path) for name in ("worker", "gateway", "deliver")
        ]
        try:
            said = await evening(rooms, settings, port, admin, (good, bad))
            locked_store.stop()
            for words in (("doctor",), ("verify",), ("calls",), ("deliver", "dead", "list")):
                said += await asyncio.to_thread(asked, settings, *words)
        finally:
            for one in rooms:
                await asyncio.to_thread(one.stop)
    said += "".join(one.log.read_text(errors="replace") for one in rooms)
    assert "NOAUTH" not in said, said[-3000:]
    for word in ("Night desk", "Editors", "answered 500", "cannot be reached"):
        assert word in said, word
    digest = (tmp_path / "tokens.jsonl").read_text()
    for secret in (STORE, MAIL, ADDRESS, SIGNS, good, bad, json.loads(digest.splitlines()[-1])["sha256"]):
        assert secret not in said, next(line for line in said.splitlines() if secret in line)


async def evening(
    rooms: list[Process], settings: dict[str, str], port: int, admin: int, tokens: tuple[str, str]
) -> str:
    """A night that is counted, shown and told; what its commands said."""
    for one in rooms:
        one.start()
    ready = lambda: ports.answers_get(ports.LOCALHOST, admin, "/health/live")  # noqa: E731 - one line
    assert await asyncio.to_thread(ports.wait_until, ready, PATIENCE_S), rooms[1].said()
    said = await asyncio.to_thread(asked, settings, "replay", "practice", "--speed", "max")
    await knocks(port, admin, *tokens)

    def given_up() -> bool:
        found = asked(settings, "deliver", "dead", "list")
        return all(who in found for who in ("Night desk", "Website", "Editors"))

    assert await asyncio.to_thread(ports.wait_until, given_up, PATIENCE_S), asked(
        settings, "deliver", "dead", "list"
    )
    tokens_listed = f"token list --file {settings['SANDIK_TOKENS']}"
    for line in (
        "doctor",
        "verify",
        "calls",
        "sources",
        "deliver --check",
        "deliver dead list",
        tokens_listed,
    ):
        said += await asyncio.to_thread(asked, settings, *line.split())
    return said
