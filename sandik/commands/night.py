"""`sandik night list | show | check | build`: nights as folders of data.

Know before changing: `check` says everything that is wrong at once, with file and line, and counts how often
each check fires on the night's own recording, because thresholds are the night's to set.
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from election.checks import CHECKS, check
from election.errors import NightError, UsageError
from election.night import Contest, Night
from election.wire.records import Bundle
from sandik import folders
from sandik.say import Out

EXAMPLE = """  sandik night list
  sandik night show istanbul-2019-06-23
  sandik night check ./my-night
  sandik night build istanbul-2019-06-23 --boxes boxes_march_june.csv.gz --out ./istanbul-real"""
Facts = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """One of four things to do with nights."""
    what = parser.add_subparsers(dest="what", metavar="list|show|check|build", required=True)
    listing = what.add_parser("list", help="the nights that come with the program")
    show = what.add_parser("show", help="what a night is: contests, choices, areas, boxes, sources")
    checking = what.add_parser("check", help="what is wrong with a folder; how often each check fires")
    build = what.add_parser("build", help="puts real ballot boxes into a night, or simulates it afresh")
    for one in (show, checking, build):
        one.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    build.add_argument("--boxes", metavar="FILE", type=Path, help="a CSV of real boxes; else: simulated")
    build.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to make")
    for one in (listing, show, checking, build):
        one.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; for `check` 1 if anything is wrong with the folder."""
    if args.what == "list":
        return _list(out)
    if args.what == "show":
        return _show(args.night, out)
    if args.what == "check":
        return _check(args.night, out)
    return _build(args, out)


def _list(out: Out) -> int:
    nights = [facts(folders.load(name).night) for name in folders.shipped()]
    for night in nights:
        mark = "  SIMULATED" if night["simulated"] else ""
        out.say(f"{night['id']:<22} {night['date']}  {night['boxes']:>7,} boxes  {night['name']}{mark}")
    out.answer({"nights": nights})
    return 0


def facts(night: Night) -> Facts:
    """What `list` and `show` say of a night."""
    return {
        "id": night.id,
        "name": night.name,
        "date": night.date.isoformat(),
        "time_zone": night.time_zone,
        "simulated": night.simulated,
        "simulated_what": night.simulated_what,
        "parent": night.parent,
        "levels": {level: len(night.areas_of_level[level]) for level in night.levels},
        "boxes": len(night.boxes),
        "registered": sum(box.registered or 0 for box in night.boxes.values()),
        "contests": [_contest(contest) for contest in night.contests.values()],
        "sources": [{"id": s.id, "name": s.name, "level": s.level} for s in night.sources.values()],
        "digest": night.digest,
    }


def _contest(contest: Contest) -> Facts:
    return {
        "id": contest.id,
        "name": contest.name,
        "kind": contest.kind,
        "seats": contest.seats,
        "area": contest.area,
        "source": contest.source,
        "choices": [{"id": choice.id, "name": choice.name} for choice in contest.choices],
    }


def _show(word: str, out: Out) -> int:
    folder = folders.load(word)
    about = facts(folder.night)
    out.say(f"{about['name']} ({about['id']}, {about['date']}, {about['time_zone']})")
    if about["simulated"]:
        out.say(f"SIMULATED: {about['simulated_what']}")
    if about["parent"]:
        out.say(f"rerun of {about['parent']}")
    levels = ", ".join(f"{count} {level}" for level, count in about["levels"].items())
    out.say(f"areas: {levels}; {about['boxes']:,} boxes, {about['registered']:,} registered voters")
    for contest in about["contests"]:
        out.say(f"{contest['id']}: {contest['name']} (counted by {contest['source']})")
        for choice in contest["choices"]:
            out.say(f"  {choice['id']:<14} {choice['name']}")
    for source in about["sources"]:
        out.say(f"source {source['id']}: {source['name']}, reports each {source['level']}")
    out.answer({**about, "path": str(folder.path), "recording": folder.has_recording is not None})
    return 0


def _check(word: str, out: Out) -> int:
    path = folders.find(word)
    try:
        folder = folders.load(word)
        ending = folder.ending
    except NightError as error:
        for mistake in error.mistakes:
            out.say(f"{path}/{mistake}")
        many = len(error.mistakes)
        out.say(f"{many} {'mistake' if many == 1 else 'mistakes'}: correct them and check again")
        out.answer({"ok": False, "path": str(path), "mistakes": [_mistake(m) for m in error.mistakes]})
        return 1
    for warning in folder.night.warnings:
        out.say(f"{path}: {warning}")
    if folder.has_recording is None:
        out.say(f"{folder.night.id}: the folder is right; it has no recording to try the checks on")
        out.answer({"ok": True, "path": str(path), "mistakes": [], "fires": None})
        return 0
    return _try_recording(folder, ending, out)


def _mistake(mistake: Any) -> Facts:
    return {"file": mistake.file, "line": mistake.line, "message": mistake.message}


def _try_recording(folder: folders.Folder, ending: Mapping[str, Any] | None, out: Out) -> int:
    """Counts the recording, and how often each check fires on its papers."""
    from election.rehearsal import Rehearsal
    from sandik import outcome, recordings

    night, bad = folder.night, list[str]()
    rehearsal = Rehearsal(night, "rehearsal", telling=True)
    fires: Counter[str] = Counter()
    for record in recordings.records(folder.recording, night, lambda refusal: bad.append(str(refusal))):
        rehearsal.hear(record)
        if isinstance(record, Bundle):
            for claim in record.claims():
                fires.update({finding.code for finding in check(claim, night).findings})
        out.progress(rehearsal.reports / max(1, len(night.boxes)), f"{rehearsal.reports:,} reports")
    contests = {}
    for contest in night.contests.values():
        seen = rehearsal.boards[contest.id].standing(rehearsal.state(contest.id), contest.area)
        contests[contest.id] = outcome.totals(seen, contest) | {
            "call": rehearsal.snapshot(contest.id)["call"],
            "alerts": outcome.alerts(rehearsal.told[contest.id]),
        }
    wrong = list(outcome.differences(contests, ending or {}))
    for line in bad:
        out.say(line)
    for line in wrong:
        out.say(f"{folder.path}/{folders.ENDING}: {line}")
    out.say(f"{rehearsal.reports:,} reports; how often each check fires:")
    for code, rule in night.checks.items():
        if fires[code] or rule.level == "off":
            out.say(f"  {code} {rule.level:<3} {fires[code]:>8,}  unless {CHECKS[code].asks}")
    if not fires:
        out.say("  none fires")
    ok = not (bad or wrong)
    out.say(f"{night.id}: " + ("the folder is right" if ok else "the recording is not"))
    out.answer(
        {
            "ok": ok,
            "path": str(folder.path),
            "mistakes": [],
            "recording": bad,
            "ending": wrong,
            "reports": rehearsal.reports,
            "fires": dict(sorted(fires.items())),
        }
    )
    return 0 if ok else 1


def _build(args: argparse.Namespace, out: Out) -> int:
    from sandik import nightbuild, simulate, simulate_practice

    source = folders.find(args.night)
    target: Path = args.out
    if target.exists():
        raise UsageError(f"{target} is there already: name another folder with --out, or remove it.")
    given = _everything(source)
    if args.boxes is not None:
        try:
            content = args.boxes.read_bytes()
        except OSError as error:
            raise UsageError(f"{args.boxes} cannot be read: {error.strerror}.") from error
        which = nightbuild.which_vote(given)
        built = nightbuild.build_with_boxes(given, content, which=which, csv_name=args.boxes.name)
    elif "simulation.toml" in given:
        parent = folders.load(args.night).night.parent
        built = simulate.build(given, _everything(folders.find(parent)) if parent else None)
    elif source.name == "practice":
        built = simulate_practice.build(given)
    else:
        raise UsageError(f"{source} has no simulation.toml to build from: put boxes in with --boxes FILE.")
    _write(target, {**given, **built})
    night = folders.load(str(target.resolve())).night
    out.say(f"{target}: {len(night.boxes):,} boxes; now: sandik rehearse {_typed(target)}")
    out.answer({"path": str(target), "night": night.id, "boxes": len(night.boxes)})
    return 0


def _typed(target: Path) -> str:
    """A folder as it is typed so that it is not taken for a shipped night."""
    return str(target) if target.is_absolute() or "/" in str(target) else f"./{target}"


def _everything(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.is_file()}


def _write(target: Path, built: Mapping[str, bytes]) -> None:
    try:
        target.mkdir(parents=True)
        for name, content in built.items():
            (target / name).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
