"""What a source said last, read from the log: a poller goes on from where the log is, not from nothing.

    from_log = HeldFromLog(settings, night, SourceId("council"))
    held = await from_log.catch_up()        # before each comparison: at first the whole log, then the rest

So the log is the only state. A poller that was killed, a second one beside it and a shell that feeds one
table by hand all see the same, and none of them keeps a file of its own.

Know before changing: a log can be another one than before (an embedded broker that was started anew, a replay
begun again), with offsets that fit by chance. Therefore the last record of each partition is read again, and
if it is not the one that was read, everything is.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from election.errors import RecordError
from election.night import Night, SourceId
from election.wire.records import decode
from producers.record import Counts, Logged, read_log, whatever
from producers.said import Held
from producers.settings import Settings

Place = tuple[str, int]
"""Topic and partition."""
ReadLog = Callable[..., AsyncIterator[Logged]]
"""`record.read_log`, or a log in memory for a test."""


@dataclass(frozen=True, slots=True)
class _Last:
    """The last record that was read of a partition."""

    offset: int
    digest: bytes


class HeldFromLog:
    """Holds what one source said last, and keeps up with the log. One task at a time."""

    def __init__(
        self, settings: Settings, night: Night, source: SourceId, read: ReadLog = read_log,
        counts: Counts = whatever,
    ) -> None:  # fmt: skip
        """`counts`: what of the log was said by the source, and not by a stranger in its name."""
        self._settings, self._night, self._source, self._read_log = settings, night, source, read
        self._counts = counts
        self._scope = settings.scope(night.id)
        self.forget()

    def forget(self) -> None:
        """Begins with the whole log again: what was compared may not all have reached it."""
        self.held = Held(self._night, self._source)
        self._last: dict[Place, _Last] = {}
        self.records = 0
        """Records of the log read so far, those of other sources included."""

    async def catch_up(self) -> Held:
        """Reads what stands in the log since it last did. Raises NoKafkaError."""
        if not await self._read():
            self.forget()
            await self._read()
        return self.held

    async def _read(self) -> bool:
        """Reads on; whether the log is still the one that was read before."""
        unproven, last = dict(self._last), dict[Place, Logged]()
        since: Mapping[Place, int] = {place: known.offset for place, known in unproven.items()}
        topics: Iterable[str] = (self._scope.topic("reports"),)
        same = True
        async for logged in self._read_log(self._settings, topics, since=since):
            place = (logged.topic, logged.partition)
            known = unproven.pop(place, None)
            if known is not None:
                same = same and known == _last(logged)
            elif same:
                self._take(logged)
                last[place] = logged
        self._last |= {place: _last(logged) for place, logged in last.items()}
        return same and not unproven

    def _take(self, logged: Logged) -> None:
        """What is no record of this night, mode and session, or is forged, was refused by the count, too."""
        self.records += 1
        try:
            record = decode(logged.value, self._scope)
        except RecordError:
            return
        if self._counts(record, logged):
            self.held.take(record)


def _last(logged: Logged) -> _Last:
    return _Last(logged.offset, blake2b(logged.value, digest_size=16).digest())
