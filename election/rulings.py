"""What a ruling must say to be taken in, and what it does to the count: a quarantine that a person cleared.

    fault(ruling, night)        the finding with which it is refused, or None
    clearance(ruling, night)    the paper whose quarantine it clears, or None: it clears none
    own_words(ruling)           who said so and why, by language, as a fact tells it
    only_in(ruling)             "tr": the one language it is known in, where it is not English; else None

Know before changing: the pipeline and the rehearsal ask the same questions here, so that a ruling that one
refuses the other refuses too.
"""

from dataclasses import dataclass
from typing import Any

from election.calls.verdict import Said
from election.checks import Finding
from election.night import ChoiceId, Contest, ContestId, Night, SourceId, UnitId
from election.report import REVISION_MAX
from election.wire.records import Ruling
from languages import codes
from languages.saying import PLAIN

ON_A_PAPER = ("quarantine-cleared", "quarantine-upheld")
"""Rulings that are about one revision of one unit by one source."""


def own_words(ruling: Ruling) -> Said:
    """Who said so and why, in their own words, never in ours: by language.

    A ruling that says no language is the same text in each; one that does is in those it is in, and in place
    of English in its plain text, because a fact always has that (`only_in` says what it is).
    """
    known = [one for one in codes() if one in ruling.texts] if ruling.texts else codes()
    return {language: _said(ruling, language) for language in (PLAIN, *known)}


def _said(ruling: Ruling, language: str) -> str:
    actor, text = ruling.actors.get(language, ruling.actor), ruling.texts.get(language, ruling.text)
    return f"{actor}: {text}" if text else actor


def only_in(ruling: Ruling) -> str | None:
    """The language of the plain text, where it is known and is not English."""
    if not ruling.texts or PLAIN in ruling.texts:
        return None
    return next((one for one, text in ruling.texts.items() if text == ruling.text), next(iter(ruling.texts)))


def by_language(ruling: Ruling) -> dict[str, Any]:
    """What a fact keeps of it beside actor and text: nothing, where no language is said."""
    found = {"texts": dict(ruling.texts), "actors": dict(ruling.actors), "lang": only_in(ruling)}
    return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Clearance:
    """One paper: a source's revision of a unit."""

    source: SourceId
    unit: UnitId
    revision: int


def fault(ruling: Ruling, night: Night) -> Finding | None:
    """Why the ruling cannot be taken in: no such contest, no such paper, nobody of that name to certify."""
    contest = night.contests.get(ContestId(ruling.contest))
    if contest is None:
        return Finding("E101", "E", "contest", f"There is no contest {ruling.contest!r} in this night.")
    if ruling.kind == "certified" and certified(ruling, contest) is None:
        known = ", ".join(choice.id for choice in contest.choices)
        message = f"A certificate names choices of {contest.id} in its data, as choice or in a list, elected"
        return Finding("E104", "E", "data", f"{message}: {known}.")
    if ruling.kind not in ON_A_PAPER or _paper(ruling, night) is not None:
        return None
    message = (
        "A ruling on a quarantine names one paper in its data: source, box and revision, as sandik verify "
        "and the desk tell them."
    )
    return Finding("R006", "E", "data", message)


def certified(ruling: Ruling, contest: Contest) -> list[str] | None:
    """Whom a certificate names in its data, nobody perhaps; None where one of them is no choice."""
    choice, elected = ruling.data.get("choice"), ruling.data.get("elected")
    if elected is None:
        elected = [] if choice is None else [choice]
    known = isinstance(elected, list) and all(
        isinstance(one, str) and contest.position(ChoiceId(one)) is not None for one in elected
    )
    return elected if known else None


def clearance(ruling: Ruling, night: Night) -> Clearance | None:
    """The paper that counts from now on, whether it was heard already or not."""
    return _paper(ruling, night) if ruling.kind == "quarantine-cleared" else None


def _paper(ruling: Ruling, night: Night) -> Clearance | None:
    source = night.sources.get(SourceId(str(ruling.data.get("source", ""))))
    contest = night.contests.get(ContestId(ruling.contest))
    unit, revision = ruling.data.get("box"), ruling.data.get("revision")
    if source is None or contest is None or not isinstance(unit, str) or isinstance(revision, bool):
        return None
    area = night.area_of(source, UnitId(unit))
    if area is None or contest.area not in night.lines[area]:
        return None
    if not isinstance(revision, int) or not 0 < revision <= REVISION_MAX:
        return None
    return Clearance(source.id, UnitId(unit), revision)
