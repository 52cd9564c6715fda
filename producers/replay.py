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
from producers.formats.document import Heard, Refusal
from producers.pace import Pace, schedule
from producers.publish import Publisher

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
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Played:
    """Plays the whole recording; returns when everything is acknowledged. A bad line is refused, and said."""
    refused = 0

    def said(refusal: Refusal) -> None:
        nonlocal refused
        refused += 1
        refuse(refusal)

    begin_s = clock()
    records = reports = 0
    at: datetime | None = None
    for due in schedule(_records(heard, said), pace):
        delay_s = due.delay_s(clock() - begin_s)
        if delay_s > 0 or records % BREATH_RECORDS == 0:
            progress(Played(records, reports, refused, at))
            await sleep(delay_s)
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


def _records(heard: Iterable[Heard], refuse: Callable[[Refusal], None]) -> Iterable[Record]:
    for item in heard:
        if isinstance(item, Refusal):
            refuse(item)
        elif isinstance(item, Record):
            yield item
        else:
            raise TypeError("a recording holds records; single reports are bundled first")
