"""A feed followed by `sandik produce` as people run it: polled, killed, started again, asked to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from election.wire.records import Bundle, decode
from streams.spans import partition_name
from tests.live.crew import Crew, crew, until
from tests.live.shell import done
from tests.patience import PATIENCE_S
from tests.producers.sources.feeds import Asked, Site, reply, site
from tests.servers import Running

HEADER = "contest,box,voters,valid,deniz,toprak"
BOXES = tuple(f"{ward}-{number}" for ward in ("iskele", "carsi", "pinar", "fener") for number in range(1, 6))


def table(votes: dict[str, int]) -> bytes:
    """The mayor's table: so many votes for deniz in each box and one for toprak, nobody's paper invalid."""
    rows = (f"mayor,{box},{count + 1},{count + 1},{count},1" for box, count in votes.items())
    return "\n".join([HEADER, *rows, ""]).encode()


PRODUCE = ("sandik.cli", "produce")
KILLED = ("tests.live.run_produce",)
"""As people run it; and so that it is killed when its first acknowledgement arrives."""


class Follower:
    """One `sandik produce --every` process of a night's council."""

    def __init__(self, night: Crew, url: str, *words: str) -> None:
        self._night, self._url, self._words = night, url, words
        self.process: asyncio.subprocess.Process | None = None
        self.log = night.folder / "produce.log"

    async def start(self, module: str, *first: str) -> None:
        """Starts it, again; or another program of its kind."""
        words = (
            self._url,
            "--night",
            self._night.name,
            "--source",
            "council",
            "--format",
            "csv",
            *self._words,
        )
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", module, *first, *words),
                env={**os.environ, **self._night.environment}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def end(self, number: signal.Signals) -> int:
        """Ends it, and gives its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    def said(self) -> str:
        """Everything it has said."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@asynccontextmanager
async def following(night: Crew, web: Site, *words: str) -> AsyncIterator[Follower]:
    """A follower of the site; it does not outlive its test."""
    follower = Follower(night, f"{web.url}now.csv", "--every", "1", *words)
    await follower.start(*PRODUCE)
    try:
        yield follower
    finally:
        await follower.end(signal.SIGKILL)


async def held(night: Crew) -> dict[str, int | None]:
    """Votes for deniz by box, by the newest revision in the log."""
    newest: dict[str, tuple[int, int | None]] = {}
    async for logged in night.log("reports"):
        record = decode(logged.value, night.scope)
        assert isinstance(record, Bundle)
        for claim in record.claims():
            assert isinstance(claim.unit, str)
            assert isinstance(claim.revision, int)
            votes = claim.votes.get("deniz")
            known = newest.get(claim.unit, (0, None))
            newest[claim.unit] = max(known, (claim.revision, votes if isinstance(votes, int) else None))
    return {unit: votes for unit, (_, votes) in newest.items() if votes is not None}


async def until_held(night: Crew, votes: dict[str, int]) -> None:
    """Waits until the log says just this."""
    async with asyncio.timeout(PATIENCE_S):
        while await held(night) != votes:  # noqa: ASYNC110 - asks Kafka
            await asyncio.sleep(0.1)


async def counted(night: Crew, votes: dict[str, int]) -> None:
    """The workers have counted just this, and their count stands up to an independent one."""
    await until_held(night, votes)
    async for logged in night.log("reports"):
        name = partition_name(logged.topic, logged.partition)
        night.ends[name] = max(night.ends.get(name, 0), logged.offset + 1)
    await night.until_applied()
    verified = await night.verified()
    assert [] == list(verified.differences)


async def test_a_poller_killed_between_sending_and_hearing_so_goes_on_from_the_log(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Killed as the first acknowledgement of a table arrives: what it sent stands in the log, it never heard
    so, and the rest was not sent. A new one that finds the next table counts every box once."""
    votes = dict.fromkeys(BOXES, 10)
    async with crew(broker, redis_server, tmp_path) as night, site() as web:
        web.answer = lambda asked: reply(table(votes))
        async with following(night, web, "--whole") as follower:
            await until_held(night, votes)
            assert 0 == await follower.end(signal.SIGTERM)
            votes = {box: count + number for number, (box, count) in enumerate(votes.items())}
            before = await held(night)
            await follower.start(*KILLED)
            assert follower.process is not None
            assert -signal.SIGKILL == await follower.process.wait()
            assert before != await held(night)
            votes = {box: count + (box == "iskele-2") for box, count in votes.items() if box != "fener-3"}
            await follower.start(*PRODUCE)
            await counted(night, votes)
            assert 0 == await follower.end(signal.SIGTERM)


async def test_a_feed_with_every_fault_is_followed_to_its_last_word(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """A page, a 503, half a table, a 304: what is said and what is sent; then it is asked to stop."""
    votes = dict.fromkeys(BOXES, 10)
    last = {**votes, "pinar-1": 44}
    async with crew(tansu, redis_server, tmp_path, workers=0) as night, site() as web:
        answers = [
            reply(table(votes), ETag='"1"'),
            reply(b"<!doctype html><title>Sign in</title>"),
            reply(b"", "503 Wait", Retry_After="1"),
            reply(table(last)[:40], length=len(table(last))),
            reply(table(last), ETag='"2"'),
        ]

        def answer(asked: Asked) -> bytes:
            if asked.headers.get("if-none-match") == '"2"':
                return b"HTTP/1.1 304 Not Modified\r\n\r\n"
            return answers.pop(0) if len(answers) > 1 else answers[0]

        web.answer = answer
        async with following(night, web, "--whole", "--json") as follower:
            await until_held(night, last)
            looks = len(web.asked)
            await until("it is asked again", lambda: len(web.asked) > looks)
            assert 0 == await follower.end(signal.SIGTERM)
        said = follower.said()
    for sentence in ("20 appeared", "a web page ('Sign in')", "it answers 503", "broke off", "1 corrected"):
        assert sentence in said, said
    assert '"reports": 21' in said.splitlines()[-1]


async def test_a_folder_of_snapshots_is_sent_once_however_often_it_is_given(
    tansu: Running, tmp_path: Path
) -> None:
    """Three tables of one evening: a box appears, one is corrected, one is taken away. The second time
    nothing is new; what was left or held back is a no, until somebody writes it or says yes."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    votes = dict.fromkeys(BOXES, 10)
    for hour, now in (
        ("1900", dict.fromkeys(BOXES[:-1], 10)), ("1930", votes), ("2000", {**votes, "iskele-1": 12}),
    ):  # fmt: skip
        (folder / f"mayor-2024-10-06T{hour}.csv").write_bytes(table(now))
    short = tmp_path / "short.csv"
    short.write_bytes(table(dict(list(votes.items())[:5])))
    environment = {
        "SANDIK_MODE": "replay", "SANDIK_KAFKA": tansu.address, "SANDIK_KAFKA_KIND": tansu.kind,
        "SANDIK_SESSION": "folder",
    }  # fmt: skip

    async def given(feed: Path, *words: str) -> tuple[int, int, int, int]:
        """Exit code, and what became of it."""
        more = ("--night", "practice", "--source", "council", "--whole", *words)
        code, found = await done(("produce", str(feed), "--format", "csv", *more), environment)
        return code, found["reports"], found["corrected"], found["held_back"]

    assert (0, 21, 1, 0) == await given(folder)
    assert (0, 0, 0, 0) == await given(folder)
    (folder / "mayor-2024-10-06T2030.csv").touch()
    assert (1, 0, 0, 0) == await given(folder)
    assert (1, 1, 1, 15) == await given(short)
    assert (0, 15, 0, 0) == await given(short, "--accept-withdrawals")
