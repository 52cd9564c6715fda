"""`sandik approve`: one person of the desk signs a proposed call; the last one who is needed makes it public.

Know before changing: an approval names the version of the totals it saw. A proposal whose cushion has shrunk
is withdrawn and made anew, with another id, so that nobody signs what they have not seen.
"""

import argparse
from collections.abc import Sequence

from sandik import desk
from sandik.say import Out

EXAMPLE = """  sandik approve 6b1f0c2a9d3e4f58 --by "Ayşe Demir" --because "dossier read, figures checked"
  sandik approve 6b1f0c2a9d3e4f58 --version 412 --by Mehmet --because "second pair of eyes" --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which proposal, who and why."""
    parser.add_argument("id", metavar="ID", help="the proposal, as sandik calls shows it")
    parser.add_argument(
        "--version",
        metavar="N",
        type=desk.version,
        help="the version you saw; by default the one it was proposed at",
    )
    desk.asks_who(parser)
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when it is told; 1 if it would not count, and then nothing is sent; 3 if nobody takes it in."""
    from sandik import deciding

    return deciding.run(args, out, wish)


def wish(cases: Sequence[desk.Case], args: argparse.Namespace) -> desk.Wish:
    """The approval as it was typed. Raises RefusedError for an id that is no proposal."""
    case, proposal = desk.proposed(cases, args.id)
    version = proposal.version if args.version is None else args.version
    return desk.Wish(case, "call-approved", {"proposal": proposal.id, "version": version})
