"""`sandik gateway`: the room that shows, as one process with its settings from the environment.

Know before changing: this only hands over the night, the settings, the log of what is shown and, where there
are tokens, who acts for the desk and what the desk is to see; the room is `web.gateway`.
"""

import argparse
import os
from typing import TYPE_CHECKING

from sandik import folders, shapes
from sandik.say import Out

if TYPE_CHECKING:
    from sandik import acting, desk_view, pacing, showing
    from web.settings import Settings

EXAMPLE = """  SANDIK_NIGHT=istanbul-2019-06-23 SANDIK_MODE=replay \\
    SANDIK_REDIS=redis://127.0.0.1:6379/0 SANDIK_PORT=8080 sandik gateway"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The night; everything else comes from the environment."""
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")


def run(args: argparse.Namespace, out: Out) -> int:
    """Shows until it is asked to stop."""
    from producers.history import History
    from web import gateway
    from web.settings import Settings

    folder = folders.load(folders.word(args.night, os.environ))
    settings = Settings.read(os.environ)
    shown = _shown(folder) if settings.shown else None
    desk = _desk(folder, settings) if settings.tokens else None
    drawn = shapes.load(folder, os.environ)
    geometry = None if drawn is None else drawn.geometry
    pace = _pace(folder) if settings.shown and settings.mode == "replay" else None
    kept = os.environ.get("SANDIK_HISTORY", "")
    with History(kept, "gateway") as history:
        note = history.note if kept else None
        return gateway.main(
            folder.night, settings, _actor(folder, settings.tokens), shown, desk, geometry, note, pace
        )


def _shown(folder: folders.Folder) -> "showing.KafkaLog":
    """The log of what is shown; the gateway goes on without Kafka where there is none."""
    from sandik import showing

    return showing.make(folder, os.environ)


def _pace(folder: folders.Folder) -> "pacing.Pacing":
    """Who hears how fast the replay plays; where Kafka is not used nobody does."""
    from sandik import pacing

    return pacing.make(folder, os.environ)


def _desk(folder: folders.Folder, settings: "Settings") -> "desk_view.DeskView":
    """Who knows what the desk is to see; nobody asks where there are no tokens."""
    from sandik import desk_view

    return desk_view.make(folder, os.environ, settings.speed if settings.mode == "replay" else 0)


def _actor(folder: folders.Folder, tokens: str) -> "acting.Acting | None":
    """Who does what the desk asks for; nobody where there are no tokens, and then Kafka is not needed."""
    if not tokens:
        return None
    from sandik import acting

    return acting.make(folder, os.environ)
