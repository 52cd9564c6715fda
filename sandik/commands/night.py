"""`sandik night list | show | check | sketch | new | build | pack`: nights as folders of data.

Know before changing: `check` says everything that is wrong at once, with file and line, and counts how often
each check fires on the night's own recording, because thresholds are the night's to set. What nobody has
decided yet is said too, and is no failure.
"""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from election.checks import CHECKS, check
from election.errors import NightError, UsageError
from election.night import Contest, Night
from election.wire.records import Bundle
from sandik import folders, pack, shapes
from sandik.commands.convert import times_and_wholes
from sandik.say import Out

EXAMPLE = """  sandik night list
  sandik night show istanbul-2019-06-23
  sandik night sketch results.csv > results.toml
  sandik night new --from results.csv --mapping results.toml --out ./my-night
  sandik night check ./my-night
  sandik night build istanbul-2019-06-23 --boxes boxes_march_june.csv.gz --out ./istanbul-real
  SANDIK_MODE=live sandik night pack ./my-night --out evidence.zip"""
Facts = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """One of the things to do with nights."""
    what = parser.add_subparsers(dest="what", metavar="list|show|check|sketch|new|build|pack", required=True)
    listing = what.add_parser("list", help="the nights that come with the program")
    show = what.add_parser("show", help="what a night is: contests, choices, areas, boxes, sources")
    checking = what.add_parser("check", help="what is wrong with a folder; how often each check fires")
    new = what.add_parser("new", help="makes a night folder of a feed: a file, snapshots, a recording")
    _new_arguments(new)
    sketching = what.add_parser("sketch", help="a first mapping for a table, to be looked at")
    sketching.add_argument("table", metavar="TABLE", type=Path, help="a CSV nobody has described yet")
    build = what.add_parser("build", help="puts real ballot boxes into a night, or simulates it afresh")
    for one in (show, checking, build):
        one.add_argument("night", metavar="NIGHT", help="a shipped night's name, or a folder")
    build.add_argument("--boxes", metavar="FILE", type=Path, help="a CSV of real boxes; else: simulated")
    build.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to make")
    packing = what.add_parser("pack", help="a bundle of evidence of a counted night, for sandik verify")
    pack.arguments(packing)
    for one in (listing, show, checking, sketching, new, build, packing):
        one.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; for `check` 1 if anything is wrong with the folder, for `new` if a row could not be read."""
    return DOES[args.what](args, out)


def _new_arguments(new: argparse.ArgumentParser) -> None:
    new.add_argument(
        "--from", dest="feeds", metavar="FEED", nargs="+", type=Path, required=True,
        help="files: a table, several snapshots of one, or a recording",
    )  # fmt: skip
    new.add_argument("--format", metavar="NAME", help="what they are (else: by their names)")
    new.add_argument("--mapping", metavar="FILE", type=Path, help="how their columns or paths are read")
    new.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to make")
    new.add_argument("--contest", metavar="NAME", action="append", help="only this one; again for another")
    new.add_argument("--id", metavar="ID", help="of the night (else: the folder's name)")
    new.add_argument("--name", metavar="NAME", help="of the night (else: the contest's)")
    new.add_argument("--date", metavar="D", type=_day, help="of the night: 2024-10-06")
    new.add_argument("--time-zone", metavar="TZ", help="where it is: Europe/Madrid (else: UTC)")
    new.add_argument("--source", metavar="NAME", help="who counts (else: feed)")
    times_and_wholes(new, "19:15, or a whole time")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; one is written 2024-10-06") from error


def _list(args: argparse.Namespace, out: Out) -> int:
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


def _show(args: argparse.Namespace, out: Out) -> int:
    folder = folders.load(args.night)
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


def _check(args: argparse.Namespace, out: Out) -> int:
    from sandik.scaffold_left import left

    path = folders.find(args.night)
    try:
        folder = folders.load(args.night)
        ending, drawn = folder.ending, shapes.load(folder, os.environ)
    except NightError as error:
        for mistake in error.mistakes:
            out.say(str(mistake) if mistake.file.startswith("/") else f"{path}/{mistake}")
        many = len(error.mistakes)
        out.say(f"{many} {'mistake' if many == 1 else 'mistakes'}: correct them and check again")
        out.answer({"ok": False, "path": str(path), "mistakes": [_mistake(m) for m in error.mistakes]})
        return 1
    open_ends = left(path, folder.night)
    for one in open_ends:
        out.say(f"{path}/{one}")
    facts: dict[str, Any] = {"path": str(path), "mistakes": [], "left": [_mistake(one) for one in open_ends]}
    facts["geometry"] = _drawn(drawn, out)
    if folder.has_recording is None:
        out.say(f"{folder.night.id}: the folder is right; it has no recording to try the checks on")
        out.answer({"ok": True, **facts, "fires": None})
        return 0
    return _try_recording(folder, ending, facts, out)


def _drawn(loaded: shapes.Loaded | None, out: Out) -> Facts | None:
    """What was found of shapes for a map."""
    if loaded is None:
        return None
    of = loaded.geometry
    rest = f"; without a shape: {', '.join(of.without)}" if of.without else ""
    out.say(f"{loaded.file}: {len(of.shapes):,} shapes, {of.points:,} positions, {of.attribution}{rest}")
    return {
        "file": loaded.file,
        "shapes": len(of.shapes),
        "points": of.points,
        "without": list(of.without),
        "attribution": of.attribution,
    }


def _mistake(mistake: Any) -> Facts:
    return {"file": mistake.file, "line": mistake.line, "message": mistake.message}


def _try_recording(
    folder: folders.Folder, ending: Mapping[str, Any] | None, said: Mapping[str, Any], out: Out
) -> int:
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
    for named, ended in contests.items():
        out.say(f"{named}: {_heard(ended['boxes'])}")
    ok, many = not (bad or wrong), len(said["left"])
    rest = f"; {many} {'thing is' if many == 1 else 'things are'} left to decide" if many else ""
    out.say(f"{night.id}: " + ("the folder is right" if ok else "the recording is not") + rest)
    out.answer(
        {
            "ok": ok,
            **said,
            "recording": bad,
            "ending": wrong,
            "reports": rehearsal.reports,
            "fires": dict(sorted(fires.items())),
        }
    )
    return 0 if ok else 1


def _heard(boxes: Mapping[str, int]) -> str:
    held = f", {boxes['quarantined']:,} held back" if boxes["quarantined"] else ""
    return f"{boxes['counted']:,} of {boxes['total']:,} boxes counted at the end{held}"


def _sketch(args: argparse.Namespace, out: Out) -> int:
    from sandik.scaffold_sketch import beginning, sketch

    made = sketch(args.table.name, beginning(args.table))
    out.say(made.rstrip())
    out.answer({"table": str(args.table), "mapping": made})
    return 0


def _new(args: argparse.Namespace, out: Out) -> int:
    from sandik import scaffold

    return scaffold.run(args, out)


def _build(args: argparse.Namespace, out: Out) -> int:
    from sandik import nightbuild, simulate, simulate_practice

    target: Path = args.out
    if target.exists():
        raise UsageError(f"{target} is there already: name another folder with --out, or remove it.")
    folder = folders.load(args.night)
    source, parent = folder.path, folder.night.parent
    given = _everything(source)
    if args.boxes is not None:
        content = folders.content(args.boxes)
        which = nightbuild.which_vote(given)
        built = nightbuild.build_with_boxes(given, content, which=which, csv_name=args.boxes.name)
    elif "simulation.toml" in given:
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
    """Every file of a night folder. Raises UsageError for one that cannot be read."""
    return {file.name: folders.content(file) for file in sorted(path.iterdir()) if file.is_file()}


def _write(target: Path, built: Mapping[str, bytes]) -> None:
    """All of the folder or nothing: half of one would be in the way of the next try."""
    from producers.sources import file

    try:
        with file.folder(target) as aside:
            for name, content in built.items():
                (aside / name).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error


DOES: Mapping[str, Callable[[argparse.Namespace, Out], int]] = {
    "list": _list,
    "show": _show,
    "check": _check,
    "sketch": _sketch,
    "new": _new,
    "build": _build,
    "pack": pack.run,
}
"""What each word does."""
