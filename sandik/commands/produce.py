"""`sandik produce`: a feed into Kafka, from a file or standard input.

Know before changing: rows that cannot be read are said with file, line and column and the rest goes on; the
exit code is then 1. A file that is read again is sent again whole, which is no news for what did not change.
"""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from election.errors import UsageError
from election.night import SourceId
from sandik import folders
from sandik.say import Out

EXAMPLE = """  SANDIK_MODE=rehearsal sandik produce results.csv --night practice --source council
  ssh counting-centre tail -f rows.csv | sandik produce - --night ./my-night --source council --format csv
  sandik produce results.csv --night ./my-night --every 30"""
SAID_MAX = 100
"""Most bad rows said one by one; the rest is only counted."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to read and how."""
    parser.add_argument(
        "feed", metavar="FEED", help="a file (gzip if it ends in .gz), or - for standard input"
    )
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")
    parser.add_argument("--source", metavar="NAME", help="the source of rows that do not say theirs")
    parser.add_argument("--format", metavar="NAME", help="csv or recording (else: by the file's name)")
    parser.add_argument(
        "--every", metavar="S", type=float, help="look every S seconds; send it when it changed"
    )
    parser.add_argument("--once", action="store_true", help="read it once and end (the default)")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when all of it is acknowledged; 1 if something in it could not be read."""
    from producers.settings import Settings

    feed, night = str(args.feed), folders.load(folders.word(args.night, os.environ)).night
    if args.every is not None and (args.once or feed == "-" or not 0 < args.every < float("inf")):
        raise UsageError("--every takes seconds above 0, for a file, and not with --once.")
    if feed != "-" and not Path(feed).is_file():
        raise UsageError(f"There is no file {feed} (addresses and folders cannot be read yet).")
    if args.source is not None and SourceId(args.source) not in night.sources:
        known = ", ".join(night.sources)
        raise UsageError(f"There is no source {args.source!r} in {night.id}: {known}.")
    settings = Settings.read(os.environ)
    return asyncio.run(_produce(args, _format(args.format, feed), night, settings, out))


def _format(name: str | None, feed: str) -> Any:
    from producers.formats import FORMATS

    if name is None:
        plain = feed.removesuffix(".gz")
        name = "csv" if plain.endswith(".csv") else "recording" if plain.endswith(".jsonl") else None
        if name is None:
            raise UsageError(
                f"What {feed} is cannot be told from its name: add --format {' or '.join(FORMATS)}."
            )
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}: {', '.join(FORMATS)}.")
    return FORMATS[name]


async def _produce(args: argparse.Namespace, parse: Any, night: Any, settings: Any, out: Out) -> int:
    from producers.history import History
    from producers.produce import Feed, changed, opener, produce, stamp
    from producers.publish import Publisher, create_topics

    name = "standard input" if args.feed == "-" else args.feed
    source = None if args.source is None else SourceId(args.source)
    feed = Feed(name, opener(args.feed, sys.stdin.fileno()), parse, source)
    said = 0

    def refuse(refusal: object) -> None:
        nonlocal said
        said += 1
        if said <= SAID_MAX:
            out.tell(str(refusal))
        elif said == SAID_MAX + 1:
            out.tell(f"{name}: more could not be read; it is counted and no longer listed")

    await create_topics(settings, night.id)
    before = stamp(Path(args.feed))
    with History(settings.history, "producer") as history:
        async with Publisher(settings, night.id, history) as publisher:
            done = await produce(feed, night, datetime.now(UTC), publisher, refuse)
            while args.every is not None:
                out.tell(f"{name}: {done.reports:,} reports sent, {done.refused:,} rows refused")
                before = await changed(Path(args.feed), before, args.every)
                done, said = await produce(feed, night, datetime.now(UTC), publisher, refuse), 0
    out.say(f"{done.reports:,} reports in {done.records:,} records, all acknowledged")
    if done.refused:
        out.say(f"{done.refused:,} rows could not be read")
    facts = {"reports": done.reports, "records": done.records, "refused": done.refused}
    out.answer({"night": night.id, "mode": settings.mode, **facts})
    return 1 if done.refused else 0
