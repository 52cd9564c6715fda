"""`sandik refuse`: one person of the desk says no to a proposed call; that ends the proposal.

Know before changing: one refusal is enough, whoever approved before. The same rule proposes the same choice
again only when it passes by clearly more, or clearly more is counted (docs/reference/alerts.md).
"""

import argparse
from collections.abc import Sequence

from sandik import desk
from sandik.say import Out

EXAMPLE = """  sandik refuse 6b1f0c2a9d3e4f58 --by "Ayşe Demir" --because "two districts are late"
  sandik refuse 6b1f0c2a9d3e4f58 --by Mehmet --because "not seen by the editor" --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which proposal, who and why."""
    parser.add_argument("id", metavar="ID", help="the proposal, as sandik calls shows it")
    desk.asks_who(parser)
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when it is told; 1 if it would not count, and then nothing is sent; 3 if nobody takes it in."""
    from sandik import deciding

    return deciding.run(args, out, wish)


def wish(cases: Sequence[desk.Case], args: argparse.Namespace) -> desk.Wish:
    """The refusal as it was typed. Raises RefusedError for an id that is no proposal."""
    case, proposal = desk.proposed(cases, args.id)
    return desk.Wish(case, "call-refused", {"proposal": proposal.id, "version": proposal.version})
