"""`sandik convert`: tables of a feed into a recording, with no broker.

Know before changing: rows that cannot be read are said with file, line and column and the rest goes on; the
exit code is then 1, as it is when a table was not taken whole. Nothing is written if nothing could be read.
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from election.errors import UsageError
from election.night import Night
from election.wire.records import stamp
from sandik import feeds, folders
from sandik.program import WRONG_USE
from sandik.say import Out

if TYPE_CHECKING:  # rooms are opened when the command runs
    from producers.formats.document import Heard, Refusal
    from sandik.converting import Conversion, Reader, Table, Taken

EXAMPLE = """  sandik convert results.csv --night ./my-night --out evening.jsonl.gz
  sandik convert 2024-10-06T*.csv --night ./my-night --mapping my.toml --out evening.jsonl.gz
  sandik convert a.csv b.csv --at 19:15 --at 20:30 --night ./my-night --out evening.jsonl"""
SAID_MAX = 100
"""Most bad rows of one table said one by one; the rest is only counted."""
AT_FROM = {
    "said": "as said",
    "rows": "the newest in its rows",
    "name": "from its name",
    "file": "when the file was written",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to read, how, and where to."""
    parser.add_argument("feeds", metavar="FEED", nargs="+", help="files: the same table at several times")
    parser.add_argument("--night", metavar="NIGHT", required=True, help="a shipped name or a folder")
    parser.add_argument("--source", metavar="NAME", help="who says it (else: the contests' published source)")
    parser.add_argument("--format", metavar="NAME", help="the feed's format (else: by the file's name)")
    parser.add_argument("--mapping", metavar="FILE", type=Path, help="how a foreign table is read")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="gzip if it ends in .gz")
    times_and_wholes(parser, "19:15, a whole time, or now")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def times_and_wholes(parser: argparse.ArgumentParser, times: str) -> None:
    """What has to be said of tables that do not say it: when each was so, and whether it is the whole."""
    parser.add_argument(
        "--at", metavar="T", action="append", default=[],
        help=f"when the table was so: {times}; once for each file, in their order",
    )  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="what is missing from a table was taken away")
    parser.add_argument(
        "--accept-withdrawals", action="store_true",
        help="somebody has looked: however many are missing, they were taken away",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if a row could not be read or a table was not taken whole; 2 if no table could be read."""
    from producers.snapshots import Allowance
    from sandik.converting import Conversion, in_time

    night = folders.load(args.night).night
    folders.room_for(args.out)
    paths = [_path(word, args.out) for word in args.feeds]
    reader = _reader(args, night)
    out.progress(0, "when was each table so?")
    tables = in_time(paths, [feeds.time_said(word, night) for word in args.at], reader, night)
    _say_times(tables, out)
    allowance = Allowance.of(night.sources[reader.source], accept=args.accept_withdrawals)
    conversion = Conversion(night, reader, allowance)
    taken = [_take(conversion, table, place / len(tables), out) for place, table in enumerate(tables)]
    broken = [one.broken for one in taken if one.broken is not None]
    if not conversion.records and broken:
        return WRONG_USE  # why, was said of each table
    if not conversion.records:
        out.tell("There is nothing to record in it: no report could be read.")
        return 1
    return _write(args, night, conversion, taken, out)


def _path(word: str, target: Path) -> Path:
    path = Path(word)
    if path.is_dir():
        raise UsageError(f"{word} is a folder: name its files, as in {word.rstrip('/')}/*.csv.")
    if not path.is_file():
        raise UsageError(f"There is no file {word} (an address: fetch it first, or sandik produce).")
    if target.exists() and path.samefile(target):
        raise UsageError(f"{word} would be overwritten: name another file with --out.")
    return path


def _reader(args: argparse.Namespace, night: Night) -> "Reader":
    from producers import formats
    from producers.formats.document import Document
    from producers.formats.packed import unpacked
    from producers.sources import file
    from sandik.converting import Reader

    name = feeds.format_name(args.format, args.feeds, mapped=args.mapping is not None)
    source, mapping = feeds.source_of(args.source, night), feeds.mapping_in(args.mapping)
    of = formats.FORMATS[name]

    def parse(path: Path, at: datetime) -> "Iterator[Heard]":
        lines = unpacked(str(path), file.raw(path), of.endings)
        return of.parse(Document(str(path), lines, at, source, mapping), night)

    return Reader(source, args.whole or formats.whole(name, mapping), parse)


def _say_times(tables: "Sequence[Table]", out: Out) -> None:
    """A time that a file system knows is a guess, and is said to be one."""
    for table in tables:
        if table.at_from == "file":
            out.tell(
                f"{table.path}: its time is when the file was written, {stamp(table.at)}; if it is another, "
                "say --at, or name the file with it, as in results-2019-06-23T1915.csv"
            )


def _take(conversion: "Conversion", table: "Table", done: float, out: Out) -> "Taken":
    said = 0

    def refuse(refusal: "Refusal") -> None:
        nonlocal said
        said += 1
        if said <= SAID_MAX:
            out.tell(str(refusal))
        elif said == SAID_MAX + 1:
            out.tell(f"{table.path}: more could not be read; it is counted and no longer listed")

    def progress(reports: int) -> None:
        out.progress(done, f"{table.path.name}: {reports:,} reports")

    progress(conversion.reports)
    taken = conversion.take(table, refuse, progress)
    if taken.broken is not None:
        out.tell(str(taken.broken))
    for why in taken.whys:
        out.tell(why)
    return taken


def _write(
    args: argparse.Namespace, night: Night, conversion: "Conversion", taken: "Sequence[Taken]", out: Out
) -> int:
    from producers.formats import recording
    from producers.sources import file

    names = ", ".join(one.table.path.name for one in taken[:3]) + (", …" if len(taken) > 3 else "")
    header = recording.Header(night.id, "replay", night.simulated, "sandik convert", names)
    first = next(recording.write(header, ()))
    size = file.write(args.out, _lines(first, conversion.lines()))
    for one in taken:
        out.say(
            f"{stamp(one.table.at)} {one.table.path.name} ({AT_FROM[one.table.at_from]}): "
            f"{one.appeared:,} appeared, {one.corrected:,} corrected, {one.withdrawn:,} withdrawn, "
            f"{one.unchanged:,} unchanged"
        )
    refused = sum(one.refused for one in taken)
    out.say(f"{args.out}: {conversion.reports:,} reports in {conversion.records:,} records, {size:,} bytes")
    if refused:
        out.say(f"{refused:,} rows could not be read")
    facts = {"night": night.id, "mode": header.mode, "file": str(args.out), "bytes": size}
    facts |= {"records": conversion.records, "reports": conversion.reports, "refused": refused}
    out.answer(facts | {"snapshots": [_facts(one) for one in taken]})
    wrong = refused or any(one.held_back or one.older or one.broken for one in taken)
    return 1 if wrong else 0


def _lines(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _facts(one: "Taken") -> dict[str, Any]:
    counts = ("appeared", "corrected", "withdrawn", "unchanged", "older", "held_back", "refused")
    return {
        "file": str(one.table.path),
        "at": stamp(one.table.at),
        "at_from": one.table.at_from,
        **{name: getattr(one, name) for name in counts},
        "why": " ".join(one.whys),
        "broken": None if one.broken is None else str(one.broken),
    }
