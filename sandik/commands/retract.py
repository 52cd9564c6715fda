"""`sandik retract`: the desk takes back a call that is public; everyone who was sent it is sent that, first.

Know before changing: one person is enough to take back what two had to sign. A call that no longer holds is
taken back by itself; this is for what no rule can know.
"""

import argparse
from collections.abc import Sequence

from sandik import desk
from sandik.say import Out

EXAMPLE = """  sandik retract 9c0d4b7e1f2a3358 --by "Ayşe Demir" --because "the council recounts Kadıköy"
  sandik retract 9c0d4b7e1f2a3358 --by Mehmet --because "figures in doubt" --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which call, who and why."""
    parser.add_argument("id", metavar="ID", help="the call, as sandik calls shows it")
    desk.asks_who(parser)
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when it is told; 1 if it would not count, and then nothing is sent; 3 if nobody takes it in."""
    from sandik import deciding

    return deciding.run(args, out, wish)


def wish(cases: Sequence[desk.Case], args: argparse.Namespace) -> desk.Wish:
    """The retraction as it was typed. Raises RefusedError for an id that is no call."""
    case, call = desk.called(cases, args.id)
    return desk.Wish(case, "call-retracted", {"call": call.id, "version": case.version})
