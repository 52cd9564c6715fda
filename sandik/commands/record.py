"""`sandik record`: the log of a night back into a recording, the same bytes each time.

Know before changing: order and once-ness are those of `producers.record`; what cannot be read as a record is
counted and left out, because it was refused when it was counted, too.
"""

import argparse
import asyncio
import os
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

from sandik import folders
from sandik.say import Out

EXAMPLE = """  sandik record istanbul-2019-06-23 --out evening.jsonl.gz
  SANDIK_MODE=live sandik record ./my-night --out evening.jsonl.gz --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which log, and where to."""
    parser.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    parser.add_argument("--out", metavar="F", type=Path, required=True, help="gzip if it ends in .gz")
    parser.add_argument("--session", metavar="NAME", help="a replay session's log")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if there is nothing in the log."""
    from producers.settings import Settings

    folder = folders.load(args.night)
    settings = Settings.read(os.environ)
    if args.session is not None:
        settings = with_(settings, session=args.session)
    folders.room_for(args.out)
    return asyncio.run(_record(folder, settings, args.out, out))


async def _record(folder: folders.Folder, settings: Any, path: Path, out: Out) -> int:
    from election.wire.records import Bundle
    from producers.formats import recording
    from producers.record import take
    from producers.sources import file
    from sandik.signed import counts

    night, scope = folder.night, settings.scope(folder.night.id)
    taken = await take(settings, scope, counts(night), out.of("records read"))
    if not taken.records:
        out.tell(f"There is nothing in {scope.topic('reports')}: is this the right mode, night and session?")
        return 1
    header = recording.Header(
        night.id, scope.mode, night.simulated, "sandik record", f"the log of {scope.name}"
    )
    written = out.passing(taken.records, len(taken.records), "records written")
    size = file.write(path, recording.write(header, written))
    reports = sum(len(record) for record in taken.records if isinstance(record, Bundle))
    out.say(f"{path}: {reports:,} reports in {len(taken.records):,} records, {size:,} bytes")
    if taken.again or taken.unreadable:
        out.say(
            f"left out: {taken.again:,} sent again, {taken.unreadable:,} that are no records of this night"
        )
    out.answer(
        {
            "night": night.id,
            "mode": scope.mode,
            "file": str(path),
            "bytes": size,
            "records": len(taken.records),
            "reports": reports,
            "again": taken.again,
            "unreadable": taken.unreadable,
        }
    )
    return 0
