"""`sandik night new --from FEED…`: a night folder out of a feed that somebody already has.

    survey ──▶ draft ──▶ convert ──▶ recording ──▶ how often each check fires ──▶ the folder
    rows        a night to read against                                           with what was relaxed

Know before changing: the recording is made by what `sandik convert` is made of, so that a feed read later
gives the same reports. The folder is renamed into place when all of it has worked.
"""

import argparse
import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from election.checks import CHECKS
from election.errors import UsageError
from election.night import Night
from election.wire.nights import FACTS, read_night
from election.wire.topics import WORD
from producers.formats import recording
from producers.formats.document import FeedError
from producers.formats.slugs import slug
from producers.pace import read_from
from producers.sources import file
from sandik import feeds, recordings, scaffold_recording
from sandik.converting import Table, ordered
from sandik.say import Out
from sandik.scaffold_draft import Draft, make
from sandik.scaffold_feed import MAPPING, Feed, feed_of
from sandik.scaffold_limits import kept, relaxed
from sandik.scaffold_night import FeedFile, Said, Source
from sandik.scaffold_seen import Survey
from sandik.scaffold_tables import fires, record

RECORDING = "recording.jsonl.gz"
SOURCE = "feed"


@dataclass(slots=True)
class Made:
    """The folder that was made, and what is to be said of it."""

    night: Night
    reports: int
    assumed: list[str]
    kept: list[tuple[str, int]]
    """Checks that hold papers back and could not be relaxed."""
    refused: int = 0
    whys: list[str] = field(default_factory=list)


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if a row could not be read, or a table was not taken whole."""
    target: Path = args.out
    if target.exists():
        raise UsageError(f"{target} is there already: name another folder with --out, or remove it.")
    for path in args.feeds:
        if path.is_dir():
            raise UsageError(f"{path} is a folder: name its files, as in {path}/*.csv.")
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
    try:
        with file.folder(target) as aside:
            made = _of_recording(args, aside, out) if _is_recording(args) else _of_tables(args, aside, out)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}.") from error
    return _tell(made, target, out)


def _said(args: argparse.Namespace, id_: str) -> Said:
    """What was said on the command line; `id_` where no id was."""
    typed = [("--name", args.name), ("--source", args.source)]
    for word, text in (*typed, *(("--contest", name) for name in args.contest or ())):
        if text and not text.isprintable():
            raise UsageError(f"{word} {text!a:.60} is no name in one line of UTF-8.")
    night = args.id or slug(id_)
    if not WORD.fullmatch(night):
        raise UsageError(f"--id {night!r} is not of small letters, digits and hyphens, 1 to 63.")
    try:
        ZoneInfo(args.time_zone or "UTC")
    except (LookupError, ValueError, OSError) as error:
        raise UsageError(f"There is no time zone {args.time_zone!r}: as in Europe/Istanbul.") from error
    return Said(night, args.name or "", args.date, args.time_zone or "")


def _is_recording(args: argparse.Namespace) -> bool:
    """Whether it is a recording of ours: as said, or by its first line where nothing else was said."""
    if args.format is not None or args.mapping is not None:
        return bool(args.format == "recording")
    path: Path = args.feeds[0]
    if not path.name.removesuffix(".gz").endswith(".jsonl"):
        return False
    try:
        recordings.header(path)
    except FeedError:
        return False
    return True


def _of_tables(args: argparse.Namespace, aside: Path, out: Out) -> Made:
    """A night of tables: read without a night, then against the one that is made of them."""
    words = [str(path) for path in args.feeds]
    name = feeds.format_name(args.format, words, mapped=args.mapping is not None)
    feed = feed_of(args.feeds, name, args.mapping, args.whole)
    said, only = _said(args, args.out.resolve().name), args.contest or ()
    tables = _tables(args, feed, said)
    try:
        survey = feed.survey(tables, only)
    except UsageError as error:
        if feed.format != "csv" or feed.text:
            raise
        raise UsageError(
            f"{error} If its headings are not our words, they need a mapping; a first one is written by: "
            f"sandik night sketch {shlex.quote(str(args.feeds[0]))} > mapping.toml"
        ) from error
    assuming = feed.assuming(survey)
    if assuming is not feed:
        feed, survey = assuming, assuming.survey(tables, only)
    draft = make(said, survey, [_source(args)], whole=feed.whole, asked=bool(only))
    night = _night(draft)
    source = draft.sources[0].id
    recorded = record(feed, tables, night, source, args.accept_withdrawals, bool(survey.left_out), out)
    draft.notes += [*recorded.notes, *feed.notes]
    header = recording.Header(night.id, "replay", night.simulated, "sandik night new", _names(args.feeds))
    file.write(aside / RECORDING, recorded.lines(header))
    if feed.text:
        (aside / MAPPING).write_text(feed.text, encoding="utf-8")
    made = _finish(args, draft, night, aside)
    return replace(made, refused=recorded.refused, whys=recorded.whys)


def _tables(args: argparse.Namespace, feed: Feed, said: Said) -> list[Table]:
    """The files in the order of time."""
    zone, day = said.time_zone or "UTC", said.day or datetime.now(UTC).date()
    at = [read_from(word, day, zone) for word in args.at]
    return ordered(args.feeds, at, feed.look, zone)


def _source(args: argparse.Namespace) -> Source:
    if not args.source:
        return Source(SOURCE, SOURCE, note="nobody named the source; --source names it")
    return Source(slug(args.source), args.source)


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths[:3]) + (", …" if len(paths) > 3 else "")


def _night(draft: Draft) -> Night:
    """The draft as the reader of night folders has it."""
    made = draft.files([], [], "")
    return read_night({name: made[name] for name in FACTS if name in made})


def _of_recording(args: argparse.Namespace, aside: Path, out: Out) -> Made:
    """A night of a recording: its lines are kept, under the night's own name."""
    if len(args.feeds) > 1:
        raise UsageError("A night is made of one recording; of several tables it may be made.")
    path: Path = args.feeds[0]
    heard = scaffold_recording.read(path)
    for refusal in heard.refusals:
        out.tell(str(refusal))
    boxes = scaffold_recording.box_sources(heard)
    if not boxes:
        raise UsageError(
            f"{path} has no report of a box, and a night's published count is by box. Make it of the tables, "
            "with a mapping, or write the folder by hand (docs/reference/night-folder.md)."
        )
    survey = Survey(args.contest or ())
    for seen in heard.seen:
        survey.take(seen, 0, str(path))
    said = _said(args, heard.header.night)
    if heard.header.simulated:
        said = replace(
            said, simulated_what=heard.header.made_from or "The recording says that it is simulated."
        )
    draft = make(said, survey, [], whole=False, asked=bool(args.contest), sums=False)
    draft.sources, notes = scaffold_recording.sources(heard, draft.tree.areas, args.source)
    draft.notes += notes
    night = _night(draft)
    header = replace(heard.header, night=night.id, made_by=heard.header.made_by or "sandik night new")
    file.write(aside / RECORDING, scaffold_recording.renamed(path, header))
    return replace(_finish(args, draft, night, aside), refused=len(heard.refusals))


def _finish(args: argparse.Namespace, draft: Draft, night: Night, aside: Path) -> Made:
    """What the checks say of the recording decides what is relaxed; then the folder is complete."""
    heard = recordings.records(aside / RECORDING, night, lambda refusal: None)
    fired, papers = fires(heard, night)
    checks = relaxed(fired, papers)
    made_of = [_digest(path) for path in args.feeds]
    for name, content in draft.files(checks, made_of, _command(args)).items():
        (aside / name).write_bytes(content)
    final = read_night({name: (aside / name).read_bytes() for name in FACTS if (aside / name).is_file()})
    return Made(final, papers, [*draft.page(checks).assumed, *draft.notes], kept(fired))


def _digest(path: Path) -> FeedFile:
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while piece := opened.read(1 << 20):
            found.update(piece)
    return FeedFile(path.name, path.stat().st_size, found.hexdigest())


def _command(args: argparse.Namespace) -> str:
    """How it was made, without the folders of this machine."""
    words = ["sandik", "night", "new", "--from", *(path.name for path in args.feeds)]
    given = {"--format": args.format, "--id": args.id, "--name": args.name, "--date": args.date,
             "--time-zone": args.time_zone, "--source": args.source}  # fmt: skip
    if args.mapping is not None:
        words += ["--mapping", args.mapping.name]
    words += [part for name, value in given.items() if value for part in (name, str(value))]
    words += [part for name in args.contest or () for part in ("--contest", name)]
    words += [part for time in args.at for part in ("--at", time)]
    words += ["--whole"] * args.whole + ["--accept-withdrawals"] * args.accept_withdrawals
    return shlex.join(words)


def _tell(made: Made, target: Path, out: Out) -> int:
    """What was assumed, a line each, what was not taken, and what to type next."""
    night = made.night
    for line in made.assumed:
        out.say(f"assumed: {line}")
    for code, papers in made.kept:
        out.say(f"{code}: {papers:,} papers are {_held(code)}, which no night may change")
    for why in made.whys:
        out.say(why)
    if made.refused:
        out.say(f"{made.refused:,} rows could not be read")
    typed = shlex.quote(str(target) if "/" in str(target) else f"./{target}")
    out.say(
        f"{target}: {len(night.boxes):,} boxes, {made.reports:,} reports, {len(made.assumed)} assumptions"
    )
    out.say(f"now: sandik night check {typed}; sandik rehearse {typed}; sandik demo {typed}")
    out.answer(_facts(made, target))
    return 1 if made.refused or made.whys else 0


def _held(code: str) -> str:
    return "held back" if CHECKS[code].level == "Q" else "refused"


def _facts(made: Made, target: Path) -> dict[str, Any]:
    night = made.night
    return {
        "path": str(target), "night": night.id, "boxes": len(night.boxes), "reports": made.reports,
        "contests": list(night.contests), "assumed": made.assumed, "refused": made.refused,
        "held_back": dict(made.kept), "why": made.whys,
    }  # fmt: skip
