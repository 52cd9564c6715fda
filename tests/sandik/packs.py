"""A pack of the practice night, made without a broker: the log is a list, and what was shown is counted here.

Know before changing: the chain is the log's own, as of a store that counted it; a pack that is forged is made
of the files of a right one.
"""

import asyncio
import hashlib
import zipfile
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path

from election.night import ContestId
from election.rehearsal import Rehearsal
from election.wire.audit import Mark, audit, first_link, links
from election.wire.frames import dumps
from election.wire.records import Bundle, encode
from election.wire.told import encode as encode_told
from election.wire.topics import Scope
from producers.record import Logged
from sandik import folders, pack
from sandik.say import Out
from streams.chain import Stored
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
MAYOR = ContestId("mayor")
Files = dict[str, bytes]


@cache
def log() -> Mapping[tuple[str, int], tuple[bytes, ...]]:
    """The night in two partitions of reports, with what was told, and two snapshots of the mayor."""
    rehearsal = Rehearsal(NIGHT, SCOPE.mode, telling=True)
    places: dict[tuple[str, int], list[bytes]] = {}
    shown: list[bytes] = []
    told = 0
    recording = made.recording()
    for number, record in enumerate(recording, 1):
        bundle = isinstance(record, Bundle)
        place = ("reports", hash_of(record.contest) % 2) if bundle else ("rulings", 0)
        places.setdefault(place, []).append(encode(record, SCOPE))
        rehearsal.hear(record)
        facts = rehearsal.told[MAYOR]
        for fact in facts[told:]:
            places.setdefault(("told", 0), []).append(encode_told(fact, SCOPE))
        told = len(facts)
        if number in (len(recording) * 2 // 3, len(recording)):
            snapshot = rehearsal.snapshot(MAYOR) | {"epoch": "e1", "audit": audit(marks(places))}
            shown.append(dumps(snapshot))
    places["shown", 0] = shown
    return {place: tuple(values) for place, values in places.items()}


def hash_of(text: str) -> int:
    """A number of a text, the same every day."""
    return hashlib.sha256(text.encode()).digest()[0]


def marks(places: Mapping[tuple[str, int], list[bytes]]) -> dict[str, Mark]:
    """How far the chains go."""
    found = {}
    for (what, number), values in places.items():
        *_, last = links(first_link(f"{SCOPE.topic(what)}/{number}", 0), values)
        found[f"{what}/{number}"] = Mark(len(values), last.hex())
    return found


async def logged() -> AsyncIterator[Logged]:
    """The log as a reader gives it, what was shown first."""
    for (what, number), values in sorted(log().items(), key=lambda pair: pair[0][0] != "shown"):
        for offset, value in enumerate(values):
            yield Logged(SCOPE.topic(what), number, offset, None, value)


def chains() -> dict[str, Stored]:
    """What a store would hold of it."""
    return {
        f"{what}/{number}": Stored(0, list(links(first_link(f"{SCOPE.topic(what)}/{number}", 0), values)))
        for (what, number), values in log().items()
        if what != "shown"
    }


def packed(path: Path, keys: bytes | None = None) -> pack.Packed:
    """The pack; `keys`: who must sign."""
    return asyncio.run(pack.write(folders.load("practice"), SCOPE, logged(), chains(), path, Out(), keys))


def files(path: Path) -> Files:
    """Everything in a pack."""
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def forged(found: Files, path: Path) -> Path:
    """A pack with these files and right digests."""
    rest = sorted(name for name in found if name != "SHA256SUMS")
    sums = "".join(f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in rest)
    return zipped({**found, "SHA256SUMS": sums.encode()}, path)


def zipped(found: Files, path: Path) -> Path:
    """A zip of these files, whatever they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in found.items():
            target.writestr(name, content)
    return path
