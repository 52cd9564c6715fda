"""`sandik gateway`: the room that shows, as one process with its settings from the environment.

Know before changing: this only hands the night and the settings over; the room is `web.gateway`.
"""

import argparse
import os

from sandik import folders
from sandik.say import Out

EXAMPLE = """  SANDIK_NIGHT=istanbul-2019-06-23 SANDIK_MODE=replay \\
    SANDIK_REDIS=redis://127.0.0.1:6379/0 SANDIK_PORT=8080 sandik gateway"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The night; everything else comes from the environment."""
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")


def run(args: argparse.Namespace, out: Out) -> int:
    """Shows until it is asked to stop."""
    from web import gateway
    from web.settings import Settings

    night = folders.load(folders.word(args.night, os.environ)).night
    return gateway.main(night, Settings.read(os.environ))
