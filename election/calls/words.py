"""What rules and guards call a choice, and a share of a whole as they say it.

    named(contest, choice, "tr")            the short name of a choice
    names(contest, [choice, …])             several, as a sentence of `languages.saying` takes them
    percent(1, 3)                           33.3

Know before changing: a *because* always has numbers in it and says what was compared with what. Its words are
for a newsroom: no name of a rule's variable, no sign a reader would have to look up. The sentences stand in
the tables (languages/, part `calls`).
"""

from collections.abc import Callable, Iterable

from election.headline_words import short
from election.night import ChoiceId, Contest
from languages.saying import say

Sentence = dict[str, str]


def percent(part: float, whole: float) -> float:
    """A share of a whole in percent, rounded down to tenths so that nothing reads as reached that is not."""
    return int(1000 * part / whole) / 10 if whole else 0.0


def named(contest: Contest, choice: ChoiceId | None, language: str) -> str:
    """The short name of a choice; a plain name is said in the language."""
    for candidate in contest.choices:
        if candidate.id == choice:
            return short(candidate, language)
    return say(language, "calls.nobody")


def name(contest: Contest, choice: ChoiceId | None) -> Callable[[str], str]:
    """The same by language."""
    return lambda language: named(contest, choice, language)


def names(contest: Contest, choices: Iterable[ChoiceId]) -> Callable[[str], list[str]]:
    """The short names of several by language."""
    there = tuple(choices)
    return lambda language: [named(contest, choice, language) for choice in there]
