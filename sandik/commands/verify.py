"""`sandik verify`: counts the log again on its own and compares every total and box with the store, and the
audit chain with the store and with what was shown; or does the same with a pack, without broker and store.

Know before changing: this is where two rooms meet: `producers.record` reads the log, `streams.verify` counts
and compares. Neither knows of the other. Compared is what was counted; run it when nothing comes in. The log
is read last: what was linked and what was shown is of records that stand in it already.
"""

import argparse
import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace as with_
from pathlib import Path
from typing import Any

from election.errors import UsageError
from election.night import ContestId
from sandik import folders, outcome, proof
from sandik.say import Out

EXAMPLE = """  SANDIK_NIGHT=istanbul-2019-06-23 SANDIK_MODE=replay sandik verify
  sandik verify ./my-night --json
  sandik verify evidence.zip
  sandik verify ./my-night --same-as laptop.json
  sandik verify istanbul-2019-06-23 --session rerun-2 --rebuild"""


QUIET_WITHIN_S = 3.0
"""How long the last facts are waited for before log and store are compared."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which night, and whether to make the store anew first."""
    parser.add_argument(
        "night",
        metavar="NIGHT|PACK",
        nargs="?",
        help="a shipped name or a folder (else SANDIK_NIGHT); or a pack.zip of sandik night pack",
    )
    parser.add_argument("--session", metavar="NAME", help="a replay session")
    parser.add_argument(
        "--rebuild", action="store_true", help="forget what is counted and count the log again"
    )
    parser.add_argument(
        "--same-as",
        metavar="FILE",
        type=Path,
        help="also compare with what demo, rehearse or verify answered elsewhere with --json",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 if the store holds what the log gives, and another count that was named is the same; 1 if not."""
    if args.night is not None and args.night.endswith(".zip"):
        return _verify_pack(Path(args.night), args, out)
    from producers.settings import Settings
    from streams.settings import Settings as Counting

    folder = folders.load(folders.word(args.night, os.environ))
    other = None if args.same_as is None else _other(args.same_as, folder)
    settings, counting = Settings.read(os.environ), Counting.read(os.environ)
    if args.session is not None:
        settings = with_(settings, session=args.session)
        counting = with_(counting, session=args.session)
    return asyncio.run(_verify(folder, settings, counting, args.rebuild, out, other))


def _other(path: Path, folder: folders.Folder) -> outcome.Json:
    """Another count of this night. Raises UsageError for what is none."""
    found = outcome.read(path)
    if found["night"] != folder.night.id:
        raise UsageError(f"{path} is of the night {found['night']}, and this one is {folder.night.id}.")
    return found


def _verify_pack(path: Path, args: argparse.Namespace, out: Out) -> int:
    from sandik import evidence

    if args.rebuild or args.session or args.same_as:
        raise UsageError("A pack is verified as it is: leave out --rebuild, --session and --same-as.")
    return evidence.verify(path, out)


async def _log(settings: Any, scope: Any, out: Out) -> AsyncIterator[Any]:
    """What was shown first: whatever stands in it is in the log that is read after it."""
    from producers.record import read_log

    for said, whats in (("snapshots read", ("shown",)), ("records counted", ("reports", "rulings", "told"))):
        topics = tuple(scope.topic(what) for what in whats)
        async for logged in read_log(settings, topics, told=out.of(said)):
            yield logged


async def _verify(
    folder: folders.Folder, settings: Any, counting: Any, anew: bool, out: Out, other: outcome.Json | None
) -> int:
    from producers.record import read_log
    from streams.signatures import signatures_at
    from streams.store import Store
    from streams.verify import rebuild, verify

    night, scope = folder.night, settings.scope(folder.night.id)
    topics = tuple(scope.topic(what) for what in ("reports", "rulings", "told"))
    begin_s = time.monotonic()
    signatures, store = signatures_at(counting.feed_keys, night), Store(night, scope, counting)
    try:
        if anew:
            out.tell(f"{scope.name}: counting the log anew")
            await rebuild(
                night, store, read_log(settings, topics, told=out.of("records counted anew")), signatures
            )
        await _quiet(store)
        found = await verify(night, store, _log(settings, scope, out), rebuilt=anew, signatures=signatures)
    finally:
        await store.close()
    return _tell(folder, scope, found, time.monotonic() - begin_s, out, other)


async def _quiet(store: Any) -> None:
    """Gives a worker a moment to tell what the last records give rise to; without a worker it is not long."""
    from sandik.ended import settled

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(QUIET_WITHIN_S):
            await settled(store)


def _tell(
    folder: folders.Folder,
    scope: Any,
    found: Any,
    seconds: float,
    out: Out,
    other: outcome.Json | None = None,
) -> int:
    from sandik import ended

    night, ending = folder.night, folder.ending
    contests = {name: ended.outcome_of(held, name, night, scope) for name, held in found.held.items()}
    for line in outcome.in_words(contests, {c.id: c.name for c in night.contests.values()}):
        out.say(line)
    for line in found.differences:
        out.say(line)
    if found.count > len(found.differences):
        out.say(f"… and {found.count - len(found.differences):,} more")
    verdict = "what is counted is what the log gives" if not found.count else f"{found.count:,} differences"
    out.say(str(found.audit))
    out.say(f"{found.reports:,} reports in {found.records:,} records: {verdict}")
    apart = None if other is None else outcome.apart(contests, other["contests"])
    for line in _compared(contests, apart):
        out.say(line)
    out.answer(
        {
            "night": night.id,
            "mode": scope.mode,
            "simulated": night.simulated,
            "verified": not found.count,
            "matches_ending": None if ending is None else not outcome.differences(contests, ending),
            "seconds": round(seconds, 3),
            "records": found.records,
            "reports": found.reports,
            "differences": list(found.differences),
            "differences_count": found.count,
            "same_as": None if apart is None else not apart,
            "apart": list(apart or ()),
            "audit": proof.in_json(found.audit),
            "contests": contests,
        }
    )
    return 1 if found.count or apart else 0


def _compared(contests: Mapping[ContestId, Any], apart: tuple[str, ...] | None) -> Iterator[str]:
    """Each contest's state hash; and where the other count differs, if one was named."""
    for contest, facts in contests.items():
        yield f"state hash of {contest}: {facts['hash']}"
    if apart is not None:
        yield from apart
        yield "the other count is another" if apart else "the other count is the same, to the vote"
