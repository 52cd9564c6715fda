"""A replay that goes back and forth, with workers and a gateway beside it.

Know before changing: most of it is on Apache Kafka, and one test on the broker of the demo, which takes
records back as well.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from election.rehearsal import Rehearsal
from election.wire.controls import Answer, Control
from election.wire.records import Record
from producers.controls import Controls, ask
from producers.notes import NotePublisher
from producers.pace import Pace
from producers.replay import Played, replay
from sandik import ended, folders, outcome, recordings
from sandik.rewinding import GoesBack
from streams.verify import rebuild
from tests.live.crew import Crew, crew, until
from tests.live.test_gateway import rises
from tests.servers import Running
from tests.web.house import MAYOR, Watcher, house

NAMES = count(time.time_ns())
WITHIN_S = 60.0
PRACTICE = folders.load("practice")
HEARD = [item for item in recordings.heard(PRACTICE.recording, PRACTICE.night) if isinstance(item, Record)]

TOTALS = ("boxes", "registered", "voters", "valid", "invalid", "choices", "leader", "margin_votes")


def unwanted(refusal: object) -> None:
    """No line of a shipped recording is refused."""
    pytest.fail(str(refusal))


def rehearsed(until: datetime) -> dict[str, Any]:
    """The totals of everything heard until then, by the oracle."""
    rehearsal = Rehearsal(PRACTICE.night, "replay").hear_all(one for one in HEARD if one.heard_at <= until)
    return {
        contest.id: outcome.totals(
            rehearsal.boards[contest.id].standing(rehearsal.state(contest.id), contest.area), contest
        )
        for contest in PRACTICE.night.contests.values()
    }


@dataclass
class Play:
    """A replay under way, and what counts it."""

    crew: Crew
    controls: Controls
    publisher: NotePublisher
    task: "asyncio.Task[Played]"
    listens: bool = False
    """Whether the replay has answered; before it does, what is asked may have come too early."""

    async def asks(self, do: str, **more: Any) -> Answer:
        """Asks, until the replay listens."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                control = Control(f"s{next(NAMES)}", do, "Ayşe", datetime.now(UTC), **more)
                within_s = WITHIN_S if self.listens else 2.0
                answer = await ask(self.crew.producing, PRACTICE.night.id, control, within_s)
                if answer is not None:
                    self.listens = True
                    return answer

    async def sought(self, to: datetime) -> None:
        """Jumps there, and waits until all of that is played."""
        answer = await self.asks("jump", to=to)
        assert "" == answer.because
        wanted = sum(record.heard_at <= to for record in HEARD)
        async with asyncio.timeout(WITHIN_S):
            while self.controls.tempo.records < wanted:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        assert wanted == self.controls.tempo.records
        await self.publisher.drain()

    async def until_counted(self, to: datetime) -> None:
        """Returns when the store has the totals of that hour."""
        assert rehearsed(to) == await self.counted()

    async def counted(self) -> dict[str, Any]:
        """The totals in the store when all that was played is counted; workers that end are kept alive."""
        counting = asyncio.ensure_future(ended.counted(self.crew.store, self.publisher.ends))
        while not counting.done():
            self.crew.keep()
            await asyncio.wait({counting}, timeout=0.1)
        counting.result()
        found = await ended.outcomes(self.crew.store, PRACTICE.night)
        return {name: {key: facts[key] for key in TOTALS} for name, facts in found.items()}


@asynccontextmanager
async def play(crew: Crew, speed: float | None = 0.001, paused: bool = True) -> AsyncIterator[Play]:
    """The practice night, played into a crew's log; paused before its first record."""
    night = PRACTICE.night
    goes_back = GoesBack(night, crew.producing, crew.store.settings)
    async with (
        NotePublisher(crew.producing, night.id) as out,
        Controls(crew.producing, night.id, speed, goes_back.forget) as controls,
    ):
        controls.tempo.paused = paused
        task = asyncio.create_task(
            replay(
                lambda: recordings.heard(PRACTICE.recording, night), Pace(speed), out, unwanted,
                controls=controls,
            )
        )  # fmt: skip
        try:
            yield Play(crew, controls, out, task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def hours(seed: int, times: int) -> list[datetime]:
    """Hours of the night, at random: forwards and backwards."""
    dice = random.Random(seed)
    span_s = (HEARD[-1].heard_at - HEARD[0].heard_at).total_seconds()
    return [HEARD[0].heard_at + timedelta(seconds=dice.uniform(0, span_s)) for _ in range(times)]


async def test_wherever_it_jumps_the_totals_are_those_of_that_hour_to_the_vote(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Back and forth at random; in the end the store holds what the log gives, and the ending is right."""
    async with crew(apache_kafka, redis_server, tmp_path) as workers, play(workers) as playing:
        for to in hours(7, 4):
            await playing.sought(to)
            await playing.until_counted(to)
        await playing.asks("speed", speed=None)
        await playing.asks("resume")
        done = await asyncio.wait_for(playing.task, WITHIN_S)
        assert len(HEARD) == done.records
        await playing.counted()
        assert [] == list((await workers.verified()).differences)
        await rebuild(PRACTICE.night, workers.store, workers.log())
        assert [] == list((await workers.verified()).differences)
        contests = await ended.outcomes(workers.store, PRACTICE.night)
        assert () == outcome.differences(contests, PRACTICE.ending or {})


async def test_a_worker_killed_in_the_middle_of_going_back_changes_nothing(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Whenever it dies: the totals are those of the hour; a store that is flushed then comes back to them."""
    dice = random.Random(11)
    async with crew(apache_kafka, redis_server, tmp_path) as workers, play(workers) as playing:
        late, earlier = HEARD[-30].heard_at, HEARD[30].heard_at
        await playing.sought(late)
        killing = asyncio.create_task(killed(workers, dice))
        await playing.sought(earlier)
        await killing
        await playing.until_counted(earlier)
        redis = Redis.from_url(redis_server.url)
        await redis.flushall()
        await redis.aclose()
        await playing.until_counted(earlier)


async def killed(workers: Crew, dice: random.Random) -> None:
    """Kills a worker now and then, and starts it again, as the supervisor does."""
    for _ in range(2):
        await asyncio.sleep(dice.uniform(0, 0.3))
        for worker in workers.workers[:1]:
            worker.kill()
            worker.wait()
        workers.keep()


class Notes(Watcher):
    """A client that notes what it shows of how far the count is."""

    def __init__(self, url: str, *contests: str) -> None:
        self.boxes: list[tuple[str, int]] = []
        super().__init__(url, *contests)

    async def _listen(self) -> None:
        async with connect(self._url, max_size=None) as of:
            async for text in of:
                for sub in self.viewer.hear(text):
                    copy = self.viewer.copies[sub]
                    self.shown.append((sub, copy.epoch, copy.version))
                    self.boxes.append((copy.epoch, copy.shown["counted"]["boxes"]))
                for command in self.viewer.commands:
                    await of.send(command, text=True)
                self.viewer.commands.clear()


async def test_a_client_that_stays_through_it_shows_no_later_number_afterwards(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """It is led into a new epoch by a snapshot, and shows nothing there that is of after the hour sought."""
    late, early = HEARD[-20].heard_at, HEARD[len(HEARD) // 3].heard_at
    contest = MAYOR
    async with crew(tansu, redis_server, tmp_path) as workers, play(workers) as playing:
        await playing.sought(late)
        await playing.until_counted(late)
        async with house(
            PRACTICE.night, redis=redis_server.url, mode="replay", session=workers.scope.session
        ) as at:
            client = Notes(at.ws, contest)
            most = rehearsed(late)[contest]["boxes"]["counted"]
            await until("the end", lambda: client.boxes[-1:] != [] and client.boxes[-1][1] == most)
            before = client.boxes[-1][0]
            await playing.sought(early)
            await playing.until_counted(early)
            wanted = rehearsed(early)[contest]["boxes"]["counted"]
            assert wanted < most
            await until("the hour", lambda: client.boxes[-1][0] != before and client.boxes[-1][1] == wanted)
            after = [boxes for epoch, boxes in client.boxes if epoch != before]
            assert wanted == max(after)
            assert rises(client.shown)
            assert [] == client.viewer.faults
            await client.close()


async def test_two_sessions_at_once_do_not_touch_each_other(
    apache_kafka: Running, redis_server: Running, tmp_path: Path
) -> None:
    """One goes back and forth while the other plays on: each has its hour, its log, its epoch and its end."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    async with (
        crew(apache_kafka, redis_server, tmp_path / "one") as ones,
        crew(apache_kafka, redis_server, tmp_path / "two") as twos,
        play(ones) as one,
        play(twos, speed=1800, paused=False) as two,
    ):
        late, early = HEARD[-20].heard_at, HEARD[40].heard_at
        await one.sought(late)
        await one.until_counted(late)
        epochs = {name: facts["epoch"] for name, facts in (await outcomes(ones)).items()}
        await one.sought(early)
        await one.until_counted(early)
        assert all(epochs[name] != facts["epoch"] for name, facts in (await outcomes(ones)).items())
        beside = {name: facts["epoch"] for name, facts in (await outcomes(twos)).items()}
        await two.asks("speed", speed=None)
        done = await asyncio.wait_for(two.task, WITHIN_S)
        assert (len(HEARD), 1) == (done.records, done.begun)
        await two.counted()
        assert [] == list((await twos.verified()).differences)
        ended_two = await outcomes(twos)
        assert () == outcome.differences(ended_two, PRACTICE.ending or {})
        assert all(beside[name] in ("", facts["epoch"]) for name, facts in ended_two.items())
        await one.until_counted(early)


async def outcomes(of: Crew) -> dict[Any, Any]:
    """How a crew's store says that everything stands."""
    return dict(await ended.outcomes(of.store, PRACTICE.night))
