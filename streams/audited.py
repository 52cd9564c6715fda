"""The audit chain of a log beside what was made of it once: links in the store, heads that were shown.

    audited = Audited(scope, {contest: await chain.stored(store, contest) …})
    audited.hear(topic, partition, offset, value) …     every record of reports, rulings, told and shown
    audit = audited.finish()     each difference by topic, partition, offset and record; what was compared

Know before changing: a store that was made again from this log agrees with it, whatever was done to the log
before; only what was shown can tell then. So it is always said what was compared, also if nothing was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.night import ContestId
from election.wire.attested import Attested, Published, Walked, attest, read_published
from election.wire.audit import CHAINED, Mark, first_link, next_link, short
from election.wire.tampering import Comparison, Difference
from election.wire.topics import Scope
from streams.chain import Stored
from streams.spans import partition_name


@dataclass(frozen=True)
class Audit:
    """What became of the chain."""

    differences: Sequence[Difference]
    """Between the log and the links in the store, the first of each partition first."""
    shown: Attested
    linked: int
    """Records that are the ones of which the store's links were made."""
    begins: Mapping[str, int]
    """Where the log begins, by partition (`reports/0`), if not at 0."""
    marks: Mapping[str, Mark]
    """How far the log goes, and its last link there."""
    rebuilt: bool = False
    """Whether the store was made from this very log just now: then its links prove nothing."""

    @property
    def sentences(self) -> list[str]:
        """Everything that does not agree."""
        return [str(one) for one in (*self.differences, *self.shown.broken)]

    @property
    def proves(self) -> bool:
        """Whether the log was compared with anything that was made before."""
        return bool((self.linked and not self.rebuilt) or self.shown.agree or self.shown.broken)

    def __str__(self) -> str:
        """What was compared, in a sentence."""
        store = f"{self.linked:,} records are the ones that the store's chain was made of"
        if self.rebuilt:
            store = "the store was made from this log just now, so its chain proves nothing"
        elif not self.linked:
            store = "the store holds no chain of this log"
        heads = f"{self.shown.agree:,} of the heads that were shown are the log's"
        if not (self.shown.agree or self.shown.broken):
            heads = "nothing that was shown is there to compare with"
        said = f"audit chain: {store}; {heads}"
        if self.shown.before:
            said += f"; {self.shown.before:,} were shown before the log's beginning"
        for name, offset in self.begins.items():
            said += f"; {name} begins at offset {offset}"
        return said if self.proves else said + ". So nothing says that the log is what it was"


@dataclass
class Audited:
    """Takes the log in once."""

    scope: Scope
    stored: Mapping[ContestId, Mapping[str, Stored]]
    rebuilt: bool = False
    _comparisons: dict[str, list[Comparison]] = field(default_factory=dict)
    _walked: dict[str, Walked] = field(default_factory=dict)
    _links: dict[str, bytes] = field(default_factory=dict)
    _published: list[Published] = field(default_factory=list)
    _firsts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The topics that have a chain, and the one of what was shown."""
        self._chained = {self.scope.topic(what) for what in CHAINED}
        self._shown = self.scope.topic("shown")
        self._by_partition: dict[str, list[Stored]] = {}
        for chains in self.stored.values():
            for name, one in chains.items():
                held = self._by_partition.setdefault(name, [])
                if one not in held:  # the same at every contest, unless somebody cut one of them off
                    held.append(one)

    def hear(self, topic: str, partition: int, offset: int, value: bytes) -> None:
        """Takes one record in; those of a partition come in order."""
        if topic == self._shown:
            published = read_published(value)
            if published is not None:
                self._published.append(published)
        elif topic in self._chained:
            name = partition_name(topic, partition)
            if name not in self._walked:
                self._begin(name, offset)
            link = self._links[name] = next_link(self._links[name], value)
            self._walked[name].links.append(link)
            for comparison in self._comparisons[name]:
                comparison.take(offset, value)

    def _begin(self, name: str, offset: int) -> None:
        """A partition's first record. What the store holds of before it is taken as it is."""
        held = self._by_partition.get(name, [])
        self._comparisons[name] = [Comparison(name, one.begins, one.links) for one in held]
        walked, link = Walked(offset), first_link(name, offset)
        for one in held:
            gone = offset - one.begins
            if 0 < gone < len(one.links):
                walked, link = Walked(one.begins, list(one.links[:gone])), one.links[gone - 1]
        self._walked[name], self._links[name] = walked, link
        self._firsts[name] = offset

    def finish(self) -> Audit:
        """What was found; nothing is heard after it."""
        differences = list[Difference]()
        linked = 0
        for name in sorted(self._by_partition.keys() | self._walked.keys()):
            held = self._by_partition.get(name, [])
            comparisons = self._comparisons.get(name) or [
                Comparison(name, one.begins, one.links) for one in held
            ]
            for comparison in comparisons:
                differences += comparison.finish()
            linked += min((comparison.fits for comparison in comparisons), default=0)
        chains = {short(name): walked for name, walked in self._walked.items()}
        marks = {name: mark for name, walked in chains.items() if (mark := walked.mark(walked.ends))}
        begins = {short(name): at for name, at in sorted(self._firsts.items()) if at}
        return Audit(differences, attest(self._published, chains), linked, begins, marks, self.rebuilt)
