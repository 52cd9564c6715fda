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
from election.calls.words import Sentence, listed, named, said, votes
from election.night import ChoiceId

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
        return said(
            en=f"Nobody is ahead at the line: the margin is 0 and at most {votes(most, 'en')} votes can "
            "still come.",
            tr=f"Önde olan yok: fark 0 ve en çok {votes(most, 'tr')} oy daha gelebilir.",
        )
    ahead = seen.order[: contest.seats]
    en_names = listed([named(contest, choice, "en") for choice in elected or ahead], "en")
    tr_names = listed([named(contest, choice, "tr") for choice in elected or ahead], "tr")
    en = f"{en_names} {'leads' if contest.seats == 1 else 'lead'} by {votes(margin, 'en')} votes"
    tr = f"{tr_names} {votes(margin, 'tr')} oy önde; en çok {votes(most, 'tr')} oy daha gelebilir"
    if elected:
        return said(
            en=f"{en}, more than the {votes(most, 'en')} that can still come at most.",
            tr=f"{tr}, fark kapanamaz.",
        )
    return said(
        en=f"{en}; at most {votes(most, 'en')} can still come, which could change it.",
        tr=f"{tr}, fark kapanabilir.",
    )


def _uncontested(view: View) -> Sentence:
    choices, seats = len(view.contest.choices), view.contest.seats
    return said(
        en=f"There are {choices} choices for {seats} seats: votes do not decide it.",
        tr=f"{seats} yer için {choices} aday var: sonucu oylar belirlemiyor.",
    )
