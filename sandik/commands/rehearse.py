"""`sandik rehearse`: a whole night in memory, with no broker and no store; is the ending as it must be?

Know before changing: this is the oracle's own count (`election.rehearsal`), one paper at a time, and what it
would have told. Its JSON is the shape that demo and verify print too.
"""

import argparse
import time
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from election.errors import UsageError
from election.night import ContestId, Night
from sandik import folders, outcome
from sandik.say import Out

EXAMPLE = """  sandik rehearse istanbul-2019-06-23
  sandik rehearse practice --json
  sandik rehearse istanbul-2019-06-23 --areas district --as-of 19:15 --json"""
TELL_EVERY = 200
RECORDS_GUESSED = 5000


def arguments(parser: argparse.ArgumentParser) -> None:
    """The night, and what to show of it."""
    parser.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    parser.add_argument("--recording", metavar="FILE", type=Path, help="instead of the night's own")
    parser.add_argument("--as-of", metavar="T", help="only what was heard until then: 19:15, or a whole time")
    parser.add_argument("--areas", metavar="LEVEL", help="also the areas of this level")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if the night does not end as its ending.json says, or a line of the recording cannot be read."""
    from election.rehearsal import Rehearsal
    from producers.pace import read_from
    from sandik import recordings

    folder = folders.load(args.night)
    night, path = folder.night, args.recording or folder.recording
    if args.areas is not None and args.areas not in night.levels:
        raise UsageError(f"There is no level {args.areas!r} in this night: {', '.join(night.levels)}.")
    until = read_from(args.as_of, night.date, night.time_zone) if args.as_of else None
    bad: list[Any] = []

    def refuse(refusal: object) -> None:
        out.tell(str(refusal))
        bad.append(refusal)

    begin_s = time.perf_counter()
    rehearsal = Rehearsal(night, "rehearsal", telling=True)
    records = recordings.records(path, night, refuse)
    if until is not None:
        records = takewhile(lambda record: record.heard_at <= until, records)
    for number, record in enumerate(records):
        if number % TELL_EVERY == 0:
            out.progress(number / RECORDS_GUESSED, f"{rehearsal.reports:,} reports")
        rehearsal.hear(record)
    seconds = time.perf_counter() - begin_s
    contests = {contest: _contest(rehearsal, contest, args.areas) for contest in night.contests}
    return _tell(folder, contests, rehearsal, seconds, until is None, out) or int(bool(bad))


def _contest(rehearsal: Any, contest: ContestId, level: str | None) -> outcome.Json:
    night: Night = rehearsal.night
    shown = rehearsal.snapshot(contest)
    facts = night.contests[contest]
    seen = rehearsal.boards[contest].standing(rehearsal.state(contest), facts.area)
    found = {
        "epoch": shown["epoch"],
        "version": shown["version"],
        "hash": shown["hash"],
        **outcome.totals(seen, facts),
        "refused": shown["refused"],
        "findings": shown["findings"],
        "call": shown["call"],
        "alerts": outcome.alerts(rehearsal.told[contest]),
    }
    if level is not None:
        found["areas"] = {area: told for area, told in shown["areas"].items() if told["level"] == level}
    return found


def _tell(
    folder: folders.Folder,
    contests: Mapping[ContestId, Any],
    rehearsal: Any,
    seconds: float,
    whole: bool,
    out: Out,
) -> int:
    night, ending = folder.night, folder.ending
    wrong = outcome.differences(contests, ending) if whole and ending is not None else ()
    for line in outcome.in_words(contests, {c.id: c.name for c in night.contests.values()}):
        out.say(line)
    for line in outcome.told_in_words(contests):
        out.say(line)
    out.say(f"{rehearsal.reports:,} reports in {seconds:.1f} s")
    for line in wrong:
        out.tell(f"not as ending.json says: {line}")
    out.answer(
        {
            "night": night.id,
            "mode": "rehearsal",
            "simulated": night.simulated,
            "matches_ending": not wrong if whole and ending is not None else None,
            "seconds": round(seconds, 3),
            "reports": rehearsal.reports,
            "contests": contests,
        }
    )
    return 1 if wrong else 0
