"""`sandik verify PACK.zip`: is a pack what it says, with nothing but the pack?

    digests     each file is the one that was packed
    chain       the records are the ones of which the links and the published heads were made
    count       an independent count of the log gives each contest's newest published snapshot
    told        each alert and call that was shown is in the log of what was told
    recording   it holds the records of the log

Know before changing: a pack that was forged as a whole agrees with itself. So the head is always said, for
whoever has seen one elsewhere; and what could not be checked is said too.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from election.errors import NightError, UsageError
from election.night import ContestId, Night, NightId
from election.wire.attested import read_published
from election.wire.topics import Scope
from sandik import outcome, pack, proof
from sandik.packed import Packed, PackError, opened
from sandik.say import Out

if TYPE_CHECKING:
    from streams.audited import Audit

TOLD_MAX = 100
"""Differences that are told; at the limit the rest is only counted."""
DIGITS_MAX = 19
"""Of an offset: Kafka's own are no longer."""


@dataclass
class Found:
    """What a pack was found to be."""

    differences: list[str] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    contests: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    audit: "Audit | None" = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a pack holds it."""

    topic: str
    partition: int
    offset: int
    value: bytes
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class About:
    """What a manifest says."""

    scope: Scope
    simulated: bool
    links_by: str
    partitions: Mapping[str, Mapping[str, Any]]


def verify(path: Path, out: Out) -> int:
    """0 if everything agrees, 1 if not. Raises PackError for a file that is no pack."""
    found = Found()
    with opened(path) as packed:
        about = _about(packed)
        night = _night(packed, about)
        _digests(packed, found)
        _count(packed, about, night, found, out)
    return _tell(path, about, found, out)


def _about(packed: Packed) -> About:
    try:
        said = json.loads(packed.content(pack.MANIFEST))
        if said["what"] != "sandik pack" or said["v"] != pack.VERSION:
            raise PackError(f"{packed.name} is version {said['v']!r:.20} of a pack; we read {pack.VERSION}.")
        scope = Scope(said["mode"], NightId(said["night"]), said["session"])
        partitions = {name: dict(one) for name, one in said["partitions"].items()}
        for name, one in partitions.items():
            what, _, number = name.partition("/")
            right = what in pack.LOGGED and one["topic"] == scope.topic(what) and _is_place(number)
            if not right or not all(type(one[what]) is int for what in ("first", "next", "records")):
                raise ValueError(name)
        return About(scope, said["simulated"] is True, str(said["links_by"]), partitions)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PackError(f"{packed.name}: {pack.MANIFEST} is not one of a pack ({error!r:.100}).") from error


def _is_place(text: str) -> bool:
    """Whether this is the number of a partition or an offset, as a pack writes it."""
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX


def _night(packed: Packed, about: About) -> Night:
    from election.wire.nights import FACTS, read_night

    names = {name: f"night/{name}" for name in FACTS if f"night/{name}" in packed.names}
    try:
        night = read_night({name: packed.content(where) for name, where in names.items()})
    except NightError as error:
        raise NightError(list(error.mistakes), f"{packed.name}/night") from error
    if night.id != about.scope.night:
        raise PackError(f"{packed.name}: night/ is {night.id}, and the manifest says {about.scope.night}.")
    return night


def _digests(packed: Packed, found: Found) -> None:
    """Whether each file is the one that was packed, by SHA256SUMS."""
    sums = {}
    for line in packed.content(pack.SUMS).decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        sums[name] = digest
    for name in packed.names:
        if name == pack.SUMS:
            continue
        if name not in sums:
            found.differences.append(f"{name} is not in {pack.SUMS}: it was put into the pack")
        elif packed.digest(name) != sums[name]:
            found.differences.append(f"{name} is not the file that was packed (its SHA-256 differs)")
    for name in sorted(sums.keys() - set(packed.names)):
        found.differences.append(f"{name} is in {pack.SUMS}, and missing in the pack")
    found.checked["files"] = len(packed.names)


def _entries(packed: Packed, about: About, name: str, found: Found) -> Iterator[Entry]:
    """The records of a partition; a line that is none is a difference, and the rest goes on."""
    file = f"log/{name.replace('/', '-')}.jsonl"
    told, number = about.partitions[name], 0
    if file not in packed.names:
        found.differences.append(f"{file} is missing: the manifest says {told['records']:,} records")
        return
    first, following = None, 0
    for number, line in enumerate(packed.lines(file), 1):
        try:
            said = json.loads(line)
            raw = said["value"].encode() if "value" in said else _bytes(said["base64"])
            headers = {str(one): _bytes(held) for one, held in said.get("headers", {}).items()}
            entry = Entry(told["topic"], int(name.partition("/")[2]), said["offset"], raw, headers)
            if type(entry.offset) is not int or entry.offset < following:
                raise ValueError(f"offset {entry.offset}")
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
            found.differences.append(f"{file} line {number} is no record of a log: {error!r:.100}")
            continue
        first = entry.offset if first is None else first
        following = entry.offset + 1
        yield entry
    if (first, following, number) != (told["first"], told["next"], told["records"]):
        found.differences.append(
            f"{file} goes from {first} to {following} with {number:,} records, and the manifest says from "
            f"{told['first']} to {told['next']} with {told['records']:,}"
        )


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _links(packed: Packed, about: About, found: Found) -> dict[str, Any]:
    """The chains that stand in the pack, by partition."""
    from election.wire.audit import CHAINED, LINK_BYTES
    from streams.chain import Stored

    chains = {}
    for name, told in about.partitions.items():
        file = f"links/{name.replace('/', '-')}.txt"
        if name.partition("/")[0] not in CHAINED:
            continue
        if file not in packed.names:
            found.differences.append(f"{file} is missing: nothing says what the records of {name} were")
            continue
        begins, links = None, []
        for number, line in enumerate(packed.lines(file)):
            offset, _, text = line.decode("ascii", "replace").partition(" ")
            begins = int(offset) if begins is None and _is_place(offset) else begins
            try:
                link = bytes.fromhex(text)
            except ValueError:
                link = b""
            if begins is None or offset != str(begins + number) or len(link) != LINK_BYTES:
                found.differences.append(f"{file} line {number + 1} is no link of {name}")
                break
            links.append(link)
        chains[f"{told['topic']}/{name.partition('/')[2]}"] = Stored(begins or 0, links)
    return chains


class Fold:
    """The log of a pack, counted up to what each contest's newest published snapshot was made of."""

    def __init__(self, night: Night, scope: Scope, judged: pack.Judged) -> None:
        from election.rehearsal import Rehearsal
        from streams.verify import Recount

        self.night, self.scope = night, scope
        self.recount = Recount(Rehearsal(night, scope.mode), judged.signatures)
        self.newest: dict[str, Any] = {}
        """By contest: the newest snapshot that was published."""

    def show(self, value: bytes) -> None:
        """A published snapshot; of two the one further down in the log is newer."""
        if (published := read_published(value)) is not None:
            self.newest[published.contest] = orjson.loads(value)  # json would stop at what is nested deep

    def hear(self, entry: Entry) -> None:
        """Counts a record, unless it is newer than what was shown of its contest."""
        try:
            contest = json.loads(entry.value).get("contest")
        except (ValueError, AttributeError, RecursionError):
            contest = None
        shown = self.newest.get(str(contest))
        if shown is not None:
            name = f"{entry.topic.rpartition('.')[2]}/{entry.partition}"
            if entry.offset >= shown["audit"]["at"].get(name, 0):
                return
        self.recount.hear(entry, self.scope)


def _count(packed: Packed, about: About, night: Night, found: Found, out: Out) -> None:
    from streams.audited import Audited

    stored = {ContestId("pack"): _links(packed, about, found)}
    audited = Audited(about.scope, stored, rebuilt=about.links_by != "store")
    judged = pack.Judged(night, about.scope, packed.content(pack.KEYS) if pack.KEYS in packed.names else None)
    fold, records = Fold(night, about.scope, judged), []
    by_topic = sorted(about.partitions, key=lambda name: (pack.LOGGED.index(name.partition("/")[0]), name))
    entries = ((name, entry) for name in by_topic for entry in _entries(packed, about, name, found))
    whole = sum(told["records"] for told in about.partitions.values())
    for name, entry in out.passing(entries, whole, "records counted"):
        audited.hear(entry.topic, entry.partition, entry.offset, entry.value)
        if name.startswith("shown/"):
            fold.show(entry.value)
        else:
            fold.hear(entry)
            if not name.startswith("told/") and (record := judged.record(entry.value, entry.headers)):
                records.append((record, entry))
        what = name.partition("/")[0]
        found.checked[what] = found.checked.get(what, 0) + 1
    found.audit = audited.finish()
    found.differences += found.audit.sentences
    found.checked |= {"links": found.audit.linked, "heads": found.audit.shown.agree}
    _recording(packed, about, night, records, found)
    for contest in night.contests.values():
        try:
            _compare(fold, contest.id, found)
        except RecursionError:
            found.differences.append(f"{contest.id}: what was shown is nested deeper than any snapshot")


def _recording(packed: Packed, about: About, night: Night, records: list[Any], found: Found) -> None:
    """Whether the recording holds the records of the log, and nothing else."""
    expected = b"".join(pack.recording_lines(night, about.scope, records))
    unpacked, parts, left = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), list[bytes](), len(expected) + 1
    goes_on = False
    try:
        for piece in packed.pieces(pack.RECORDING) if pack.RECORDING in packed.names else ():
            if goes_on := unpacked.eof or not left:
                break  # longer than the log's; nobody needs to know by how much
            parts.append(unpacked.decompress(piece, left))
            left -= len(parts[-1])
    except zlib.error as error:
        found.differences.append(f"{pack.RECORDING} cannot be read: {error}")
        return
    content = b"".join(parts)
    if content == expected and (goes_on or unpacked.unused_data):  # a reader of gzip would read that, too
        found.differences.append(f"{pack.RECORDING} goes on after the records of the log")
    elif content == expected and not unpacked.eof:
        found.differences.append(f"{pack.RECORDING} cannot be read: it ends early")
    elif content != expected:
        lines = zip(content.split(b"\n"), expected.split(b"\n"), strict=False)
        line = next((number for number, (one, other) in enumerate(lines, 1) if one != other), 0)
        found.differences.append(f"{pack.RECORDING} is not the log's: line {line} differs")


THE_END = datetime(9000, 1, 1, tzinfo=UTC)
"""An hour at which every embargo is open."""
FIGURES = (
    "hash", "received", "counted", "registered", "voters", "valid", "invalid", "leader", "margin_votes",
    "tie", "areas", "findings",
)  # fmt: skip
"""What is compared of a snapshot, beside the votes of each choice."""


def _compare(fold: Fold, contest: ContestId, found: Found) -> None:
    """The independent count, and what was told, beside the newest published snapshot of a contest."""
    from election.wire.told import decode

    rehearsal, shown = fold.recount.rehearsal, fold.newest.get(contest)
    board, state = rehearsal.boards[contest], rehearsal.state(contest)
    facts = tuple(decode(value, fold.scope) for value in fold.recount.told.get(contest, []))
    found.checked["facts"] = found.checked.get("facts", 0) + len(facts)
    seen = board.standing(state, board.contest.area)
    found.contests[contest] = outcome.totals(seen, board.contest) | {"shown": None}
    if shown is None:
        found.notes.append(f"{contest}: no published snapshot is in the pack to compare the count with")
        return
    name = f"{shown.get('epoch')}-{shown.get('version')}"
    found.contests[contest] |= {"shown": name, "at": shown.get("at"), "head": shown["audit"].get("head")}
    ours = board.snapshot(replace(state, told=facts), state.at)
    ban = _object(shown, "embargo").get("state")
    if ban != ours["embargo"]["state"]:  # live, the hour opens it
        ours = board.snapshot(replace(state, told=facts), THE_END if ban == "open" else None)
    wanted, counted = _figures(shown), _figures(ours)
    if ban != "open":
        found.notes.append(f"{contest} {name}: shown under an embargo, so no figures are compared")
    lines = outcome.differences({contest: counted}, {contest: wanted})
    if not lines and counted != wanted:
        lines = (f"{contest}: what was shown leaves out what the log gives",)
    found.differences += [f"{name}: the log does not give what was shown: {line}" for line in lines]
    said, told = _facts(shown), _facts(ours)
    found.differences += [f"{contest} {name}: {one} was shown, and never told" for one in sorted(said - told)]
    found.differences += [f"{contest} {name}: {one} was told, and not shown" for one in sorted(told - said)]


def _facts(snapshot: Mapping[str, Any]) -> set[str]:
    """The alerts of a snapshot, and its call, as texts."""
    found = {f"alert {one.get('seq')!s:.20} {one.get('id')!s:.40}" for one in _objects(snapshot, "alerts")}
    call = _object(snapshot, "call")
    if _object(snapshot, "embargo").get("state") != "open":
        return found  # what is told of a call then hangs on the hour
    return found | {" ".join(f"{call.get(part)!s:.40}" for part in ("state", "choice", "id"))}


def _object(snapshot: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of somebody's snapshot, if it is an object."""
    found = snapshot.get(name)
    return found if isinstance(found, dict) else {}


def _objects(snapshot: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in a list of somebody's snapshot."""
    found = snapshot.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _figures(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What of a snapshot is counted."""
    votes = {str(one.get("id")): one.get("votes") for one in _objects(snapshot, "choices")}
    return {name: snapshot.get(name) for name in FIGURES} | {"votes": votes}


def _tell(path: Path, about: About, found: Found, out: Out) -> int:
    if found.audit is None:
        raise UsageError(f"{path} holds no log.")
    for line in found.differences[:TOLD_MAX]:
        out.say(line)
    if len(found.differences) > TOLD_MAX:
        out.say(f"… and {len(found.differences) - TOLD_MAX:,} more")
    for line in found.notes:
        out.say(line)
    checked = found.checked
    of = {what: checked.get(what, 0) for what in pack.LOGGED}
    out.say(
        f"{path.name}: {checked['files']:,} files by their digests; {of['reports']:,} records of reports, "
        f"{of['rulings']:,} of rulings, {of['told']:,} of what was told, {of['shown']:,} of what was shown"
    )
    out.say(str(found.audit))
    for contest, facts in found.contests.items():
        if facts["shown"]:
            out.say(f"{contest}: newest shown {facts['shown']} of {facts['at']}, head {facts['head']}")
    count = len(found.differences)
    verdict = "the pack is what it says" if found.audit.proves else "the pack agrees with itself, and no more"
    out.say(f"{count:,} differences: the pack is not what it says" if count else verdict)
    out.answer(
        {
            "night": about.scope.night, "mode": about.scope.mode, "simulated": about.simulated,
            "pack": path.name, "verified": not count, "checked": checked, "notes": found.notes,
            "differences": found.differences[:TOLD_MAX], "differences_count": count,
            "audit": proof.in_json(found.audit), "contests": found.contests,
        }
    )  # fmt: skip
    return 1 if count else 0
