"""`sandik replay`: a recording into Kafka, timed by its recorded hours at a speed.

Know before changing: a replay is never live. What was recorded live is replayed as a replay, in topics of its
own, so that nothing of it can reach a live page.
"""

import argparse
import asyncio
import os
from contextlib import aclosing
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

from election.errors import UsageError
from sandik import folders, playing, steering
from sandik.say import Out

EXAMPLE = """  sandik replay istanbul-2019-06-23 --speed 60
  sandik replay istanbul-2019-06-23 --speed max --json
  sandik replay my-recording.jsonl.gz --from 19:10 --session rerun-2
  sandik replay practice --faults storm.toml --seed 7 --stay
  sandik replay practice --ask jump 19:10"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to play and how."""
    parser.add_argument("night", metavar="NIGHT|RECORDING", help="a night with a recording, or a recording")
    playing.arguments(parser)
    parser.add_argument("--session", metavar="NAME", help="topics and keys of its own beside other replays")
    parser.add_argument(
        "--night", dest="of", metavar="NIGHT", help="the night of a recording, if not shipped"
    )
    parser.add_argument(
        "--ask", nargs="+", metavar="WORD",
        help="ask the replay that runs: pause, resume, speed 60, jump 19:10, step 5, look, "
        "fault kind=stall source=agency for_s=900",
    )  # fmt: skip
    parser.add_argument("--stay", action="store_true", help="stay at the end, for a jump to an earlier hour")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when all of it is acknowledged; 1 if a line of the recording could not be played."""
    from producers.settings import Settings
    from streams.settings import Settings as Counting

    folder, recording = _what(args)
    settings, counting = Settings.read(os.environ), Counting.read(os.environ)
    if settings.mode == "live":
        raise UsageError("A replay is never live: unset SANDIK_MODE, or set it to replay or rehearsal.")
    if args.session is not None:
        settings, counting = with_(settings, session=args.session), with_(counting, session=args.session)
    settings.scope(folder.night.id)  # a name that cannot stand in a topic is said before anything starts
    if args.ask:
        asks = steering.control(args.ask, folder.night, os.environ.get("USER") or "a shell")
        return asyncio.run(steering.asked(asks, folder.night, settings, out))
    befalls = playing.plan(args.faults, folder.night)
    if befalls.mishaps:
        out.tell(f"[[process]] in {args.faults} is for sandik demo and sandik up: no process is touched here")
    play = playing.Play.of(args, folder, recording, befalls)
    return asyncio.run(_play(play, settings, counting, args.stay, out))


def _what(args: argparse.Namespace) -> tuple[folders.Folder, Path]:
    path = Path(args.night)
    if not path.is_file():
        folder = folders.load(args.of or args.night)
        return folder, folder.recording
    from sandik.recordings import header

    return folders.load(args.of or header(path).night), path


async def _play(play: playing.Play, settings: Any, counting: Any, stay: bool, out: Out) -> int:
    from producers.cluster import create_topics
    from producers.controls import Controls
    from producers.history import History
    from producers.notes import NotePublisher
    from producers.replay import Played
    from sandik.befalling import Befalls, sessions
    from sandik.rewinding import GoesBack

    night = play.folder.night
    boxes = len(night.boxes)
    await create_topics(settings, night.id)
    clock = asyncio.get_running_loop().time

    def progress(played: Played) -> None:
        at = "" if played.at is None else f"{played.at:%H:%M:%S} UTC, "
        out.progress(played.reports / max(1, boxes), f"{at}{played.reports:,} reports")

    goes_back = GoesBack(night, settings, counting)
    befalls = Befalls(play, lambda: counting, sessions=lambda: sessions(settings, night.id))
    with History(settings.history, "producer") as history:
        async with (
            NotePublisher(settings, night.id, history) as publisher,
            Controls(settings, night.id, play.pace.speed, goes_back.forget, befalls) as controls,
            aclosing(befalls),
        ):
            while True:
                begin_s = clock()
                played = await play.run(
                    publisher, controls, lambda bad: out.tell(str(bad)), progress, lambda: counting, befalls
                )
                _say(play, played, clock() - begin_s, out)
                if not stay:
                    break
                out.tell("the recording has ended; a jump to an earlier hour begins it anew, Ctrl-C ends it")
                await controls.asked_back(publisher)
    out.answer(_facts(play, played, settings, clock() - begin_s))
    return 1 if played.refused else 0


def _say(play: playing.Play, played: Any, seconds: float, out: Out) -> None:
    out.say(f"{played.reports:,} reports in {played.records:,} records, all acknowledged, in {seconds:.1f} s")
    if played.refused:
        out.say(f"{played.refused:,} lines could not be played")
    play.said(out)


def _facts(play: playing.Play, played: Any, settings: Any, seconds: float) -> dict[str, Any]:
    return {
        "night": play.folder.night.id,
        "mode": settings.mode,
        "session": settings.session,
        "records": played.records,
        "reports": played.reports,
        "refused": played.refused,
        "begun": played.begun,
        "faults": play.facts,
        "seconds": round(seconds, 3),
    }
