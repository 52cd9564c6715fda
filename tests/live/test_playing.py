"""A night played in step, and with faults: one ending."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from election.rehearsal import Rehearsal
from election.wire.records import Record
from producers.controls import Controls
from producers.faults import Fault, Faults
from producers.notes import NotePublisher
from producers.pace import Pace
from producers.replay import Played
from sandik import ended, folders, outcome, recordings
from sandik.playing import Play
from tests.live.crew import Crew, crew
from tests.servers import Running

PRACTICE = folders.load("practice")
NIGHT = PRACTICE.night
LOSING_NOTHING = (
    Fault("duplicate", chance=0.3, after_s=120),
    Fault("reorder", spread_s=900),
    Fault("delay", source="council", chance=0.2, after_s=300),
    Fault("burst", after_s=180),
    Fault("corrupt", chance=0.1, again_after_s=60),
)


async def run(
    workers: Crew, speed: float | None, faults: Sequence[Fault] = (), in_step: bool = False
) -> Played:
    """Plays the night into a crew's log, and waits until all is counted and told."""
    befalls = Faults(faults, seed=2) if faults else None
    play = Play(PRACTICE, PRACTICE.recording, Pace(speed), befalls, in_step=in_step)
    async with (
        NotePublisher(workers.producing, NIGHT.id) as out,
        Controls(workers.producing, NIGHT.id, speed) as controls,
    ):
        played = await play.run(out, controls, unwanted, lambda _: None, lambda: workers.store.settings)
        counting = asyncio.ensure_future(ended.counted(workers.store, out.ends))
        while not counting.done():
            workers.keep()
            await asyncio.wait({counting}, timeout=0.1)
        counting.result()
    await workers.until_told()
    return played


def unwanted(refusal: object) -> None:
    """No line of a shipped recording is refused."""
    pytest.fail(str(refusal))


async def outcomes(workers: Crew) -> dict[Any, Any]:
    """How the night has ended."""
    return dict(await ended.outcomes(workers.store, NIGHT))


def told(alerts: Sequence[Any]) -> list[tuple[str, str, str]]:
    """What of alerts is the same in store and rehearsal."""
    return [(one["kind"], one["key"], one["at"]) for one in alerts]


async def test_in_step_every_alert_and_call_comes_in_its_order_and_at_its_hour(
    tansu: Running, redis_server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However fast: what is told is what the rehearsal tells, and the night ends as it must."""
    monkeypatch.setattr(ended, "ASK_EVERY_S", 0.01)
    heard = [one for one in recordings.heard(PRACTICE.recording, NIGHT) if isinstance(one, Record)]
    rehearsal = Rehearsal(NIGHT, "replay", telling=True).hear_all(heard)
    async with crew(tansu, redis_server, tmp_path) as workers:
        await run(workers, None, in_step=True)
        contests = await outcomes(workers)
        assert () == outcome.differences(contests, PRACTICE.ending or {})
        for contest, facts in contests.items():
            assert told(outcome.alerts(rehearsal.told[contest])) == told(facts["alerts"])


async def test_after_faults_that_lose_nothing_the_night_ends_as_it_must(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Twice, out of order, late, in bursts and damaged on the way, with a worker killed in the middle."""
    async with crew(tansu, redis_server, tmp_path, workers=2) as workers:
        killing = asyncio.create_task(killed(workers))
        await run(workers, 3600, LOSING_NOTHING)
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing
        contests = await outcomes(workers)
        wanted = {
            name: {key: value for key, value in facts.items() if key not in ("alerts", "call", "refused")}
            for name, facts in (PRACTICE.ending or {}).items()
        }
        assert () == outcome.differences(contests, wanted)
        assert [] == list((await workers.verified()).differences)


async def killed(workers: Crew) -> None:
    """Kills a worker as soon as something is counted."""
    while True:
        heads = await workers.store.positions([f"{workers.scope.topic('reports')}/0"])
        if any(heads.values()):
            workers.kill()
            workers.workers[0].wait()
            workers.keep()
            return
        await asyncio.sleep(0.05)
