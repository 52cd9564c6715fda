"""A recording into Kafka at a speed: the transport around `pace`, with the clock that `pace` has not.

Know before changing: recorded times stay as they are in every record; only the moment of sending follows the
speed. Stopping and starting again sends everything again, which is no news downstream.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from election.errors import RecordError
from election.wire.records import Bundle, Record
from producers.controls import Controls
from producers.formats.document import Heard, Refusal
from producers.pace import Pace, schedule
from producers.publish import Publisher
from producers.tempo import Tempo

BREATH_RECORDS = 25
"""After so many records at once the event loop gets its turn, so that what was sent is on its way."""


@dataclass(frozen=True, slots=True)
class Played:
    """How far a replay has come; `at` is the recorded time of the last record."""

    records: int
    reports: int
    refused: int
    at: datetime | None


async def replay(
    heard: Iterable[Heard],
    pace: Pace,
    out: Publisher,
    refuse: Callable[[Refusal], None],
    progress: Callable[[Played], None] = lambda played: None,
    clock: Callable[[], float] = time.monotonic,
    controls: Controls | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Played:
    """Plays the whole recording; returns when everything is acknowledged. A bad line is refused, and said.

    `controls` is who may change the tempo on the way; without them nobody does.
    """
    refused = 0

    def said(refusal: Refusal) -> None:
        nonlocal refused
        refused += 1
        refuse(refusal)

    tempo = controls.tempo if controls is not None else Tempo(pace.speed)
    rest = controls.rest if controls is not None else _rest(sleep)
    tempo.begin(clock())
    records = reports = 0
    at: datetime | None = None
    for due in schedule(_records(heard, said), pace):
        wait_s = tempo.wait_s(due, clock())
        if wait_s != 0 or records % BREATH_RECORDS == 0:
            progress(Played(records, reports, refused, at))
            await rest(wait_s)
        while (wait_s := tempo.wait_s(due, clock())) != 0:
            await rest(wait_s)
        tempo.played(due)
        try:
            await out.publish(due.record)
        except RecordError as error:
            said(Refusal(error.code, "the recording", records + 2, error.place, str(error)))
            continue
        records += 1
        reports += len(due.record) if isinstance(due.record, Bundle) else 0
        at = due.record.heard_at
    await out.drain()
    played = Played(records, reports, refused, at)
    progress(played)
    return played


def _rest(sleep: Callable[[float], Awaitable[None]]) -> Callable[[float | None], Awaitable[None]]:
    async def rest(wait_s: float | None) -> None:
        if wait_s is None:
            raise RuntimeError("a replay that nobody steers is never paused")
        await sleep(wait_s)

    return rest


def _records(heard: Iterable[Heard], refuse: Callable[[Refusal], None]) -> Iterable[Record]:
    for item in heard:
        if isinstance(item, Refusal):
            refuse(item)
        elif isinstance(item, Record):
            yield item
        else:
            raise TypeError("a recording holds records; single reports are bundled first")
