"""One entry of a contest's change stream: what moved, as absolute new values, under one version.

The worker's script writes an entry in the same step as the totals (streams/lua/apply.lua); a gateway reads
it. An entry's id is `<version>-0` and its fields are

    prev            the version before (always one less: every version has exactly one entry)
    epoch           the life of the projection; another one than yours means: begin from a snapshot
    at              night time of the newest paper or ruling heard, as `records.stamp` writes it; or empty
    areas:<source>  ids of the areas whose totals moved, a newline between two
    rows:<source>   their new totals, one after the other, each packed as in `wire.keys.pack_total`
    heard:<source>  night time of the newest paper heard from that source
    findings        JSON {"<source>/<code>": papers now held with that finding}, those that moved
    told            what was told since, oldest first: the facts' bytes, a newline between two
    meta            JSON {field: value} of the fields of the contest's meta hash that moved, values as text

Know before changing: values are absolute, so an entry applied twice, or on a newer snapshot, does no harm;
keep it so. Fields may be added (a reader skips what it does not know), never given another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from election.night import AreaId, SourceId
from election.tally import Row
from election.wire.keys import pack_total, unpack_total

AREAS, ROWS, HEARD = "areas:", "rows:", "heard:"


@dataclass(frozen=True, slots=True)
class Change:
    """What one version changed; whatever is not in it stayed as it was."""

    version: int
    prev: int
    epoch: str
    at: str
    """`records.stamp` text, or empty while nothing was heard. Such texts order as the times they name."""
    rows: Mapping[SourceId, Mapping[AreaId, Row]] = field(default_factory=dict)
    heard: Mapping[SourceId, str] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)
    told: tuple[bytes, ...] = ()
    """Facts that were told (`wire.told`); each has its number in it, so that one taken in twice is seen."""


def entry_id(version: int) -> str:
    """The stream id of a version's entry."""
    return f"{version}-0"


def version_of(entry: bytes) -> int:
    """The version in an entry's id."""
    return int(entry.partition(b"-")[0])


def decode_change(entry: bytes, fields: Mapping[bytes, bytes]) -> Change:
    """The change in an entry as XREAD and XRANGE give it: its id and its fields."""
    rows: dict[SourceId, Mapping[AreaId, Row]] = {}
    heard: dict[SourceId, str] = {}
    for name, value in fields.items():
        what, _, source = name.decode().partition(":")
        if what == "areas":
            packed = fields[(ROWS + source).encode()]
            rows[SourceId(source)] = _rows(value.decode().split("\n"), packed)
        elif what == "heard":
            heard[SourceId(source)] = value.decode()
    return Change(
        version=version_of(entry),
        prev=int(fields[b"prev"]),
        epoch=fields[b"epoch"].decode(),
        at=fields[b"at"].decode(),
        rows=rows,
        heard=heard,
        findings=orjson.loads(fields.get(b"findings", b"{}")),
        meta=orjson.loads(fields.get(b"meta", b"{}")),
        told=tuple(fields[b"told"].split(b"\n")) if b"told" in fields else (),
    )


def _rows(areas: list[str], packed: bytes) -> dict[AreaId, Row]:
    width = len(packed) // len(areas)
    return {
        AreaId(area): unpack_total(packed[place * width : (place + 1) * width])
        for place, area in enumerate(areas)
    }


def encode_change(change: Change) -> dict[bytes, bytes]:
    """The fields of a change's entry: the twin of what the script writes, for tests and in-memory stores."""
    fields = {"prev": str(change.prev).encode(), "epoch": change.epoch.encode(), "at": change.at.encode()}
    for source, rows in change.rows.items():
        fields[AREAS + source] = "\n".join(rows).encode()
        fields[ROWS + source] = b"".join(pack_total(row) for row in rows.values())
    for source, at in change.heard.items():
        fields[HEARD + source] = at.encode()
    if change.findings:
        fields["findings"] = orjson.dumps(dict(change.findings))
    if change.meta:
        fields["meta"] = orjson.dumps(dict(change.meta))
    if change.told:
        fields["told"] = b"\n".join(change.told)
    return {name.encode(): value for name, value in fields.items()}
