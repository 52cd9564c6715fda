"""What the desk reads of a contest, again and again: the totals, and of what was told and ruled only the new.

    reading = Readings(room)
    read = await reading.read("mayor")          the case, the rulings, how many papers are held back

Know before changing: what was told and ruled is kept from look to look, as the evaluator keeps it; another
life of the store, or a store that has less than we were told, is read from the beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.alerts import Told
from election.memory import Memory
from election.night import ContestId, SourceId
from election.tally import COLUMN
from election.wire.keys import unpack_total
from election.wire.records import Ruling, decode
from sandik.deciding import Room
from sandik.desk import Case
from streams.answers import Looked
from streams.evaluator import wanted_areas


@dataclass(frozen=True, slots=True)
class Read:
    """One contest at one version."""

    case: Case
    rulings: Sequence[Ruling]
    """All of them, in the order of their topic."""
    held: Mapping[SourceId, int]
    """How many units of each source are held back."""
    epoch: str


@dataclass
class _Kept:
    epoch: str | None = None
    memory: Memory = field(default_factory=Memory)
    facts: list[Told] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)


class Readings:
    """Every contest of a room, as it was read last."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._areas = {id: wanted_areas(room.night, contest) for id, contest in room.night.contests.items()}
        self._kept: dict[ContestId, _Kept] = {}

    async def read(self, contest: ContestId) -> Read:
        """The contest as it stands now. Raises OutsideError, or SandikError for facts that do not follow."""
        while True:
            kept = self._kept.setdefault(contest, _Kept())
            looked = await self._room.looks.look(
                contest, self._areas[contest], len(kept.rulings), kept.memory.seq
            )
            if not _goes_on(kept, looked):
                del self._kept[contest]
                continue
            kept.epoch = looked.meta.get("epoch", "")
            of = self._room.night.contests[contest]
            self._room.take(looked, kept.memory, kept.facts, of)
            for value in looked.rulings:
                record = decode(value, self._room.scope)
                if isinstance(record, Ruling):
                    kept.rulings.append(record)
            case = self._room.made(of, looked, kept.memory, kept.facts)
            return Read(case, tuple(kept.rulings), _held(looked, contest, self._room), kept.epoch)


def _goes_on(kept: _Kept, looked: Looked) -> bool:
    """Whether what was read now follows on from what was read before."""
    if kept.epoch is None:
        return True
    told_seq = int(looked.meta.get("told_seq", "0"))
    if looked.meta.get("epoch", "") != kept.epoch or told_seq < kept.memory.seq:
        return False
    return told_seq > kept.memory.seq or looked.meta.get("told", kept.memory.last) == kept.memory.last


def _held(looked: Looked, contest: ContestId, room: Room) -> dict[SourceId, int]:
    whole = room.night.contests[contest].area
    found = {}
    for source, rows in looked.rows.items():
        if (packed := rows.get(whole)) is not None:
            found[source] = unpack_total(packed)[COLUMN["quarantined"]]
    return found
