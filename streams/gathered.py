"""A stretch of the log as one batch: what its records say, and what in them is refused. Nothing is held here.

    gathered = Gathered(grounds, scope, …)
    gathered.add(received) …        reads as it adds, so that its size in reports is known
    batch = gathered.finish()       offsets covered, readings by contest and source, what is refused

Know before changing: nothing that can stand in a record may raise here. A record that raises would raise
again after every restart, and the night would stand still at it.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from election.checks import Finding, check
from election.errors import RecordError
from election.night import ContestId, Night, SourceId
from election.wire.records import Bundle, Record, decode
from election.wire.topics import Scope
from streams.batch import Reading, read
from streams.ground import Ground
from streams.refused import Refusal, refusal_record
from streams.settings import REPORTS_IN_ALL_MAX, Settings
from streams.signatures import Signatures
from streams.spans import Received, Span, partition_name

log = logging.getLogger(__name__)

NOBODY_THOUGHT_OF = "R000"
"""The code of a record at which our own reading failed: an error of ours, and still no reason to stop."""

Place = tuple[ContestId, SourceId]
Pair = tuple[Received, Bundle]


class Grounds:
    """The ground of each contest and source, made when first asked for."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._made: dict[tuple[str, str], Ground] = {}

    def warm(self) -> None:
        """Makes every ground now, so that no paper waits for its own."""
        for contest in self.night.contests:
            for source in self.night.sources:
                if (ground := self.find(contest, source)) is not None:
                    ground.warm()

    def find(self, contest: str, source: str) -> Ground | None:
        """The ground, or None if there is no such contest or source."""
        found = self._made.get((contest, source))
        if found is None:
            one = self.night.contests.get(ContestId(contest))
            other = self.night.sources.get(SourceId(source))
            if one is None or other is None:
                return None
            found = self._made[contest, source] = Ground(self.night, one, other)
        return found


@dataclass(frozen=True)
class Batch:
    """What is to be applied in one step."""

    spans: Sequence[Span]
    readings: Sequence[Reading]
    refused: Sequence[bytes]
    """Records for the topic of refused: one for each record that holds something refused."""
    reports: int


@dataclass
class Gathered:
    """Takes records in; the offsets of a partition must follow one another (`follows`)."""

    grounds: Grounds
    scope: Scope
    reports_max: int
    """Of one contest: a contest is one script, and the store answers nobody else while it runs."""
    refused_bytes_max: int
    signatures: Signatures | None = None
    """Who must have signed what; None: nobody anything."""
    reports_in_all_max: int = REPORTS_IN_ALL_MAX
    reports: int = 0
    _reports_of: Counter[str] = field(default_factory=Counter)
    _most: int = 0
    """Reports of the contest that has the most."""
    _spans: dict[str, list[int]] = field(default_factory=dict)
    _values: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    _bundles: dict[Place, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    _refused: dict[str, dict[int, list[tuple[ContestId | None, Refusal]]]] = field(default_factory=dict)
    _received: dict[tuple[str, int], Received] = field(default_factory=dict)

    @classmethod
    def by(
        cls, limits: Settings, grounds: Grounds, scope: Scope, signatures: Signatures | None
    ) -> "Gathered":
        """Takes in as much as the settings allow."""
        return cls(
            grounds,
            scope,
            limits.batch_reports_max,
            limits.refused_bytes_max,
            signatures,
            limits.batch_reports_in_all_max,
        )

    @property
    def full(self) -> bool:
        """Whether the rest should wait for the next step; a bad record counts as one report."""
        bad = len(self._received)
        return self._most + bad >= self.reports_max or self.reports + bad >= self.reports_in_all_max

    def follows(self, received: Received) -> bool:
        """Whether this record may be added: its partition is new here, or it is the next of it."""
        span = self._spans.get(partition_name(received.topic, received.partition))
        return span is None or span[1] == received.offset

    def add(self, received: Received) -> None:
        """Takes one record in; a bad one is refused, never raised."""
        name = partition_name(received.topic, received.partition)
        span = self._spans.setdefault(name, [received.offset, received.offset])
        span[1] = received.offset + 1
        self._values[name].append(received.value)
        record = read_record(received, self.scope)
        if not isinstance(record, Bundle):
            self._refuse(received, None, Refusal(None, None, (_no_bundle(record),)))
            return
        if (forged := self._forged(received, record)) is not None:
            self._refuse(received, None, Refusal(None, None, (forged,)))
            return
        self.reports += len(record)
        self._reports_of[record.contest] += len(record)
        self._most = max(self._most, self._reports_of[record.contest])
        ground = self.grounds.find(record.contest, record.source)
        if ground is None:
            self._refuse_rows(received, record)
        else:
            self._bundles[ground.contest.id, ground.source.id].append((received, record))

    def _forged(self, received: Received, bundle: Bundle) -> Finding | None:
        """Why the bundle is not from whom it says; None where it may be counted."""
        if self.signatures is None:
            return None
        return self.signatures.fault(received.value, received.headers, bundle)

    def _refuse_rows(self, received: Received, bundle: Bundle) -> None:
        """A bundle of no contest or no source of this night: every paper is refused."""
        night = self.grounds.night
        contest = ContestId(bundle.contest)
        for row, claim in enumerate(bundle.claims()):
            refusal = Refusal(row, claim.unit, check(claim, night).findings)
            self._refuse(received, contest if contest in night.contests else None, refusal)

    def _refuse(self, received: Received, contest: ContestId | None, refusal: Refusal) -> None:
        name = partition_name(received.topic, received.partition)
        self._refused.setdefault(name, {}).setdefault(received.offset, []).append((contest, refusal))
        self._received[name, received.offset] = received

    def finish(self) -> Batch:
        """Everything added, as one batch; nothing may be added after it."""
        readings = [
            reading
            for (contest, source), pairs in self._bundles.items()
            if (ground := self.grounds.find(contest, source)) is not None
            and (reading := self._read(pairs, ground)) is not None
        ]
        spans = [
            Span(
                name,
                first,
                following,
                {
                    offset: Counter(contest for contest, _ in refusals)
                    for offset, refusals in self._refused.get(name, {}).items()
                },
                self._values[name],
            )
            for name, (first, following) in self._spans.items()
        ]
        refused = [
            refusal_record(
                self._received[name, offset], [refusal for _, refusal in refusals], self.refused_bytes_max
            )
            for name, by_offset in self._refused.items()
            for offset, refusals in by_offset.items()
        ]
        return Batch(spans, readings, refused, self.reports)

    def _read(self, pairs: Sequence[Pair], ground: Ground) -> Reading | None:
        """What these bundles say; those at which reading itself fails are refused whole.

        Where each can be read by itself, it is none of them at which reading fails: that is raised, and the
        process ends with nothing committed. Left out, they would be lost without a word.
        """
        try:
            reading = read([bundle for _, bundle in pairs], ground)
        except MemoryError:
            raise
        except Exception:
            log.exception("reading %d bundles failed; reading them one by one", len(pairs))
            good = [pair for pair in pairs if self._readable(pair, ground)]
            if len(good) == len(pairs):
                raise
            return self._read(good, ground) if good else None
        for one in reading.refused:
            self._refuse(pairs[one.bundle][0], ground.contest.id, Refusal(one.row, one.unit, one.findings))
        return reading

    def _readable(self, pair: Pair, ground: Ground) -> bool:
        received, bundle = pair
        try:
            read([bundle], ground)
        except MemoryError:
            raise  # no fault of the bundle's
        except Exception as error:  # noqa: BLE001 # whatever it is, it must not come again after every restart
            self._refuse(received, ground.contest.id, Refusal(None, None, (_failed(received, error),)))
            return False
        return True


def read_record(received: Received, scope: Scope) -> Record | Finding:
    """The record in these bytes, or why there is none."""
    try:
        return decode(received.value, scope)
    except RecordError as error:
        return Finding(error.code, "E", error.place, str(error))
    except Exception as error:  # noqa: BLE001 # whatever it is, it must not come again after every restart
        return _failed(received, error)


def _no_bundle(record: Record | Finding) -> Finding:
    if isinstance(record, Finding):
        return record
    return Finding("R010", "E", "t", "This topic holds bundles; rulings have a topic of their own.")


def _failed(received: Received, error: Exception) -> Finding:
    log.error("%s/%d/%d could not be read: %r", received.topic, received.partition, received.offset, error)
    message = "Reading this record failed for a reason that nobody thought of; please report it."
    return Finding(NOBODY_THOUGHT_OF, "E", "record", message)
