"""Stretches of the log: which offsets of a partition a batch covers, and what in them could not be counted.

Know before changing: the store counts a refusal only where its offset was not applied before, so refusals
travel with their offsets; that is what keeps them from being counted twice when a batch comes again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.night import ContestId

Tallied = Mapping[ContestId | None, int]
"""Papers refused, by contest; None: of no contest of this night, or a record that could not be read."""


def partition_name(topic: str, partition: int) -> str:
    """A partition as the store and people name it."""
    return f"{topic}/{partition}"


@dataclass(frozen=True, slots=True)
class Received:
    """One record of the log."""

    topic: str
    partition: int
    offset: int
    value: bytes
    after: Mapping[str, int] = field(default_factory=dict)
    """Partition → offset up to which the log must be counted first; empty: nothing is waited for."""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """What stands beside the value: who signed it."""


@dataclass(frozen=True, slots=True)
class Links:
    """The audit chain's links of a span's records (`wire.audit`), as the scripts read them."""

    before: bytes = b""
    """The link before; empty: the chain begins here."""
    made: bytes = b""
    """32 bytes a record."""


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets `first` up to, not including, `following` of one partition, with no hole between them."""

    partition: str
    first: int
    following: int
    refused: Mapping[int, Tallied] = field(default_factory=dict)
    """What was refused at which offset."""
    values: Sequence[bytes] = field(default=(), compare=False, repr=False)
    """The bytes of its records, in order: what the audit chain is made of."""
    links: Links = field(default=Links(), compare=False, repr=False)
    """Given by `chain.Chain` before the span is handed to a script."""

    def refusals(self, contest: ContestId) -> str:
        """What concerns this contest, as the scripts read it: `offset:ours:unreadable;` …"""
        return "".join(
            f"{offset}:{tallied.get(contest, 0)}:{tallied.get(None, 0)};"
            for offset, tallied in self.refused.items()
            if contest in tallied or None in tallied
        )


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling at its place in the log, and what it settles at its contest."""

    offset: int
    heard_at: str
    value: bytes
    fields: Mapping[str, str]
    """Fields of the contest's meta hash, by name."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that was told at its place in the log: its id, the one before it, its number and its bytes."""

    offset: int
    id: str
    prev: str
    seq: int
    value: bytes
