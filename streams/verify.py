"""Counts the log again on its own, one paper at a time, and compares what comes out with the store.

    await verify(night, store, log)     every difference there is, as sentences; what the audit chain says
    await rebuild(night, store, log)    the store forgets the night and is made from the log, in a new epoch

Know before changing: `verify` counts with `election.rehearsal` and shares no sum with the worker; `rebuild`
counts with the worker's own code. A running worker notices that the store was emptied and starts again from
the store's offsets, so a rebuild beside it does no harm.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, Protocol, TypeVar

from election.errors import RecordError
from election.night import AreaId, ContestId, Night, SourceId, UnitId
from election.rehearsal import Rehearsal
from election.rulings import fault
from election.tally import Statement, Tally
from election.wire.changes import entry_id
from election.wire.keys import unpack_total, unpack_unit
from election.wire.records import Record, Ruling, decode, stamp
from election.wire.told import decode as decode_told
from election.wire.told_fields import fault as odd
from election.wire.topics import Scope
from streams.answers import Held
from streams.audited import Audit, Audited
from streams.calling import Docket, TakesRulings, docket
from streams.chain import stored
from streams.counting import CountsBatches
from streams.drain import Gatherer
from streams.gathered import Batch, Gathered, Grounds
from streams.looking import Looks
from streams.progress import Progress
from streams.rewinding import begin_at
from streams.signatures import Signatures
from streams.spans import Received, partition_name
from streams.store import Store
from streams.stretch import Stretch
from streams.telling import Chapter, TakesFacts, facts

SHOWN_MAX = 100
"""Differences told in full; at the limit the rest is only counted."""
VALUE_MAX = 300
"""Characters of a value that are told; longer is cut."""

B = TypeVar("B")


class Logged(Protocol):
    """A record of the log and its place, whoever read it."""

    @property
    def topic(self) -> str:
        """The topic it stands in."""

    @property
    def partition(self) -> int:
        """Its partition there."""

    @property
    def offset(self) -> int:
        """Its place there."""

    @property
    def value(self) -> bytes:
        """Its bytes."""

    @property
    def headers(self) -> Mapping[str, bytes]:
        """What stands beside them."""


@dataclass
class Differences:
    """What does not agree; sentences up to a limit, and how many there are."""

    told: list[str] = field(default_factory=list)
    count: int = 0

    def compare(self, what: str, log: object, store: object) -> None:
        """Notes it if the two do not agree."""
        if log != store:
            self.note(f"{what}: the log gives {_short(log)}, the store has {_short(store)}")

    def note(self, sentence: str) -> None:
        """One more."""
        self.count += 1
        if len(self.told) < SHOWN_MAX:
            self.told.append(sentence)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"


@dataclass(frozen=True)
class Verified:
    """The outcome of a comparison."""

    differences: Sequence[str]
    """At most SHOWN_MAX of them, as sentences."""
    count: int
    records: int
    reports: int
    held: Mapping[ContestId, Held]
    """What the store held of each contest when it was read."""
    rehearsal: Rehearsal
    """What the log gives."""
    audit: Audit
    """What became of the audit chain; its differences are among the others, before them."""

    @property
    def agrees(self) -> bool:
        """Whether store and log say the same of everything."""
        return self.count == 0


@dataclass
class Recount:
    """The log, counted independently of the worker."""

    rehearsal: Rehearsal
    signatures: Signatures | None = None
    """Who must have signed what; None: nobody anything."""
    unreadable: int = 0
    records: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    rulings: dict[ContestId, int] = field(default_factory=dict)
    announced_at: dict[ContestId, str] = field(default_factory=dict)
    told: dict[ContestId, list[bytes]] = field(default_factory=dict)
    told_ids: dict[ContestId, list[str]] = field(default_factory=dict)

    def hear(self, logged: Logged, scope: Scope) -> None:
        """Counts one record."""
        name = partition_name(logged.topic, logged.partition)
        self.ends[name] = max(logged.offset + 1, self.ends.get(name, 0))
        self.records += 1
        night = self.rehearsal.night
        if logged.topic == scope.topic("told"):
            self._tell(logged, scope)
            return
        wanted_ruling = logged.topic == scope.topic("rulings")
        try:
            record = decode(logged.value, scope)
        except RecordError:
            self.unreadable += 1
            return
        if isinstance(record, Ruling) != wanted_ruling or self._forged(record, logged):
            self.unreadable += 1
            return
        if isinstance(record, Ruling):
            contest = ContestId(record.contest)
            if fault(record, night) is not None:
                self.unreadable += 1
                return
            self.rulings[contest] = self.rulings.get(contest, 0) + 1
            if record.kind == "embargo-announced":
                self.announced_at[contest] = stamp(record.at)
        self.rehearsal.hear(record)

    def _forged(self, record: Record, logged: Logged) -> bool:
        if self.signatures is None or isinstance(record, Ruling):
            return False
        return self.signatures.fault(logged.value, logged.headers, record) is not None

    def _tell(self, logged: Logged, scope: Scope) -> None:
        """Takes a fact in if it is the next of its contest; one that cannot be read is counted so."""
        try:
            fact = decode_told(logged.value, scope)
        except RecordError:
            self.unreadable += 1
            return
        if odd(fact, self.rehearsal.night) is not None:
            self.unreadable += 1
            return
        contest = ContestId(fact.contest)
        ids = self.told_ids.setdefault(contest, [])
        follows = fact.prev == (ids[-1] if ids else "") and fact.seq == len(ids) + 1
        if follows and fact.id not in ids:
            ids.append(fact.id)
            self.told.setdefault(contest, []).append(logged.value)


async def verify(
    night: Night, store: Store, log: AsyncIterable[Logged], rebuilt: bool = False,
    signatures: Signatures | None = None,
) -> Verified:  # fmt: skip
    """Compares the store with the log: the night's reports, rulings and facts, from their beginning, and the
    heads in what was shown, if that topic is in the log that is given.

    `rebuilt`: the store was made from this log just now, so its chain is no proof of anything.
    """
    recount = Recount(Rehearsal(night, store.scope.mode), signatures)
    chains = {contest: await stored(store, contest) for contest in night.contests}
    audited, shown = Audited(store.scope, chains, rebuilt), store.scope.topic("shown")
    async for logged in log:
        audited.hear(logged.topic, logged.partition, logged.offset, logged.value)
        if logged.topic != shown:
            recount.hear(logged, store.scope)
    held = {contest: await store.read(contest) for contest in night.contests}
    cleared = {contest: await Looks(store).cleared(contest) for contest in night.contests}
    found, audit = Differences(), audited.finish()
    for sentence in audit.sentences:
        found.note(sentence)
    for contest in night.contests:
        _compare_contest(contest, recount, held[contest], store, found)
        _compare_cleared(contest, recount, cleared[contest], night, found)
    return Verified(
        found.told, found.count, recount.records, recount.rehearsal.reports, held, recount.rehearsal, audit
    )


def _compare_contest(
    contest: ContestId, recount: Recount, held: Held, store: Store, found: Differences
) -> None:
    night, rehearsal = store.night, recount.rehearsal
    for name, end in sorted(recount.ends.items()):
        found.compare(f"{contest}: next offset of {name}", end, held.offsets.get(name, 0))
    _compare_meta(contest, recount, held, store, found)
    for source in night.sources:
        tally = rehearsal.tally(night.contests[contest], source)
        _compare_totals(f"{contest} by {source}", tally, held, source, found)
        _compare_units(f"{contest} by {source}", tally, held, source, found)
        last_at = rehearsal.last_at.get((contest, source))
        heard = "" if last_at is None else stamp(last_at)
        found.compare(f"{contest}: newest paper of {source}", heard, held.heard.get(source, ""))
        counted = {
            code.partition("/")[2]: count
            for code, count in held.findings.items()
            if code.startswith(f"{source}/")
        }
        found.compare(f"{contest}: findings of {source}", rehearsal.findings(contest, source), counted)


def _compare_meta(contest: ContestId, recount: Recount, held: Held, store: Store, found: Differences) -> None:
    meta, rehearsal, night = held.meta, recount.rehearsal, store.night
    at, lifted = rehearsal.heard_at.get(contest), rehearsal.lifted_at.get(contest)
    nobodys = sum(refusal.contest not in night.contests for refusal in rehearsal.refused)
    expected = {
        "digest": store.edition,
        "at": stamp(at) if at else "",
        "lifted_at": stamp(lifted) if lifted else "",
        "announced_at": recount.announced_at.get(contest, ""),
        "refused": str(sum(refusal.contest == contest for refusal in rehearsal.refused)),
        "unreadable": str(recount.unreadable + nobodys),
    }
    defaults = {"refused": "0", "unreadable": "0"}
    for name, value in expected.items():
        found.compare(f"{contest}: {name}", value, meta.get(name, defaults.get(name, "")))
    told = recount.told.get(contest, [])
    found.compare(f"{contest}: facts told", len(told), len(held.told))
    for seq, (log, store_has) in enumerate(zip(told, held.told, strict=False), 1):
        found.compare(f"{contest}: fact {seq}", log, store_has)
    ids = recount.told_ids.get(contest)
    found.compare(f"{contest}: fact told last", ids[-1] if ids else "", meta.get("told", ""))
    found.compare(f"{contest}: rulings", recount.rulings.get(contest, 0), held.rulings)
    version = int(meta.get("version", "0"))
    if version:
        found.compare(f"{contest}: newest entry of the change stream", entry_id(version), held.newest)
    elif at is not None:
        found.compare(f"{contest}: version", "one from 1", version)


def _compare_totals(what: str, tally: Tally, held: Held, source: SourceId, found: Differences) -> None:
    stored = {AreaId(area): unpack_total(row) for area, row in held.areas[source].items()}
    for area in sorted(tally.rows.keys() | stored.keys()):
        found.compare(
            f"{what}: total of {area}", tally.rows.get(area, tally.empty), stored.get(area, tally.empty)
        )


def _compare_units(what: str, tally: Tally, held: Held, source: SourceId, found: Differences) -> None:
    stored = {UnitId(unit): unpack_unit(row) for unit, row in held.boxes[source].items()}
    for unit in sorted(tally.held.keys() | stored.keys()):
        found.compare(
            f"{what}: what is held of {unit}", _apart(tally.held.get(unit)), _apart(stored.get(unit))
        )
    noted = {unit for unit, statement in stored.items() if statement.noted}
    found.compare(f"{what}: units with a paper kept", sorted(noted), sorted(held.papers[source]))


def _compare_cleared(
    contest: ContestId, recount: Recount, cleared: Mapping[SourceId, set[str]], night: Night,
    found: Differences,
) -> None:  # fmt: skip
    """Compares the papers that rulings cleared with those the store lets count, also those still to come."""
    for source in night.sources:
        tally = recount.rehearsal.tally(night.contests[contest], source)
        ruled = {f"{unit}/{revision}" for unit, revision in tally.cleared}
        for paper in sorted(ruled ^ cleared[source]):
            log, store = ("cleared", "not cleared") if paper in ruled else ("not cleared", "cleared")
            found.compare(f"{contest} by {source}: quarantine of {paper}", log, store)


def _apart(statement: Statement | None) -> Statement | None:
    """A statement apart from its edition: how often a conflict was renewed hangs on the order it came in."""
    return None if statement is None else replace(statement, edition=0)


class Feed(Generic[B]):
    """Turns records one after the other into steps, and applies each."""

    def __init__(self, begin: Callable[[], Gatherer[B]], apply: Callable[[B], Awaitable[None]]) -> None:
        self._begin, self._apply = begin, apply
        self._gatherer: Gatherer[B] | None = None

    async def add(self, received: Received) -> None:
        """Takes one record in, and applies what came before it if that is a whole step."""
        if self._gatherer is not None and (self._gatherer.full or not self._gatherer.follows(received)):
            await self.rest()
        if self._gatherer is None:
            self._gatherer = self._begin()
        self._gatherer.add(received)

    async def rest(self) -> None:
        """Applies what is left."""
        if self._gatherer is not None:
            gatherer, self._gatherer = self._gatherer, None
            await self._apply(gatherer.finish())


async def rebuild(
    night: Night, store: Store, log: AsyncIterable[Logged], signatures: Signatures | None = None
) -> Progress:
    """Forgets the night and counts the log again with the worker's own code; refusals are not told again."""
    for contest in night.contests:
        await store.wipe(contest)
    limits, scope, grounds, progress = store.settings, store.scope, Grounds(night), Progress()
    bundles: Feed[Batch] = Feed(
        lambda: Gathered.by(limits, grounds, scope, signatures),
        CountsBatches(night, store, _untold, progress).count,
    )
    decisions: Feed[Docket] = Feed(
        lambda: Stretch(partial(docket, night, scope, limits.refused_bytes_max)),
        TakesRulings(store, grounds, _untold, progress).take_in,
    )
    told: Feed[Chapter] = Feed(
        lambda: Stretch(partial(facts, night, scope, limits.refused_bytes_max)),
        TakesFacts(store, _untold, progress).take_in,
    )
    begun = set[str]()
    async for logged in log:
        received = Received(
            logged.topic, logged.partition, logged.offset, logged.value, headers=logged.headers
        )
        name = partition_name(logged.topic, logged.partition)
        if logged.offset and name not in begun:  # a log that was begun anew, or cut off by retention
            await begin_at(store, {name: logged.offset})
        begun.add(name)
        if logged.topic == scope.topic("rulings"):
            await decisions.add(received)
        elif logged.topic == scope.topic("told"):
            await told.add(received)
        else:
            await bundles.add(received)
    await bundles.rest()
    await decisions.rest()
    await told.rest()
    return progress


async def _untold(refused: Sequence[bytes]) -> None:
    """What is refused stands in its topic already."""
