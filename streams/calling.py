"""Takes rulings in: what lifts the embargo is settled at once; all are kept, in the order of their topic.

Know before changing: the worker that holds the one partition of `…rulings` is the evaluator of the contests
(Kafka elects it by assignment); one that is wrong about that changes nothing: the script counts offsets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.checks import Finding
from election.night import ContestId, Night
from election.wire.records import Bundle, Ruling, stamp
from election.wire.topics import Scope
from streams.answers import Applied
from streams.counting import CannotCountError, Refuse
from streams.gathered import read_record
from streams.progress import Progress
from streams.refused import Refusal, refusal_record
from streams.spans import Received, Ruled, Span, partition_name
from streams.store import Store

RULINGS_MAX = 500
"""Most rulings taken in at one step; at the limit the rest waits for the next step."""


@dataclass(frozen=True)
class Docket:
    """Rulings of one stretch of the log, by contest, and what is refused."""

    span: Span
    rulings: Mapping[ContestId, Sequence[Ruled]]
    refused: Sequence[bytes] = field(default=())


def settles(ruling: Ruling) -> dict[str, str]:
    """What a ruling writes to the contest's meta. The last word on the embargo's hour counts."""
    if ruling.kind == "embargo-announced":
        return {"lifted_at": stamp(ruling.at), "announced_at": stamp(ruling.at)}
    if ruling.kind == "embargo-lifted":
        return {"lifted_at": stamp(ruling.at)}
    return {}


@dataclass
class Collected:
    """Takes records of one partition that follow one another, and reads them at the end."""

    night: Night
    scope: Scope
    refused_bytes_max: int
    _records: list[Received] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the rest should wait for the next step."""
        return len(self._records) >= RULINGS_MAX

    def follows(self, received: Received) -> bool:
        """Whether this record may be added."""
        last = self._records[-1] if self._records else None
        return last is None or (last.partition == received.partition and last.offset + 1 == received.offset)

    def add(self, received: Received) -> None:
        """Takes one record in."""
        self._records.append(received)

    def finish(self) -> Docket:
        """Everything added, as one docket."""
        rulings: dict[ContestId, list[Ruled]] = {contest: [] for contest in self.night.contests}
        refused: list[bytes] = []
        tallied: dict[int, dict[ContestId | None, int]] = {}
        for received in self._records:
            ruling = _ruling(received, self.night, self.scope)
            if isinstance(ruling, Finding):
                refusal = Refusal(None, None, (ruling,))
                refused.append(refusal_record(received, [refusal], self.refused_bytes_max))
                tallied[received.offset] = {None: 1}
            else:
                kept = Ruled(received.offset, stamp(ruling.heard_at), received.value, settles(ruling))
                rulings[ContestId(ruling.contest)].append(kept)
        first, last = self._records[0], self._records[-1]
        name = partition_name(first.topic, first.partition)
        return Docket(Span(name, first.offset, last.offset + 1, tallied), rulings, refused)


def _ruling(received: Received, night: Night, scope: Scope) -> Ruling | Finding:
    record = read_record(received, scope)
    if isinstance(record, Bundle):
        return Finding("R010", "E", "t", "This topic holds rulings; bundles have a topic of their own.")
    if isinstance(record, Ruling) and record.contest not in night.contests:
        return Finding("E101", "E", "contest", f"There is no contest {record.contest!r} in this night.")
    return record


class TakesRulings:
    """Applies dockets to the store."""

    def __init__(self, store: Store, refuse: Refuse, progress: Progress) -> None:
        self.store, self._send, self._progress = store, refuse, progress

    async def take_in(self, docket: Docket) -> None:
        """Applies a docket at every contest. Raises CannotCountError, or OutsideError."""
        if docket.refused:
            await self._send(docket.refused)
        for said in (await self.store.rule(docket.span, docket.rulings)).values():
            if not isinstance(said, Applied):
                raise CannotCountError(said)
        self._progress.note([docket.span])
