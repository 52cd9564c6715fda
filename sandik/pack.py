"""A bundle of evidence: everything of a night that a stranger needs to count it again, in one zip.

    packed = await pack(folder, producing, counting, Path("evening.zip"), out)

    manifest.json          what it is, and how far each partition goes
    night/…                the night's facts
    log/reports-0.jsonl    a partition's records: {"offset":0,"value":"…"}, or "base64" where it is no text
    links/reports-0.txt    its audit chain: offset and link in hex, a line each
    recording.jsonl.gz     the same records as a recording
    README.txt             what to do with it
    SHA256SUMS             of every other file, for sha256sum -c

Know before changing: the same log is the same bytes (no time of making, one order, one compression). What was
shown is read before the log, so that whatever was shown is of records that are in the pack. The links are the
store's own if it has them: made when the records were counted, and not now.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from election.errors import OutsideError, UsageError
from election.night import Night
from election.wire.topics import Scope
from sandik import folders
from sandik.say import Out

if TYPE_CHECKING:
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting

VERSION = 1
KEYS = "night/feed-keys.toml"
MANIFEST, SUMS, README, RECORDING = "manifest.json", "SHA256SUMS", "README.txt", "recording.jsonl.gz"
NIGHT_FILES = ("night.toml", "areas.csv", "boxes.csv", "parent.csv", "ending.json", "SOURCE.md")
LOGGED = ("shown", "reports", "rulings", "told")
BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest day a zip can name: no file says when it was packed."""
STORE_WITHIN_S = 5.0
"""How long a store is asked for its links; a pack is made without one, too, and says so."""
READ_BYTES = 1024 * 1024

READ_ME = """The evidence of an election night, packed by Sandik.

    sha256sum -c SHA256SUMS        the files are the ones that were packed
    sandik verify THIS.zip         the rest: the audit chain, an independent count, what was told and shown

How to do the same by hand, with any language: docs/reference/proof.md of the program.
Compare the heads ("audit") in what was shown with one you have seen yourself, on the page, in a feed or on
paper: a pack that was forged as a whole agrees with itself.
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """What went into a pack."""

    records: int
    shown: int
    linked_by_store: bool
    size: int
    head: Mapping[str, Any] | None
    """The head of the whole log, as a snapshot says it."""


@dataclass
class _Partition:
    """One partition on its way into a pack."""

    file: BinaryIO
    topic: str
    first: int
    next: int
    records: int = 0
    links: list[bytes] = field(default_factory=list)


async def pack(
    folder: folders.Folder, producing: "Producing", counting: "Counting", path: Path, out: Out
) -> Packed:
    """Packs what stands in the log, with the store's links. Raises OutsideError while Kafka is away."""
    scope = producing.scope(folder.night.id)
    chains = await _stored(folder, counting)
    keys = _feed_keys(counting.feed_keys)
    return await write(folder, scope, _log(producing, scope, out), chains, path, out, keys)


def _feed_keys(path: str) -> bytes | None:
    """The public keys of those who sign; None where nobody must."""
    try:
        return Path(path).read_bytes() if path else None
    except OSError as error:
        raise UsageError(f"SANDIK_FEED_KEYS is {path}, which cannot be read: {error.strerror}.") from error


async def write(
    folder: folders.Folder, scope: Scope, log: AsyncIterator[Any], chains: Mapping[str, Any], path: Path,
    out: Out, keys: bytes | None = None,
) -> Packed:  # fmt: skip
    """Writes a pack, whole or not at all. `chains` by partition (`reports/0`); empty: the log's own links.
    `keys`: the public keys of those who must sign.

    Raises UsageError where there is no log, or the file cannot be written.
    """
    folders.room_for(path)
    with _aside() as room:
        for name in ("log", "links", "night"):
            (room / name).mkdir()
        if keys is not None:
            (room / KEYS).write_bytes(keys)
        partitions = await _write_log(room, scope, log, Judged(folder.night, scope, keys))
        if not partitions:
            raise UsageError(f"There is nothing in the log of {scope.name}: the right mode, night, session?")
        _write_links(room, partitions, chains)
        await asyncio.to_thread(_write_rest, room, folder, scope, partitions, bool(chains))
        size = await asyncio.to_thread(_zip, room, path, out)
    shown = sum(one.records for name, one in partitions.items() if name.startswith("shown/"))
    records = sum(one.records for one in partitions.values()) - shown
    return Packed(records, shown, bool(chains), size, _head(partitions))


@contextmanager
def _aside() -> Iterator[Path]:
    """A folder in which the pack is put together. Raises UsageError where that cannot be done."""
    try:
        with tempfile.TemporaryDirectory(prefix="sandik-pack-") as aside:
            yield Path(aside)
    except OSError as error:
        raise UsageError(
            f"The pack cannot be put together ({error}). It is made in the folder of temporary files first; "
            "TMPDIR names another one."
        ) from error


async def _stored(folder: folders.Folder, counting: "Counting") -> dict[str, Any]:
    """The store's chains by partition (`reports/0`); empty where no store answers, or it holds none."""
    from election.wire.audit import short
    from streams.chain import stored
    from streams.store import Store

    patient = with_(counting, outside_within_s=min(STORE_WITHIN_S, counting.outside_within_s))
    store = Store(folder.night, counting.scope(folder.night.id), patient)
    try:
        for contest in folder.night.contests:
            if chains := await stored(store, contest):
                return {short(name): one for name, one in chains.items()}
    except OutsideError:
        return {}
    finally:
        await store.close()
    return {}


async def _log(producing: "Producing", scope: Scope, out: Out) -> AsyncIterator[Any]:
    from producers.record import read_log

    for said, whats in (("snapshots read", LOGGED[:1]), ("records read", LOGGED[1:])):
        topics = tuple(scope.topic(what) for what in whats)
        async for logged in read_log(producing, topics, told=out.of(said)):
            yield logged


async def _write_log(
    room: Path, scope: Scope, log: AsyncIterator[Any], judged: "Judged"
) -> dict[str, _Partition]:
    """A file for each partition that holds anything; and the recording."""
    from election.wire.audit import CHAINED, first_link, next_link, short
    from streams.spans import partition_name

    found: dict[str, _Partition] = {}
    records = []
    try:
        async for logged in log:
            whole = partition_name(logged.topic, logged.partition)
            name, value, at = short(whole), logged.value, logged.offset
            if name not in found:
                file = (room / "log" / f"{name.replace('/', '-')}.jsonl").open("wb")
                found[name] = _Partition(file, logged.topic, at, at, links=[first_link(whole, at)])
            one = found[name]
            one.file.write(line_of(at, value, logged.headers))
            one.next, one.records = at + 1, one.records + 1
            if name.split("/")[0] in CHAINED:
                one.links.append(next_link(one.links[-1], value))
            if name.split("/")[0] in ("reports", "rulings") and (
                record := judged.record(value, logged.headers)
            ):
                records.append((record, logged))
    finally:
        for one in found.values():
            one.file.close()
    from producers.sources import file as files

    files.write(room / RECORDING, recording_lines(judged.night, scope, records))
    return found


class Judged:
    """Which records of a log are in a recording of it: those that can be read, and are signed if need be."""

    def __init__(self, night: Night, scope: Scope, keys: bytes | None) -> None:
        """Raises UsageError for keys that cannot be used."""
        from election.wire.feed_keys import read_feed_keys
        from streams.signatures import Signatures

        self.night, self.scope = night, scope
        self.signatures = None if keys is None else Signatures(read_feed_keys(KEYS, keys, night.sources))

    def record(self, value: bytes, headers: Mapping[str, bytes]) -> Any:
        """The record in these bytes; None for what was refused when it was counted."""
        from election.errors import RecordError
        from election.wire.records import Bundle, decode

        try:
            record = decode(value, self.scope)
        except RecordError:
            return None
        if self.signatures is not None and isinstance(record, Bundle):
            return None if self.signatures.fault(value, headers, record) else record
        return record


def recording_lines(night: Night, scope: Scope, records: Iterable[Any]) -> Iterator[bytes]:
    """The recording that stands in a pack, made of the records of its own log with their places."""
    from producers.formats import recording
    from producers.record import in_order

    made_from = f"the log of {scope.name}"
    header = recording.Header(night.id, scope.mode, night.simulated, "sandik night pack", made_from)
    return recording.write(header, in_order(records)[0])


def line_of(offset: int, value: bytes, headers: Mapping[str, bytes]) -> bytes:
    """A record as a line of a pack: its value as text, else in base64; and its headers if it has any."""
    told: dict[str, Any] = {"offset": offset}
    try:
        told["value"] = value.decode()
    except UnicodeDecodeError:
        told["base64"] = base64.b64encode(value).decode()
    if headers:
        told["headers"] = {name: base64.b64encode(held or b"").decode() for name, held in headers.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write_links(room: Path, partitions: Mapping[str, _Partition], chains: Mapping[str, Any]) -> None:
    """The store's links where it has any; else those of the log as it stands now."""
    for name, one in partitions.items():
        if name.startswith("shown/"):
            continue
        begins, links = one.first, one.links[1:]
        if name in chains:
            begins, links = chains[name].begins, list(chains[name].links)
        lines = (f"{offset} {link.hex()}\n" for offset, link in enumerate(links, begins))
        (room / "links" / f"{name.replace('/', '-')}.txt").write_text("".join(lines), encoding="ascii")


def _write_rest(
    room: Path, folder: folders.Folder, scope: Scope, partitions: Mapping[str, _Partition], by_store: bool
) -> None:
    """The night's files, the manifest, what to do with it, and the digests."""
    for name in NIGHT_FILES:
        if (folder.path / name).is_file():
            (room / "night" / name).write_bytes((folder.path / name).read_bytes())
    about = {
        "what": "sandik pack", "v": VERSION, "made_by": f"sandik {_version()}", "night": scope.night,
        "mode": scope.mode, "session": scope.session, "simulated": folder.night.simulated,
        "links_by": "store" if by_store else "log", "head": _head(partitions),
        "partitions": {
            name: {"topic": one.topic, "first": one.first, "next": one.next, "records": one.records}
            for name, one in sorted(partitions.items())
        },
    }  # fmt: skip
    (room / MANIFEST).write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (room / README).write_text(READ_ME, encoding="utf-8")
    lines = [f"{_digest(room / name)}  {name}\n" for name in _names(room)]
    (room / SUMS).write_text("".join(lines), encoding="utf-8")


def _version() -> str:
    from importlib.metadata import version

    return version("sandik")


def _head(partitions: Mapping[str, _Partition]) -> dict[str, Any] | None:
    from election.wire.audit import Mark, audit

    marks = {
        name: Mark(one.next, one.links[-1].hex())
        for name, one in partitions.items()
        if not name.startswith("shown/")
    }
    return audit(marks)


def _names(room: Path) -> list[str]:
    return sorted(path.relative_to(room).as_posix() for path in room.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _zip(room: Path, path: Path, out: Out) -> int:
    """Everything in the room as one zip: written beside it, then renamed."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    told, done = out.of("bytes packed"), 0
    whole = sum((room / name).stat().st_size for name in _names(room))
    try:
        with zipfile.ZipFile(aside, "w") as packed:
            for name in _names(room):
                about = zipfile.ZipInfo(name, BEGINNING_OF_TIME)
                about.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
                about.external_attr, about.create_system = 0o644 << 16, 3
                about.file_size = (room / name).stat().st_size
                with (room / name).open("rb") as source, packed.open(about, "w") as target:
                    while piece := source.read(READ_BYTES):
                        target.write(piece)
                        done += len(piece)
                        told(done, whole)
        size = aside.stat().st_size
        aside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        aside.unlink(missing_ok=True)
    return size


def arguments(parser: argparse.ArgumentParser) -> None:
    """`sandik night pack NIGHT --out F.zip`; which log it is says the environment."""
    parser.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    parser.add_argument("--out", metavar="F", type=Path, required=True, help="the zip to make")
    parser.add_argument("--session", metavar="NAME", help="a replay session's log")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when it is written. Raises UsageError where there is no log, OutsideError while Kafka is away."""
    from producers.settings import Settings
    from streams.settings import Settings as Counting

    folder = folders.load(args.night)
    if args.out.suffix != ".zip":
        raise UsageError(f"--out is {args.out}; a pack's name ends in .zip, so that sandik verify knows it.")
    producing, counting = Settings.read(os.environ), Counting.read(os.environ)
    if args.session is not None:
        producing = with_(producing, session=args.session)
        counting = with_(counting, session=args.session)
    packed = asyncio.run(pack(folder, producing, counting, args.out, out))
    out.say(
        f"{args.out}: {packed.records:,} records, {packed.shown:,} snapshots shown, {packed.size:,} bytes"
    )
    if not packed.linked_by_store:
        out.say("the store gave no chain: the links are those of the log as it stands now")
    if not packed.shown:
        out.say("nothing that was shown is in it: nobody can compare the log with what was published")
    out.say(f"now: sandik verify {args.out}")
    out.answer(
        {
            "path": str(args.out), "night": folder.night.id, "mode": producing.mode, "bytes": packed.size,
            "records": packed.records, "shown": packed.shown, "audit": packed.head,
            "links_by": "store" if packed.linked_by_store else "log",
        }
    )  # fmt: skip
    return 0
