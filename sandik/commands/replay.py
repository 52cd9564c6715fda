"""`sandik replay`: a recording into Kafka, timed by its recorded hours at a speed.

Know before changing: a replay is never live. What was recorded live is replayed as a replay, in topics of its
own, so that nothing of it can reach a live page.
"""

import argparse
import asyncio
import os
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

from election.errors import UsageError
from sandik import folders
from sandik.say import Out

EXAMPLE = """  sandik replay istanbul-2019-06-23 --speed 60
  sandik replay istanbul-2019-06-23 --speed max --json
  sandik replay my-recording.jsonl.gz --from 19:10 --session rerun-2"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to play and how."""
    parser.add_argument("night", metavar="NIGHT|RECORDING", help="a night with a recording, or a recording")
    parser.add_argument("--speed", metavar="N|max", help="60: a minute a second; else as the night says")
    parser.add_argument("--from", dest="start", metavar="T", help="what is before comes at once: 19:10")
    parser.add_argument("--session", metavar="NAME", help="topics and keys of its own beside other replays")
    parser.add_argument(
        "--night", dest="of", metavar="NIGHT", help="the night of a recording, if not shipped"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when all of it is acknowledged; 1 if a line of the recording could not be played."""
    from producers.pace import Pace, read_from, read_speed
    from producers.settings import Settings

    folder, recording = _what(args)
    night = folder.night
    settings = Settings.read(os.environ)
    if settings.mode == "live":
        raise UsageError("A replay is never live: unset SANDIK_MODE, or set it to replay or rehearsal.")
    if args.session is not None:
        settings = with_(settings, session=args.session)
    settings.scope(night.id)  # a name that cannot stand in a topic is said before anything starts
    start = read_from(args.start, night.date, night.time_zone) if args.start else None
    speed = read_speed(args.speed or str(night.replay.speed))
    pace = Pace(speed, start, night.replay.gap_max_s)
    return asyncio.run(_play(folder, recording, pace, settings, out))


def _what(args: argparse.Namespace) -> tuple[folders.Folder, Path]:
    path = Path(args.night)
    if not path.is_file():
        folder = folders.load(args.of or args.night)
        return folder, folder.recording
    from sandik.recordings import header

    return folders.load(args.of or header(path).night), path


async def _play(folder: folders.Folder, recording: Path, pace: Any, settings: Any, out: Out) -> int:
    from producers.controls import Controls
    from producers.history import History
    from producers.publish import Publisher, create_topics
    from producers.replay import Played, replay
    from sandik.recordings import heard

    night = folder.night
    boxes = len(night.boxes)
    await create_topics(settings, night.id)
    clock = asyncio.get_running_loop().time

    def progress(played: Played) -> None:
        at = "" if played.at is None else f"{played.at:%H:%M:%S} UTC, "
        out.progress(played.reports / max(1, boxes), f"{at}{played.reports:,} reports")

    with History(settings.history, "producer") as history:
        async with (
            Publisher(settings, night.id, history) as publisher,
            Controls(settings, night.id, pace.speed) as controls,
        ):
            begin_s = clock()
            lines = heard(recording, night)
            played = await replay(
                lines, pace, publisher, lambda bad: out.tell(str(bad)), progress, controls=controls
            )
            seconds = clock() - begin_s
    out.say(f"{played.reports:,} reports in {played.records:,} records, all acknowledged, in {seconds:.1f} s")
    if played.refused:
        out.say(f"{played.refused:,} lines could not be played")
    out.answer(
        {
            "night": night.id,
            "mode": settings.mode,
            "session": settings.session,
            "records": played.records,
            "reports": played.reports,
            "refused": played.refused,
            "seconds": round(seconds, 3),
        }
    )
    return 1 if played.refused else 0
