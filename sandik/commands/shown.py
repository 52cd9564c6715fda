"""`sandik shown`: what was published when, from the log and without a gateway; its bytes, or a list of all.

Know before changing: with --as-of the bytes go out as they stand in the log, without a line's end; everything
else that is said then goes to standard error.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace as with_
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson

from election.errors import OutsideError, UsageError
from election.night import ContestId
from election.wire.records import stamp
from election.wire.shown import Entry, entry_json
from sandik import folders
from sandik.say import Out

if TYPE_CHECKING:
    from producers.settings import Settings

EXAMPLE = """  sandik shown istanbul-2019-06-23
  sandik shown istanbul-2019-06-23 --as-of 19:21 --out 1921.json
  SANDIK_MODE=live sandik shown ./my-night --contest mayor --as-of 23:21"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which night, which contest, when."""
    parser.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    parser.add_argument(
        "--as-of", metavar="T", help="what was shown then: 19:15, or a whole time with its zone"
    )
    parser.add_argument("--contest", metavar="ID", help="else: the first of the night")
    parser.add_argument("--out", metavar="F", type=Path, help="the bytes into this file (with --as-of)")
    parser.add_argument("--session", metavar="NAME", help="a replay session's log")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if nothing had been shown by then."""
    from producers.settings import Settings

    folder = folders.load(args.night)
    settings = Settings.read(os.environ)
    if args.session is not None:
        settings = with_(settings, session=args.session)
    contests = folder.night.contests
    contest = ContestId(args.contest) if args.contest is not None else next(iter(contests))
    if contest not in contests:
        raise UsageError(f"--contest: there is no {contest!r} in this night: {', '.join(contests)}.")
    if args.out is not None and args.as_of is None:
        raise UsageError("--out takes the bytes of one time: give --as-of too.")
    if args.out is not None:
        folders.room_for(args.out)
    at = _moment(args.as_of, folder) if args.as_of is not None else None
    return asyncio.run(_shown(folder, settings, contest, at, args, out))


def _moment(word: str, folder: folders.Folder) -> datetime:
    from election.wire.moments import read_moment

    try:
        return read_moment(word, folder.night.date, folder.night.time_zone)
    except UsageError as error:
        raise UsageError(f"--as-of: {error}") from error


async def _shown(
    folder: folders.Folder, settings: "Settings", contest: ContestId, at: datetime | None,
    args: argparse.Namespace, out: Out,
) -> int:  # fmt: skip
    from sandik import showing

    index = await showing.read(folder.night, settings)
    head = {"night": folder.night.id, "mode": settings.mode, "session": settings.session, "contest": contest}
    if not index.line(contest):
        topic = settings.scope(folder.night.id).topic("shown")
        out.tell(f"There is nothing of {contest} in {topic}: is this the right mode, night and session?")
        out.answer(head | {"snapshots": []})
        return 1
    if at is None:
        return _list(folder, index.line(contest), head, out)
    entry = index.at(contest, at)
    if entry is None:
        out.tell(
            f"Nothing had been shown by {stamp(at)}; the first was at {stamp(index.line(contest)[0].since)}."
        )
        out.answer(head | {"as_of": stamp(at), "snapshot": None})
        return 1
    return await _one(folder, settings, entry, head | {"as_of": stamp(at)}, args, out)


async def _one(
    folder: folders.Folder, settings: "Settings", entry: Entry, head: dict[str, Any],
    args: argparse.Namespace, out: Out,
) -> int:  # fmt: skip
    from producers.shown import Reader
    from producers.sources import file

    async with Reader(settings, settings.scope(folder.night.id).topic("shown")) as reader:
        stored = await reader.read(entry.mark.offset)
    if stored is None:
        raise OutsideError("What was shown then is no longer in the log: it was deleted meanwhile.")
    facts = head | entry_json(entry)
    zone = ZoneInfo(folder.night.time_zone)
    since = entry.since.astimezone(zone)
    out.tell(f"{entry.mark.name}: shown from {since:%Y-%m-%d %H:%M:%S} on, {entry.mark.size:,} bytes")
    if args.out is not None:
        file.write(args.out, (stored.value,), as_is=True)
        out.answer(facts | {"file": str(args.out)})
    elif args.json:
        out.answer(facts | {"snapshot": orjson.loads(stored.value)})
    else:
        out.give(stored.value)
    return 0


def _list(folder: folders.Folder, line: Sequence[Entry], head: dict[str, Any], out: Out) -> int:
    zone = ZoneInfo(folder.night.time_zone)
    for entry in line:
        mark = entry.mark
        ban = "" if mark.ban == "open" else f"  {mark.ban}"
        since = entry.since.astimezone(zone)
        out.say(f"{since:%Y-%m-%d %H:%M:%S}  {mark.epoch} {mark.version:>6}  {mark.hash}{ban}")
    out.answer(head | {"snapshots": [entry_json(entry) for entry in line]})
    return 0
