"""`sandik watch`: a night in this terminal, from any gateway, over the protocol that every client speaks.

Know before changing: with --json every line of stdout is one JSON object, so the last one is too; the words
go to stderr. A token is never an argument, where every process of the machine could read it.
"""

import argparse
import os

from election.errors import UsageError
from sandik.say import Out

EXAMPLE = """  sandik watch
  sandik watch http://127.0.0.1:8080/ --contest mayor --level district
  sandik watch wss://night.example.org/ws --events --json"""
URL = "ws://127.0.0.1:8080/ws"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and what of it."""
    parser.add_argument(
        "url", metavar="URL", nargs="?", default=URL, help=f"of a page or its websocket; else: {URL}"
    )
    parser.add_argument(
        "--contest", metavar="ID", action="append", default=[], help="again for another; else: every contest"
    )
    parser.add_argument("--areas", metavar="ID[,ID…]", default="", help="also a line for each of these areas")
    parser.add_argument(
        "--level", metavar="LEVEL", default="", help="also a line for each area of this level"
    )
    parser.add_argument("--source", metavar="NAME", default="", help="another count than the published one")
    parser.add_argument(
        "--events", action="store_true", help="only alerts and calls, from the first of the night on"
    )
    parser.add_argument(
        "--token-env", metavar="NAME", help="the environment variable that holds the token to present"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line on stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """Watches until it is interrupted."""
    from producers.history import History
    from web import watch

    wish = watch.Wish(
        areas=_names(args.areas), levels=_names(args.level), source=args.source, told_only=args.events,
        token=_token(args.token_env),
    )  # fmt: skip
    with History(os.environ.get("SANDIK_HISTORY", ""), "watch") as history:
        return watch.main(args.url, args.contest, out.say, wish, out.answer, history.note)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _token(name: str | None) -> str:
    if name is None:
        return ""
    token = os.environ.get(name, "").strip()
    if not token:
        raise UsageError(f"The environment has no {name}; --token-env names a variable that holds a token.")
    return token
