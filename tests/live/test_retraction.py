"""A call that breaks is taken back everywhere it was told, whoever is killed in between: all real parts.

Kafka, Redis, a worker, `sandik deliver`, an HTTP receiver and a mail server.

Know before changing: how soon it arrives is measured in `bench/retraction.py`; here only that it does, once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from election.wire.records import Ruling
from tests.live.crew import ROOT, Crew, crew, until
from tests.live.newsroom import ENVIRONMENT, HEAD, PLAIN_MAIL, Receiver, receiver, webhook
from tests.live.one import flush
from tests.live.postbox import Postbox, postbox
from tests.live.test_delivering import fails
from tests.live.test_desk import ENOUGH, LIFTED, folder, paper
from tests.servers import Running

DESK = "desk@newsroom.example"
MAIL = f'[[subscription]]\nwho = "Mail"\nchannel = "email"\nto = "{DESK}"\n'
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@dataclass
class House:
    """Everything that runs on a night, and two newsrooms."""

    crew: Crew
    there: Receiver
    post: Postbox
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None

    async def deliver(self) -> None:
        """Starts `sandik deliver`."""
        with (self.crew.folder / "deliver.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "sandik.cli", "deliver"),
                cwd=ROOT, env={**os.environ, **self.environment}, stdout=log, stderr=log,
            )  # fmt: skip

    async def kill_deliver(self) -> None:
        """Kills it outright."""
        if self.process is not None:
            self.process.kill()
            await self.process.wait()

    async def called(self) -> None:
        """Enough boxes, the ban lifted: the rule publishes by itself, and both newsrooms know."""
        await self.crew.send(paper(unit, [95, 10, 5]) for unit in range(ENOUGH))
        await self.crew.until_applied()
        await self.crew.send(
            [Ruling("mayor", "embargo-lifted", LIFTED, LIFTED, "council", "council", "early")]
        )
        await self.told("call-made")

    async def break_the_lead(self) -> None:
        """A recount turns half of the boxes over."""
        await self.crew.send(
            paper(unit, [10, 95, 5], revision=2, minute=40) for unit in range(ENOUGH // 2 + 5)
        )

    async def told(self, kind: str) -> None:
        """Returns when both newsrooms were told a fact of this kind, keeping the workers alive."""

        def arrived() -> bool:
            self.crew.keep()
            ids = {got.id for got in self.there.on("/a") if got.kind == kind}
            posted = " ".join(str(mail["Message-ID"]) for mail in self.post.mails)
            return bool(ids) and all(one in posted for one in ids)

        log = self.crew.folder / "deliver.log"
        try:
            await until(f"{kind} at both newsrooms", arrived)
        except AssertionError as error:
            said = log.read_text(errors="replace")[-2000:] if log.exists() else "nothing"
            raise AssertionError(
                f"{error}; deliver said {said}; the workers {self.crew.said()[-2000:]}"
            ) from None

    def times(self, kind: str) -> int:
        """How many different ids of a kind came to the receiver."""
        return len({got.id for got in self.there.on("/a") if got.kind == kind})


@asynccontextmanager
async def house(broker: Running, redis: Running, path: Path) -> AsyncIterator[House]:
    """A night whose rules publish by themselves, with one worker, one deliver process, two newsrooms."""
    night = folder(path / "night", people=0)
    async with (
        receiver() as there,
        crew(broker, redis, path, str(night), 1) as made_crew,
        postbox() as (post, port),
    ):
        (path / "alerts.toml").write_text(HEAD + PLAIN_MAIL + webhook(there.url("/a")) + MAIL)
        environment = {
            **made_crew.environment, **ENVIRONMENT, "SANDIK_NIGHT": str(night),
            "SANDIK_ALERTS": str(path / "alerts.toml"), "SANDIK_SMTP": f"smtp://127.0.0.1:{port}",
            "SANDIK_SMTP_FROM": "sandik@example.org", "SANDIK_SMTP_USER": "sandik",
            "SANDIK_SMTP_PASSWORD": "pa55word",
        }  # fmt: skip
        made_house = House(made_crew, there, post, environment)
        try:
            await made_house.deliver()
            yield made_house
        finally:
            await made_house.kill_deliver()


async def test_a_broken_call_is_retracted_everywhere_it_was_told(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """By both channels, once each; and the log gives what the store has."""
    async with house(apache_kafka, redis_server, tmp_path) as night:
        await night.called()
        await night.break_the_lead()
        await night.told("call-retracted")
        assert (1, 1) == (night.times("call-made"), night.times("call-retracted"))
        await night.crew.until_applied()
        assert [] == list((await night.crew.verified()).differences)


@pytest.mark.parametrize("who", ["worker", "deliver", "store", "flush", "receiver"])
async def test_a_retraction_arrives_whoever_is_killed_before_it(
    who: str, tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Killed or emptied after the call was told and before the lead breaks, or failing while it is told."""
    async with house(tansu, redis_server, tmp_path) as night:
        await night.called()
        if who == "worker":
            night.crew.kill(0, signal.SIGKILL)
            await night.break_the_lead()
        elif who == "deliver":
            await night.kill_deliver()
            await night.break_the_lead()
            await night.deliver()
        elif who == "store":
            await asyncio.to_thread(redis_server.kill)
            await night.break_the_lead()
            await asyncio.to_thread(redis_server.start)
        elif who == "flush":
            await flush(redis_server)
            await night.break_the_lead()
        else:
            night.there.answers["/a"] = fails(3)
            await night.break_the_lead()
        await night.told("call-retracted")
        assert (1, 1) == (night.times("call-made"), night.times("call-retracted"))
        assert ["call-made", "call-retracted"] == [
            kind for kind in night.there.kinds("/a") if kind in ("call-made", "call-retracted")
        ]
