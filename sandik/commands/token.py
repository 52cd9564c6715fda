"""`sandik token new | list | revoke`: who may sign at the desk, drive a replay, or see a private gateway.

Know before changing: a token's text is printed once, on standard output, and goes nowhere else. What a token
is, and what is kept of it, is `web.tokens`; the file is `web.token_file`.
"""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from election.errors import UsageError
from sandik.say import Out

EXAMPLE = """  sandik token new --name "Ayşe Demir" --scope desk --scope view --days 7 --file tokens.jsonl
  SANDIK_TOKENS=tokens.jsonl sandik token list
  sandik token revoke 1a2b3c4d --file tokens.jsonl"""
VARIABLE = "SANDIK_TOKENS"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One of three things to do with tokens."""
    from web.tokens import SCOPES

    what = parser.add_subparsers(dest="what", metavar="new|list|revoke", required=True)
    new = what.add_parser("new", help="makes a token, and prints it once")
    listing = what.add_parser("list", help="whose tokens there are, and what they may do")
    revoking = what.add_parser("revoke", help="takes tokens back; gateways that run notice at once")
    new.add_argument("--name", required=True, help="whose it is; decisions are written under this name")
    new.add_argument(
        "--scope", action="append", required=True, choices=SCOPES, metavar="|".join(SCOPES),
        help="what it may do; several times for several",
    )  # fmt: skip
    new.add_argument(
        "--days", type=float, help="after so many days it is good no longer (else: until revoked)"
    )
    revoking.add_argument("ids", metavar="ID", nargs="+", help="as list shows them")
    for one in (new, listing, revoking):
        one.add_argument("--file", metavar="FILE", type=Path, help=f"the file of tokens (else: {VARIABLE})")
        one.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; for `revoke` 1 if there was no such token."""
    path: Path | None = args.file or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if path is None:
        raise UsageError(f"Which file of tokens? Say it with --file FILE, or set {VARIABLE}.")
    if args.what == "new":
        return _new(args, path, out)
    if args.what == "list":
        return _list(path, out)
    return _revoke(args.ids, path, out)


def _new(args: argparse.Namespace, path: Path, out: Out) -> int:
    from web import token_file, tokens

    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent} to write to.")
    now = datetime.now(UTC)
    text, token = tokens.make(args.name, args.scope, now, args.days)
    token_file.add(path, token)
    until = "until it is revoked" if token.expires_at is None else f"until {_moment(token.expires_at)}"
    out.tell(f"The token of {token.name} ({', '.join(token.scopes)}; {until}), for this once:")
    if not out.as_json:
        out.say(text)
    out.tell(f"{path} holds only its hash. Take it back with: sandik token revoke {token.id} --file {path}")
    if "view" not in token.scopes:
        out.tell("On a gateway where nothing is public this token shows no count: that is the scope view.")
    out.answer(tokens.facts(token, now) | {"token": text, "file": str(path)})
    return 0


def _list(path: Path, out: Out) -> int:
    from web import token_file, tokens

    now, found = datetime.now(UTC), token_file.tokens_in(path)
    for token in found:
        if token.expires_at is None:
            until = "until revoked"
        else:
            until = f"{'until' if token.holds(now) else 'EXPIRED'} {_moment(token.expires_at)}"
        out.say(f"{token.id}  {token.name:<24} {' '.join(token.scopes):<24} {until}")
    out.answer({"file": str(path), "tokens": [tokens.facts(token, now) for token in found]})
    return 0


def _revoke(ids: list[str], path: Path, out: Out) -> int:
    from web import token_file

    gone = token_file.revoke(path, ids)
    for token in gone:
        out.say(f"{token.id}  {token.name}: revoked")
    unknown = sorted(set(ids) - {token.id for token in gone})
    for id in unknown:
        out.tell(f"sandik: there is no token {id} in {path}: sandik token list shows those there are.")
    out.answer({"file": str(path), "revoked": [token.id for token in gone], "unknown": unknown})
    return 1 if unknown else 0


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
