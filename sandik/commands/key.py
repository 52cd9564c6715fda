"""`sandik key new`: a key with which a feed signs its bundles, so that nobody else speaks for its source.

Know before changing: the private key goes into a file that only its owner may read, and is never printed.
What is printed is for the file of public keys that workers read (SANDIK_FEED_KEYS).
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from sandik import folders
from sandik.say import Out

EXAMPLE = """  sandik key new --source agency --night ./my-night --out agency.key >> feed-keys.toml
  sandik key new --source agency --night ./my-night --id agency-spare --out spare.key --json"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What there is to do with keys."""
    what = parser.add_subparsers(dest="what", metavar="new", required=True)
    new = what.add_parser("new", help="makes a key pair; prints what goes into the file of public keys")
    new.add_argument("--source", metavar="NAME", required=True, help="the source that it speaks for")
    new.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")
    new.add_argument("--id", metavar="ID", help="its name in headers (else: the source and today's date)")
    new.add_argument("--out", metavar="FILE", type=Path, required=True, help="where the private key goes")
    new.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when the key is made and kept."""
    import os

    from election.errors import UsageError
    from election.night import SourceId
    from producers import signing

    night = folders.load(folders.word(args.night, os.environ)).night
    if SourceId(args.source) not in night.sources:
        known = ", ".join(night.sources)
        raise UsageError(f"There is no source {args.source!r} in {night.id}: {known}.")
    signer = signing.make(args.id or f"{args.source}-{datetime.now(UTC):%Y%m%d}")
    signing.save(args.out, signer)
    out.tell(
        f"{args.out} is the private key: it stays with whoever sends the feed (SANDIK_SIGN_WITH={args.out})."
    )
    out.tell("These lines go into the file of public keys, which every worker reads (SANDIK_FEED_KEYS):")
    for line in (
        "[[keys]]",
        f'id = "{signer.id}"',
        f'source = "{args.source}"',
        f'public = "{signer.public}"',
    ):
        out.say(line)
    facts = {"id": signer.id, "source": args.source, "public": signer.public, "file": str(args.out)}
    out.answer(facts)
    return 0
