"""`majority`: one choice has more than half of all valid votes that can exist, so nobody can overtake it.

    decide(view).choice        who has the majority for certain, or None

Know before changing: it speaks only where one is elected and each voter marks one; with several marks several
choices can each have more than half. It needs no comparison with any other choice, and so stands beside
`certain` as a second, independent reading of the same bound (`outstanding.votes_max`).
"""

from election.calls.verdict import Verdict, View
from election.calls.words import Sentence, name
from languages.saying import said

RULE_VERSION = 1
NAME = "majority"
ASKS = "Does the leader have more than half of all valid votes that can exist?"
SOURCE = "Arithmetic: more than half of everything leaves less than half for all others together."


def decide(view: View) -> Verdict:
    """Who has more than half of the valid votes counted and every one that could still come."""
    seen, contest = view.seen, view.contest
    possible = seen.valid + seen.outstanding.votes_max
    most = max(seen.votes)
    fits = contest.seats == 1 and contest.marks == 1 and len(contest.choices) > 1
    cushion = (2 * most - possible + 1) // 2 if fits else 0
    passes = fits and 2 * most > possible and seen.leader is not None
    choice = seen.leader if passes else None
    return Verdict(
        rule=NAME,
        choice=choice,
        cushion_votes=cushion if passes else min(cushion, 0),
        numbers={
            "votes": most,
            "votes_possible": possible,
            "valid": seen.valid,
            "votes_max": seen.outstanding.votes_max,
            "boxes": seen.boxes,
            "boxes_total": seen.boxes_total,
        },
        because=_because(view, most, possible, passes) if fits else _not_asked(view),
        elected=() if choice is None else (choice,),
    )


def _because(view: View, most: int, possible: int, passes: bool) -> Sentence:
    contest, leader = view.contest, view.seen.leader
    if leader is None:
        return said("calls.majority.nobody", possible=possible)
    whom = name(contest, leader)
    return said("calls.majority.has", name=whom, votes=most, passes=passes, possible=possible)


def _not_asked(view: View) -> Sentence:
    contest = view.contest
    choices = len(contest.choices)
    return said("calls.majority.not_asked", choices=choices, seats=contest.seats, marks=contest.marks)
