"""`sandik sources`: every count of a contest side by side, and the boxes of which two say different things.

Know before changing: totals of different sources are never added and nothing here decides who is right; a
difference is listed by what it does to the published margin (check W308), for people to look at.
"""

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from election.checks import main_pair
from election.embargo import embargo
from election.night import BOX_LEVEL, ContestId, Night, SourceId, UnitId
from election.sources import Difference, differences
from election.tally import Statement
from sandik import desk
from sandik.say import Out

EXAMPLE = """  sandik sources --night istanbul-2019-03-31
  SANDIK_NIGHT=./my-night SANDIK_MODE=live sandik sources --json"""

SHOWN_MAX = 20
"""Boxes told of each pair of sources, largest effect first; the JSON says how many there are."""
Json = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which night."""
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0; 1 while the publication ban holds: there is nothing yet that may be compared aloud."""
    return asyncio.run(_sources(args, out))


async def _sources(args: argparse.Namespace, out: Out) -> int:
    from election.wire.keys import unpack_unit
    from sandik import deciding
    from sandik.ended import state

    async with deciding.opened(args) as room:
        night, answer, banned = room.night, dict[str, Json](), False
        for contest in night.contests.values():
            held = await room.store.read(contest.id)
            now = state(held, contest.source, room.scope)
            hour = room.clock() if room.scope.mode == "live" else now.at
            open_now = embargo(night.embargo, now.lifted_at, hour).is_open
            banned = banned or not open_now
            units = {
                source: {UnitId(unit): unpack_unit(row) for unit, row in rows.items()}
                for source, rows in held.boxes.items()
            }
            answer[contest.id] = compared(night, contest.id, units) if open_now else {}
        for contest_id, pairs in answer.items():
            _say(night, ContestId(contest_id), pairs, out)
    out.answer({"night": night.id, "mode": room.scope.mode, "contests": answer})
    return int(banned)


def compared(
    night: Night, contest_id: ContestId, units: Mapping[SourceId, Mapping[UnitId, Statement]]
) -> Json:
    """The published source beside every other that reports boxes: where they differ, by effect."""
    contest = night.contests[contest_id]
    pair = main_pair(contest)
    others = [one for one in night.sources.values() if one.level == BOX_LEVEL and one.id != contest.source]
    if pair is None:
        return {}
    ours = units.get(contest.source, {})
    return {
        other.id: _facts(
            list(differences(ours, units.get(other.id, {}), pair)), ours, units.get(other.id, {})
        )
        for other in others
    }


def _facts(
    found: list[Difference], ours: Mapping[UnitId, Statement], theirs: Mapping[UnitId, Statement]
) -> Json:
    return {
        "both": len(ours.keys() & theirs.keys()),
        "differ": len(found),
        "effect_votes": sum(one.effect_votes for one in found),
        "boxes": [
            {
                "box": one.unit, "effect_votes": one.effect_votes, "ours": list(one.ours.votes),
                "theirs": list(one.theirs.votes),
            }
            for one in found[:SHOWN_MAX]
        ],
    }  # fmt: skip


def _say(night: Night, contest_id: ContestId, pairs: Json, out: Out) -> None:
    contest = night.contests[contest_id]
    out.say(contest.name)
    if not pairs:
        out.say("  nothing to compare: the publication ban holds, or one source alone reports boxes")
    for other, facts in pairs.items():
        names = night.sources[contest.source].name, night.sources[SourceId(other)].name
        out.say(
            f"  {names[0]} and {names[1]}: {facts['both']:,} boxes by both, {facts['differ']:,} differ; "
            f"by the second the margin is {facts['effect_votes']:+,} votes"
        )
        for box in facts["boxes"]:
            told = " · ".join(
                f"{choice.short} {_votes(mine)} → {_votes(theirs)}"
                for choice, mine, theirs in zip(contest.choices, box["ours"], box["theirs"], strict=True)
                if mine != theirs
            )
            out.say(f"    {box['box']}  {box['effect_votes']:+,}  {told}")


def _votes(count: int | None) -> str:
    return "not on the paper" if count is None else f"{count:,}"
