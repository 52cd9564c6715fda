"""Takes rulings in: what lifts the embargo is settled at once; all are kept, in the order of their topic.

Know before changing: one worker holds the one partition of `…rulings`, as Kafka assigns it; one that is wrong
about that changes nothing: the script counts offsets.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from election.checks import Finding
from election.errors import SandikError
from election.night import ContestId, Night
from election.rulings import Clearance, clearance, fault
from election.wire.records import Bundle, Ruling, stamp
from election.wire.topics import Scope
from streams.answers import Applied, Cleared, Moved
from streams.batch import lifting
from streams.chain import Chain
from streams.counting import TRIES_MAX, CannotCountError, Refuse
from streams.gathered import Grounds, read_record
from streams.ground import Ground, Shelf
from streams.looking import Looks
from streams.progress import Progress
from streams.refused import Refusal, refusal_record
from streams.spans import Received, Ruled, Span, Tallied
from streams.store import Store
from streams.stretch import span_of

IN_ORDER_WITHIN_S, ASKED_WITHIN_S, LOOK_S = 20.0, 2.0, 0.01
"""Longest waits of a replayed ruling for the reports it came after, and for what they give rise to."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Docket:
    """Rulings of one stretch of the log, by contest, and what is refused."""

    span: Span
    rulings: Mapping[ContestId, Sequence[Ruled]]
    refused: Sequence[bytes] = field(default=())
    cleared: Mapping[ContestId, Sequence[Clearance]] = field(default_factory=dict)
    """Papers whose quarantine is cleared, by contest."""
    after: Mapping[str, int] = field(default_factory=dict)
    """How far the log is counted first."""


def settles(ruling: Ruling) -> dict[str, str]:
    """What a ruling writes to the contest's meta. The last word on the embargo's hour counts."""
    if ruling.kind == "embargo-announced":
        return {"lifted_at": stamp(ruling.at), "announced_at": stamp(ruling.at)}
    if ruling.kind == "embargo-lifted":
        return {"lifted_at": stamp(ruling.at)}
    return {}


def docket(night: Night, scope: Scope, refused_bytes_max: int, records: Sequence[Received]) -> Docket:
    """What these records rule; nothing that can stand in one of them raises."""
    rulings: dict[ContestId, list[Ruled]] = {contest: [] for contest in night.contests}
    cleared: dict[ContestId, list[Clearance]] = {}
    refused: list[bytes] = []
    tallied: dict[int, Tallied] = {}
    for received in records:
        ruling = _ruling(received, night, scope)
        if isinstance(ruling, Finding):
            refused.append(refusal_record(received, [Refusal(None, None, (ruling,))], refused_bytes_max))
            tallied[received.offset] = {None: 1}
            continue
        contest = ContestId(ruling.contest)
        kept = Ruled(received.offset, stamp(ruling.heard_at), received.value, settles(ruling))
        rulings[contest].append(kept)
        if (paper := clearance(ruling, night)) is not None:
            cleared.setdefault(contest, []).append(paper)
    return Docket(span_of(records, tallied), rulings, refused, cleared, records[0].after)


def _ruling(received: Received, night: Night, scope: Scope) -> Ruling | Finding:
    record = read_record(received, scope)
    if isinstance(record, Bundle):
        return Finding("R010", "E", "t", "This topic holds rulings; bundles have a topic of their own.")
    if isinstance(record, Ruling) and (finding := fault(record, night)) is not None:
        return finding
    return record


class TakesRulings:
    """Applies dockets to the store."""

    def __init__(self, store: Store, grounds: Grounds, refuse: Refuse, progress: Progress) -> None:
        self.store, self._grounds, self._send, self._progress = store, grounds, refuse, progress
        self._chain = Chain(store)
        self.dropped: Callable[[], bool] = lambda: False
        """Whether what is being applied was thrown away, so that nothing is waited for any more."""

    async def take_in(self, docket: Docket) -> None:
        """Applies a docket at every contest. Raises CannotCountError, or OutsideError."""
        if docket.after and not await self._in_order(docket.after):
            return
        if docket.refused:
            await self._send(docket.refused)
        for contest, papers in docket.cleared.items():
            # Before the offset is stored: a worker that dies in between comes back and does it again.
            await self._clear(contest, papers, docket.span)
        answers = await self._chain.handed(docket.span, partial(self.store.rule, work=docket.rulings))
        for said in answers.values():
            if not isinstance(said, Applied):
                raise CannotCountError(said)
        self._progress.note([docket.span])

    async def _in_order(self, after: Mapping[str, int]) -> bool:
        """Returns when what a ruling comes after is counted and was asked about, or is long overdue.

        False: what was read was thrown away meanwhile, and the ruling is read again.
        """
        clock = asyncio.get_running_loop().time
        overdue_s = clock() + IN_ORDER_WITHIN_S
        while any(stored < after[name] for name, stored in (await self.store.positions(list(after))).items()):
            if clock() > overdue_s:
                log.warning(
                    "a ruling comes before what it was heard after: %s is not counted yet", dict(after)
                )
                return True
            if self.dropped():
                return False
            await asyncio.sleep(LOOK_S)
        looks, asked_by_s = Looks(self.store), clock() + ASKED_WITHIN_S
        wanted = await looks.heads()
        while any(head.behind(wanted[contest]) for contest, head in (await looks.heads()).items()):
            if clock() > asked_by_s:
                return True  # nobody evaluates at the moment; the ruling does not wait for that
            await asyncio.sleep(LOOK_S)
        return True

    async def _clear(self, contest: ContestId, papers: Sequence[Clearance], span: Span) -> None:
        """Keeps the clearances, for papers still to come, and counts those that are held already."""
        for paper in papers:
            ground = self._grounds.find(contest, paper.source)
            if ground is None:
                raise RuntimeError(f"{paper.source} was a source of the night when the ruling was read")
            named = f"{paper.unit}/{paper.revision}"
            said = await self.store.clear(contest, paper.source, named, span)
            if not isinstance(said, Applied):
                raise CannotCountError(said)
            await self._lift(contest, ground, ground.places.place(paper.unit), paper.revision)

    async def _lift(self, contest: ContestId, ground: Ground, unit: int, revision: int) -> None:
        for _ in range(TRIES_MAX):
            shelf = Shelf(ground)
            await self.store.load(contest, shelf, [unit])
            await self.store.load_cleared(contest, shelf)
            sums = lifting(shelf, unit, revision)
            if sums is None:
                return
            said = (await self.store.apply((), {contest: [sums]}))[contest]
            if isinstance(said, Applied):
                return
            if not isinstance(said, Moved | Cleared):
                raise CannotCountError(said)
        raise SandikError(f"{TRIES_MAX} times others moved the same paper; this worker starts afresh.")
