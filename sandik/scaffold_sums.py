"""`ending.json` of a scaffolded night: plain sums over the feed's own last rows.

    recording ◀── parse, compare, bundle ── feed ── last rows ──▶ ending.json
                     then: does the count of the recording end as the rows add up?

Know before changing: it must not be made by counting the recording, or it could never be wrong. What a check
holds back or a fixed check refuses is missing in the count and not here, and `sandik night check` says so.
Figures that some row does not state are left out, and what is left out is not compared.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandik.scaffold_seen import ContestSeen, Said, Survey
from sandik.scaffold_tree import Tree

FIGURES = ("registered", "voters", "valid", "invalid")


def ending(survey: Survey, tree: Tree, whole: bool, areas: Mapping[str, str]) -> bytes:
    """The file. `whole`: what is missing from the last document was taken away; `areas`: of each contest."""
    last = survey.last_document if whole else None
    contests = {
        contest.id: _ending(contest, last, _boxes(tree, areas[contest.id]))
        for contest in survey.contests.values()
    }
    return (json.dumps({"contests": contests}, indent=2, ensure_ascii=False) + "\n").encode()


def _boxes(tree: Tree, area: str) -> int:
    return sum(area in tree.line(own) for own in tree.area_of.values())


def _ending(contest: ContestSeen, last: int | None, boxes: int) -> dict[str, Any]:
    said = list(contest.counting(last))
    votes = contest.totals(last)
    ranked = [*sorted(votes.values(), reverse=True), 0]
    margin = ranked[0] - ranked[1] if len(votes) > 1 else 0
    leader = max(votes, key=lambda choice: votes[choice]) if margin else None
    found: dict[str, Any] = {"boxes": {"counted": len(said), "total": boxes}}
    for name in FIGURES:
        total = _total(said, name)
        if total is not None:
            found[name] = total
    found["choices"] = votes
    if len(votes) > 1:
        found |= {"leader": leader, "margin_votes": margin}
    return found


def _total(said: Sequence[Said], name: str) -> int | None:
    """The sum of a figure, or None if some row does not state it."""
    figures = [getattr(one, name) for one in said]
    return None if not figures or None in figures else sum(figures)
