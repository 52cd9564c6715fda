"""`sandik worker`: the room that counts, as one process with its settings from the environment.

Know before changing: the topics are created here, before the room starts, because the room itself never
creates any; several workers that start at once may all try, and that is no error.
"""

import argparse
import asyncio
import os

from sandik import folders
from sandik.say import Out

EXAMPLE = """  SANDIK_NIGHT=istanbul-2019-06-23 SANDIK_MODE=replay \\
    SANDIK_KAFKA=127.0.0.1:9092 SANDIK_REDIS=redis://127.0.0.1:6379/0 sandik worker"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The night; everything else comes from the environment."""
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")


def run(args: argparse.Namespace, out: Out) -> int:
    """Counts until it is asked to stop."""
    from producers.cluster import create_topics
    from producers.settings import Settings as Producing
    from streams import app
    from streams.settings import Settings

    night = folders.load(folders.word(args.night, os.environ)).night
    settings = Settings.read(os.environ)
    asyncio.run(create_topics(Producing.read(os.environ), night.id))
    return int(app.main(night, settings) or 0)
