"""`sandik calls`: what is said of each contest, what waits for a signature and why, and a call's evidence.

Know before changing: this only looks. What is shown of a proposal is what was told when it was made; beside
it stands what the rules and guards say of the totals as they are now.
"""

import argparse
import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from election.alerts import Told
from election.errors import UsageError
from sandik import desk, desk_words
from sandik.desk import Case
from sandik.say import Out

EXAMPLE = """  sandik calls --night istanbul-2019-06-23
  sandik calls 6b1f0c2a9d3e4f58 --json
  sandik calls 6b1f0c2a9d3e4f58 --dossier
  sandik calls 6b1f0c2a9d3e4f58 --recompute"""

Json = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which contest, proposal or call; none: every contest."""
    parser.add_argument(
        "id", metavar="ID", nargs="?", help="a proposal, a call or a contest; else all contests"
    )
    parser.add_argument(
        "--dossier", action="store_true", help="the evidence as JSON, made from the log, with who decided"
    )
    parser.add_argument(
        "--recompute", action="store_true", help="is the dossier made from the log the one that was told?"
    )
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 if there is no such ID, or a dossier made from the log is not the one that was told."""
    evidence = args.dossier or args.recompute
    if evidence and args.id is None:
        raise UsageError("--dossier and --recompute are of one proposal or call: sandik calls ID --dossier")
    return asyncio.run(_evidence(args, out) if evidence else _calls(args, out))


async def _calls(args: argparse.Namespace, out: Out) -> int:
    from sandik import deciding

    async with deciding.opened(args) as room:
        head: Json = {"night": room.night.id, "mode": room.scope.mode, "session": room.scope.session}
        cases = await room.looked_at(out)
        try:
            shown = desk.chosen(cases, args.id)
        except desk.RefusedError as error:
            return _refused(error, head, out)
    for case, fact in shown:
        for line in desk_words.lines(case, fact):
            out.say(line)
    contests = {case.contest.id: desk_words.facts(case, fact) for case, fact in shown}
    out.answer(head | {"simulated": room.night.simulated, "contests": contests})
    return 0


def _refused(error: desk.RefusedError, head: Json, out: Out) -> int:
    out.tell(f"sandik: {error}")
    out.answer(head | {"refused": str(error)})
    return 1


async def _evidence(args: argparse.Namespace, out: Out) -> int:
    from producers.record import read_log
    from sandik import deciding, dossiers
    from sandik.signed import counts

    async with deciding.opened(args) as room:
        night, scope = room.night, room.scope
        head: Json = {"night": night.id, "mode": scope.mode, "session": scope.session}
        try:
            case, proposal = _proposal(await room.looked_at(out), args.id)
        except desk.RefusedError as error:
            return _refused(error, head, out)
        topics = [scope.topic(what) for what in ("reports", "rulings", "told")]
        out.tell(f"counting the log of {scope.name} up to where this was proposed")
        log = read_log(room.producing, topics)
        counted = await dossiers.count_to(night, scope, proposal, log, counts(night))
        made = dossiers.remake(night, scope, proposal, counted)
    head |= {
        "contest": case.contest.id, "proposal": proposal.id, "same": made.difference is None,
        "difference": made.difference, "told_sha256": proposal.d["dossier"], "sha256": made.digest,
    }  # fmt: skip
    if made.difference is not None:
        out.tell(f"sandik: the log does not give the dossier that was told: {made.difference}")
        out.answer(head)
        return 1
    if args.recompute:
        out.say(f"the same bytes: SHA-256 {made.digest}, made from {counted.rehearsal.reports:,} reports")
    if args.dossier and args.json:
        out.tell(made.text.decode())
    elif args.dossier:
        out.give(made.text)
    out.answer(head | {"signed_sha256": hashlib.sha256(made.text).hexdigest()})
    return 0


def _proposal(cases: Sequence[Case], name: str) -> tuple[Case, Told]:
    """The proposal that an id of it, or of the call it became, means. Raises RefusedError."""
    for case, fact in desk.chosen(cases, name):
        for one in case.about(fact) if fact is not None else ():
            if one.kind == "call-proposed":
                return case, one
    raise desk.RefusedError(f"{name} is no proposal and no call: only those have a dossier.")
