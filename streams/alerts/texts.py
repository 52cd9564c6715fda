"""A fact in words, the same on every channel: its title, its reason, its facts for a reader.

    subject(told, "tr")    "REPLAY · SIMULATED · …" as the teller wrote it, on one line
    lines(told, "tr")      the reason, when, where it stands

Know before changing: the title carries the mode and is never shortened from the left. Nothing is added that
the fact does not say: what may be told was decided where it was told.
"""

from election.alerts import KINDS, Told
from election.wire.records import stamp
from languages.saying import say, spoken

LANGUAGES = spoken()


def said(sentence: object, language: str) -> str:
    """A sentence in this language, else in English, on one line."""
    known = sentence if isinstance(sentence, dict) else {}
    text = known.get(language) or known.get("en") or next(iter(known.values()), "")
    return " ".join(str(text).split())


def subject(told: Told, language: str) -> str:
    """The title on one line. A retraction says so in its first word, whatever its title."""
    title = said(dict(told.title), language) or told.kind
    return f"{say(language, 'sent.first')} · {title}" if _first(told) else title


def lines(told: Told, language: str) -> list[str]:
    """What stands below the title, a paragraph each."""
    found = [said(dict(told.because), language)]
    if _first(told):
        found.append(say(language, "sent.retracts"))
    found.append(say(language, "sent.at", at=stamp(told.at), contest=told.contest, id=told.id))
    return [line for line in found if line]


def _first(told: Told) -> bool:
    kind = KINDS.get(told.kind)
    return kind is not None and kind.first
