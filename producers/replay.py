"""A recording into Kafka at a speed: the transport around `pace`, with the clock that `pace` has not.

Know before changing: recorded times stay as they are in every record; only the moment of sending follows the
speed. Stopping and starting again sends everything again, which is no news downstream. A jump to an earlier
hour begins the recording anew, after all that was played is forgotten (`Controls.take_back`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from election.errors import RecordError
from election.wire.records import Bundle, Record, Ruling, identity
from producers.controls import Controls
from producers.formats.document import Heard, Refusal
from producers.notes import NotePublisher
from producers.pace import Cue, Due, Pace, cues, schedule
from producers.tempo import Tempo

BREATH_RECORDS = 25
"""After so many records at once the event loop gets its turn, so that what was sent is on its way."""

Open = Callable[[], Iterable[Heard]]
"""Opens the recording at its beginning."""
Between = Callable[[Cue | None], Awaitable[None]]
"""Comes between what was sent and the next cue; None: nothing more comes."""
Faults = Callable[[Iterable[Cue]], Iterator[Cue]]
"""What befalls the recording on its way; the same each time."""
Settle = Callable[[Mapping[tuple[str, int], int]], Awaitable[None]]
"""Returns when all up to these ends is counted, and all of it told that there is to tell."""


@dataclass(frozen=True, slots=True)
class Played:
    """How far a replay has come; `at` is the hour of the night that was reached."""

    records: int
    reports: int
    refused: int
    at: datetime | None
    begun: int = 1
    """How often it was begun: once, and once more for each jump to an earlier hour."""


async def replay(
    recording: Open,
    pace: Pace,
    out: NotePublisher,
    refuse: Callable[[Refusal], None],
    progress: Callable[[Played], None] = lambda played: None,
    clock: Callable[[], float] = time.monotonic,
    controls: Controls | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    faults: Faults | None = None,
    settle: Settle | None = None,
    after: Callable[[Record], bool] = lambda record: True,
    between: Between | None = None,
) -> Played:
    """Plays the whole recording; returns when everything is acknowledged. A bad line is refused, and said.

    `controls` is who may change the tempo on the way; without them nobody does. With `settle`, behind each
    record that `after` says so of, the replay waits until all is counted and told of, so that what is told
    does not hang on the speed. `between` is asked before each record is sent, and once more at the end.
    """
    settles = None if settle is None else (settle, after)
    player = _Player(pace, out, refuse, progress, clock, controls, sleep, settles)
    player.between = between
    player.tempo.begin(clock())
    while not await player.play(recording, faults):
        player.begun += 1
    await out.drain()
    played = player.played
    progress(played)
    return played


def moves_the_ban(record: Record) -> bool:
    """Whether it says from when figures may be shown: what comes behind it is shown or not by that."""
    return isinstance(record, Ruling) and record.kind in ("embargo-announced", "embargo-lifted")


class _Player:
    """One replay from its beginning to its end, however often it begins anew."""

    def __init__(
        self, pace: Pace, out: NotePublisher, refuse: Callable[[Refusal], None],
        progress: Callable[[Played], None], clock: Callable[[], float], controls: Controls | None,
        sleep: Callable[[float], Awaitable[None]],
        settles: tuple[Settle, Callable[[Record], bool]] | None,
    ) -> None:  # fmt: skip
        self._settles = settles
        self._pace, self._out, self._refuse, self._progress = pace, out, refuse, progress
        self._clock, self._controls = clock, controls
        self.tempo = controls.tempo if controls is not None else Tempo(pace.speed)
        self._rest = controls.rest if controls is not None else _rest(sleep)
        self.begun = 1
        self.between: Between | None = None
        self._forget()

    def _forget(self) -> None:
        self._records = self._reports = self._refused = 0
        self._at: datetime | None = None

    @property
    def played(self) -> Played:
        """How far it has come since it began."""
        return Played(self._records, self._reports, self._refused, self._at, self.begun)

    async def play(self, recording: Open, faults: Faults | None) -> bool:
        """Plays to the end; False when it is to begin anew."""
        self._forget()
        played = cues(self._records_of(recording()))
        for due in schedule(faults(played) if faults is not None else played, self._pace):
            if self._records % BREATH_RECORDS == 0:
                self._progress(self.played)
                await self._rest(0)
            if await self._until(due):
                return False
            if self.between is not None:
                await self.between(due.cue)
            self.tempo.played(due)
            await self._send(due.cue)
            if self._settles is not None and self._settles[1](due.cue.record):
                await self._out.drain()
                await self._settles[0](self._out.ends)
        if self.between is not None:
            await self.between(None)
        return not await self._goes_back()

    async def _until(self, due: Due) -> bool:
        """Returns when a record is due; True when the recording is to begin anew instead."""
        while True:
            if await self._goes_back():
                return True
            wait_s = self.tempo.wait_s(due, self._clock())
            if wait_s == 0:
                return False
            self._progress(self.played)
            await self._rest(wait_s)

    async def _goes_back(self) -> bool:
        if not self.tempo.back or self._controls is None:
            return False
        return await self._controls.take_back(self._out, self._clock())

    async def _send(self, cue: Cue) -> None:
        record = cue.record
        try:
            if cue.mark and isinstance(record, Bundle):
                await self._out.marked(record, cue.mark, cue.damaged)
            else:
                await self._out.publish(record)
        except RecordError as error:
            said = f"record {record.id or identity(record)} is not sent: {error}"
            self._said(Refusal(error.code, "the recording", 0, error.place, said))
            return
        self._records += 1
        self._reports += len(record) if isinstance(record, Bundle) and cue.damaged is None else 0
        self._at = cue.at

    def _said(self, refusal: Refusal) -> None:
        self._refused += 1
        self._refuse(refusal)

    def _records_of(self, heard: Iterable[Heard]) -> Iterator[Record]:
        for item in heard:
            if isinstance(item, Refusal):
                self._said(item)
            elif isinstance(item, Record):
                yield item
            else:
                raise TypeError("a recording holds records; single reports are bundled first")


def _rest(sleep: Callable[[float], Awaitable[None]]) -> Callable[[float | None], Awaitable[None]]:
    async def rest(wait_s: float | None) -> None:
        if wait_s is None:
            raise RuntimeError("a replay that nobody steers is never paused")
        await sleep(wait_s)

    return rest
