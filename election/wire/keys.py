"""Names of Redis keys and the packed rows behind them.

All keys of one contest share the hash tag in braces, so that a contest lives on one cluster node and every
update is one atomic script. A unit's row is 64-bit little-endian integers, a total's row little-endian
doubles (Redis' Lua counts in doubles: whole numbers are exact below 2^53; the script refuses to go above).
All units' rows of a source stand one behind the other in one string, in the order of `Night.units`.

Know before changing: a change of order or width must raise LAYOUT, which is part of what processes compare
before they work together (`edition`). It is no part of `Night.digest`, which stands in dossiers.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from election.night import Contest, ContestId, Night, SourceId
from election.tally import Row, Statement, Status
from election.wire.topics import Scope

LAYOUT = 4
PREFIX = "sandik"
LEDGER = ("meta", "deliveries", "due", "urgent", "busy", "calls", "outbox")
"""The keys of the ledger of deliveries, in the order its scripts take them."""

UNIT_FIXED = (
    "revision",
    "edition",
    "status",
    "noted",
    "registered",
    "voters",
    "valid",
    "invalid",
    "claimed",
)
"""The columns of a unit's row before its votes; -1 stands for *not stated*."""

FENCE_BYTES = 16
"""Revision and edition: the first two columns, which together name one state of one unit."""

NOT_STATED = -1

STRING_MAX = 512 * 1024 * 1024
"""Bytes of the longest string that Redis keeps, unless it is told otherwise (`proto-max-bulk-len`)."""


def edition(night: Night) -> str:
    """What processes compare before they share a store: the night's facts, and how rows are laid out."""
    return hashlib.sha256(f"{night.digest} layout {LAYOUT}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one contest."""

    scope: Scope
    contest: ContestId

    def _key(self, *what: str) -> str:
        return ":".join((PREFIX, "{" + f"{self.scope.name}.{self.contest}" + "}", *what))

    @property
    def meta(self) -> str:
        """Hash: epoch, version, run_id, digest, at, lifted_at, announced_at, refused, unreadable,
        told (id of the fact told last), told_seq, and `link:<reports/0>`: how far this version goes in a
        partition, `<next offset> <link in hex>` (`wire.audit`).

        `refused` are papers of this contest; `unreadable` are records and papers that name no contest of the
        night, the same number at each of its contests.
        """
        return self._key("meta")

    @property
    def offsets(self) -> str:
        """Hash: partition → the next offset to apply; the truth about what was applied."""
        return self._key("offsets")

    @property
    def chain(self) -> str:
        """Hash: partition → `<next offset> <link in hex>`, as far as this contest has applied it."""
        return self._key("chain")

    def links(self, partition: str) -> str:
        """String: the link of each record applied, 32 bytes each (`wire.audit`).

        The chain ends at the offset in `offsets`, and begins as many records before it as there are links.
        """
        return self._key("links", partition)

    @property
    def changes(self) -> str:
        """Stream of changes, id `<version>-0`."""
        return self._key("changes")

    @property
    def sources(self) -> str:
        """Hash: source → night time of the newest paper heard from it."""
        return self._key("sources")

    @property
    def findings(self) -> str:
        """Hash: `<source>/<code>` → papers now held with that finding."""
        return self._key("findings")

    @property
    def rulings(self) -> str:
        """List: every ruling as it came, in the order of its topic."""
        return self._key("rulings")

    @property
    def told(self) -> str:
        """Stream of what was told, id `<seq>-0`, field `told`: the record's bytes. Never trimmed."""
        return self._key("told")

    @property
    def told_ids(self) -> str:
        """Set: the ids of what was told."""
        return self._key("told", "ids")

    def ledger(self, what: str) -> str:
        """The ledger of deliveries: one of LEDGER. Made again from the topic `…delivered`.

        meta: hash of run_id, cursor (seq of the fact last looked at), score, clock, damaged (rows that were
        forgotten and are not made again yet) · deliveries: hash, `<fact>/<target>` → JSON · due, urgent:
        sorted sets of what is to be sent, by time in ms · busy: hash, target → `<until ms> <token>` · calls:
        set of deliveries of calls not retracted · outbox: stream of what is not in the topic yet.
        """
        if what not in LEDGER:
            raise ValueError(f"{what} is no key of the ledger")
        return self._key("ledger", what)

    @property
    def evaluated(self) -> str:
        """String: `<epoch> <version>` of the newest state at which nothing more was to be told."""
        return self._key("evaluated")

    @property
    def workers(self) -> str:
        """Hash: worker → second (Unix time of the store) of its last sign of life."""
        return self._key("workers")

    @property
    def pulse(self) -> str:
        """Hash: partition → `<applied> <end> <ms>`: how far this contest was counted when a worker last said,
        how far the log went, and when that was by the store's clock. Gone a minute after the last worker.
        """
        return self._key("pulse")

    def claim(self, what: str) -> str:
        """String: one gateway does this, for instance writes the contest's next snapshot into the log. Gone
        after some seconds.
        """
        return self._key("claim", what)

    def rows(self, source: SourceId) -> str:
        """String: the packed row of each unit at its place in `Night.units`, zeros where nothing is held."""
        return self._key("rows", source)

    def hashed(self, source: SourceId) -> str:
        """Hash: unit → packed row, as layouts before 4 held them; only ever forgotten."""
        return self._key("boxes", source)

    def areas(self, source: SourceId) -> str:
        """Hash: area → packed row of the total."""
        return self._key("areas", source)

    def cleared(self, source: SourceId) -> str:
        """Set: `<unit>/<revision>` of papers whose quarantine a person cleared."""
        return self._key("cleared", source)

    def papers(self, source: SourceId) -> str:
        """Hash: unit → JSON of what the checks say about the paper held, where they say anything."""
        return self._key("papers", source)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far a partition was counted, beside how far it goes, when a worker last said."""

    applied: int
    end: int
    at_s: float
    """By the store's clock."""

    @property
    def behind(self) -> int:
        """Records in the log that are not counted yet."""
        return max(0, self.end - self.applied)


def unpack_pulse(fields: Mapping[bytes, bytes]) -> dict[str, Pulse]:
    """The hash `Keys.pulse` by partition. Raises ValueError for what no worker writes."""
    found = {}
    for name, text in fields.items():
        applied, end, ms = map(int, text.split())
        found[name.decode()] = Pulse(applied, end, ms / 1000)
    return found


def pack_unit(held: Statement) -> bytes:
    """A statement as it is stored."""
    figures = (held.registered, held.voters, held.valid, held.invalid, held.claimed, *held.votes)
    return struct.pack(
        f"<{4 + len(figures)}q",
        held.revision,
        held.edition,
        int(held.status),
        int(held.noted),
        *(NOT_STATED if figure is None else figure for figure in figures),
    )


def unpack_unit(packed: bytes) -> Statement:
    """A statement as it was stored."""
    revision, edition, status, noted, *figures = struct.unpack(f"<{len(packed) // 8}q", packed)
    registered, voters, valid, invalid, claimed, *votes = (
        None if figure == NOT_STATED else figure for figure in figures
    )
    return Statement(
        revision, edition, Status(status), bool(noted),
        registered, voters, valid, invalid, claimed, tuple(votes),
    )  # fmt: skip


def unit_bytes(contest: Contest) -> int:
    """How long the row of a unit of the contest is."""
    return 8 * (len(UNIT_FIXED) + len(contest.choices))


def unpack_rows(units: Sequence[str], width: int, packed: bytes) -> Iterator[tuple[str, bytes]]:
    """The units of `Keys.rows` of which something is held, each with its row of so many bytes.

    What stands behind the last unit's row was written by nobody of ours, and is named by its place.
    """
    nothing = bytes(FENCE_BYTES)
    for place, at in enumerate(range(0, len(packed) - width + 1, width)):
        if packed[at : at + FENCE_BYTES] != nothing:
            unit = units[place] if place < len(units) else f"place {place}"
            yield unit, packed[at : at + width]


def pack_total(row: Row) -> bytes:
    """A total as it is stored."""
    return struct.pack(f"<{len(row)}d", *row)


def unpack_total(packed: bytes) -> Row:
    """A total as it was stored: whole numbers, exact."""
    return tuple(int(value) for value in struct.unpack(f"<{len(packed) // 8}d", packed))
