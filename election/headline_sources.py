"""What the headline says of the other counts: the shown one has stopped, another has somebody else ahead.

    beside(counts, contest, night, boxes_total, stopped=True)     None where there is nothing to say
    sentence(seen, contest, beside, "en", close=True)

Know before changing: a count is heard here from the share on from which the night names a lead. They are
counted and not named: the names of sources are long, and the table below the strip has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from election.headline_words import number, short
from election.night import ChoiceId, Contest, Night
from election.sources import Count
from election.standing import Standing
from election.watches_sources import ahead_of, far_enough

ONE_TO_NINE = {
    "en": ("", "another", "two other", "three other", "four other", "five other"),
    "tr": ("", "bir", "iki", "üç", "dört", "beş"),
}


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
    leader, margin = names[seen.order[0]], number(seen.margin_votes, language)
    most, done = number(seen.outstanding.votes_max, language), seen.boxes == seen.boxes_total
    if language == "tr":
        begin = (
            f"{leader}, duran bir sayımda {margin} oy önde" if said.stopped else f"{leader} {margin} oy önde"
        )
        how = ": fark ilan için çok az" if close and not said.stopped else ""
        out = "Bütün sandıklar sayıldı" if done else f"En çok {most} oy daha gelebilir"
    else:
        verb = "is ahead" if contest.kind == "yes-no" else "leads"
        begin = f"{leader} {verb} by {margin}" + (" in a count that has stopped" if said.stopped else "")
        how = ": too close to call" if close and not said.stopped else ""
        out = "Every box is counted" if done else f"Up to {most} votes are still out"
    return f"{begin}{how}. {out}{_others(said, names, language)}."


def _others(said: Beside, names: dict[ChoiceId, str], language: str) -> str:
    """How many other counts have whom ahead."""
    many = len(said.others)
    if not many:
        return ""
    words = ONE_TO_NINE[language]
    alone = len(set(said.others)) == 1
    name = names[said.others[0]]
    if language == "tr":
        count = words[many] if many < len(words) else number(many, "tr")
        return f"; başka {count} sayımda {name if alone else 'başkaları'} önde"
    count = words[many] if many < len(words) else f"{number(many, 'en')} other"
    counts = f"{count} count puts" if many == 1 else f"{count} counts put"
    return f", and {counts} {name if alone else 'others'} ahead"
