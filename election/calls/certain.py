"""`certain`: the lead at the line exceeds every vote that could still come, whatever the boxes out bring.

    decide(view).choice        who is in for certain, or None
    decide(view).elected       everyone who is in, where several are elected

The bound counts every registered voter of every box not counted, the slack the law allows, boxes without
a register and quarantined boxes at their worst (`outstanding`), so that no completion of the night by papers
the checks accept changes who is in. It does not bound corrections of boxes already counted: that is what the
recount band and the retraction are for.

Know before changing: integers only; a choice out of it can gain at most one vote a paper, whatever the marks.
"""

from election.calls.verdict import Verdict, View
from election.calls.words import Sentence, names
from election.night import ChoiceId
from languages.saying import said

RULE_VERSION = 1
NAME = "certain"
ASKS = "Does the lead exceed every vote that could still come?"
SOURCE = "Arithmetic: with marks of one vote a choice, nobody gains more than the papers still out."


def decide(view: View) -> Verdict:
    """Who is in whatever is still to come. Ties, no vote and as many choices as seats: nobody is named."""
    seen, contest = view.seen, view.contest
    most = seen.outstanding.votes_max
    contested = len(contest.choices) > contest.seats
    cushion = seen.margin_votes - most if contested else 0
    elected = _elected(view) if contested and cushion > 0 else ()
    return Verdict(
        rule=NAME,
        choice=elected[0] if elected else None,
        cushion_votes=cushion,
        numbers={
            "margin_votes": seen.margin_votes,
            "votes_max": most,
            "boxes": seen.boxes,
            "boxes_total": seen.boxes_total,
            "boxes_quarantined": seen.boxes_quarantined,
            "seats": contest.seats,
        },
        because=_because(view, elected) if contested else _uncontested(view),
        elected=elected,
    )


def _elected(view: View) -> tuple[ChoiceId, ...]:
    """Those above the line, in the order of the paper, which no further vote changes."""
    ahead = set(view.seen.order[: view.contest.seats])
    return tuple(choice.id for choice in view.contest.choices if choice.id in ahead)


def _because(view: View, elected: tuple[ChoiceId, ...]) -> Sentence:
    seen, contest = view.seen, view.contest
    most, margin = seen.outstanding.votes_max, seen.margin_votes
    if margin == 0:
        return said("calls.certain.nobody", most=most)
    ahead = elected or seen.order[: contest.seats]
    key = "calls.certain.safe" if elected else "calls.certain.open"
    return said(key, names=names(contest, ahead), seats=contest.seats, margin=margin, most=most)


def _uncontested(view: View) -> Sentence:
    choices, seats = len(view.contest.choices), view.contest.seats
    return said("calls.certain.uncontested", choices=choices, seats=seats)
