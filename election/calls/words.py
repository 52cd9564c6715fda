"""How rules and guards say their numbers: a sentence in every language, names, counts, points and percent.

    said(en="…", tr="…")                    a *because*
    votes(806_014, "tr")                    806.014

Know before changing: a *because* always has numbers in it and says what was compared with what. Its words are
for a newsroom: no name of a rule's variable, no sign a reader would have to look up.
"""

from election.headline_words import number
from election.night import Choice, ChoiceId, Contest

Sentence = dict[str, str]


def said(*, en: str, tr: str) -> Sentence:
    """A sentence in every language of `headline.LANGUAGES`."""
    return {"en": en, "tr": tr}


def votes(value: int, language: str) -> str:
    """Votes, boxes or voters with the language's thousands mark; a loss has a minus sign."""
    return ("−" if value < 0 else "") + number(abs(value), language)


def decimal(value: float, language: str) -> str:
    """A number with one decimal, and the language's decimal mark."""
    text = f"{abs(value):.1f}"
    sign = "−" if value < 0 and text != "0.0" else ""
    return sign + (text.replace(".", ",") if language == "tr" else text)


def percent(part: float, whole: float, language: str) -> str:
    """A share of a whole with one decimal, rounded down so that nothing reads as reached that is not."""
    value = int(1000 * part / whole) / 10 if whole else 0.0
    text = decimal(value, language)
    return f"%{text}" if language == "tr" else f"{text}%"


def named(contest: Contest, choice: ChoiceId | None, language: str) -> str:
    """The short name of a choice; a plain name is said in the language."""
    for candidate in contest.choices:
        if candidate.id == choice:
            return short(candidate, language)
    return "nobody" if language == "en" else "hiç kimse"


def short(choice: Choice, language: str) -> str:
    """A short name of its own is a person's and stays; a plain name is said in the language."""
    return choice.names.get(language, choice.short) if choice.short == choice.name else choice.short


def listed(names: list[str], language: str) -> str:
    """Several names as one part of a sentence."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {'ve' if language == 'tr' else 'and'} {names[-1]}"
