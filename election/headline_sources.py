"""What the headline says of the other counts: the shown one has stopped, another has somebody else ahead.

    beside(counts, contest, night, boxes_total, stopped=True)     None where there is nothing to say
    sentence(seen, contest, beside, "en", close=True)

Know before changing: a count is heard here from the share on from which the night names a lead. They are
counted and not named: the names of sources are long, and the table below the strip has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from election.headline_words import short
from election.night import ChoiceId, Contest, Night
from election.sources import Count
from election.standing import Standing
from election.watches_sources import ahead_of, far_enough
from languages.saying import say


@dataclass(frozen=True, slots=True)
class Beside:
    """The shown count has `stopped`; and whom each count that differs from it has ahead."""

    stopped: bool = False
    others: tuple[ChoiceId, ...] = ()


def beside(
    counts: Sequence[Count], contest: Contest, night: Night, boxes_total: int, *, stopped: bool
) -> Beside:
    """What there is to say beside the shown count; of a contest for one seat alone."""
    if contest.seats != 1:
        return Beside(stopped)
    ahead = {
        one.source.id: first
        for one in counts
        if far_enough(one, night, boxes_total) and (first := ahead_of(one, contest))
    }
    ours = ahead.get(contest.source)
    others = tuple(first[0] for first in ahead.values() if ours is not None and first != ours)
    return Beside(stopped, others)


def sentence(seen: Standing, contest: Contest, said: Beside, language: str, *, close: bool) -> str:
    """Who leads, by how much, how much is out; that it has stopped or is too close; and who else is ahead."""
    names = {choice.id: short(choice, language) for choice in contest.choices}
    return say(
        language, "headline.beside", leader=names[seen.order[0]], margin=seen.margin_votes,
        most=seen.outstanding.votes_max, done=seen.boxes == seen.boxes_total, asked=contest.kind == "yes-no",
        stopped=said.stopped, close=close and not said.stopped, many=len(said.others),
        alone=len(set(said.others)) == 1, name=names[said.others[0]] if said.others else "",
    )  # fmt: skip
