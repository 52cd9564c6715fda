"""How the headlines count, and what a choice is called in a sentence.

    counted_pct(seen)       999: tenths of a percent, rounded down
    short(choice, "tr")     the name a sentence says

Know before changing: a progress is rounded down and never to nothing, so that 29.96 % does not read 30. The
sentences themselves, and how numbers and hours are written, stand in the tables (languages/).
"""

from election.night import Choice
from election.standing import Standing
from languages.saying import spoken

LANGUAGES = spoken()


def counted_pct(seen: Standing) -> int:
    """Tenths of a percent of boxes counted, rounded down: 29.96 % must never read 30, nor one box read 0."""
    if seen.boxes == 0 or seen.boxes_total == 0:
        return 0
    return max(1, seen.boxes * 1000 // seen.boxes_total)


def short(choice: Choice, language: str) -> str:
    """A short name of its own is a person's and stays; a plain name is said in the language."""
    return choice.names.get(language, choice.short) if choice.short == choice.name else choice.short
