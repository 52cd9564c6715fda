"""What each kind of fact says in `d`: the fields it must have, and what each may hold.

    check("counted", {"pct": 25, …})    nothing, or RecordError that names the field
    fault(told, night)                  the finding with which it is refused, or None
    fields_list()                       what docs/reference/alerts.md shows of FIELDS

Know before changing: newsrooms read these fields from webhooks, so none is renamed. A field that is added is
written here with a `?`: facts in a log were told without it. What passes here never makes a reader of facts
fail (`Memory.take`, snapshots, the teller); that law is a property test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from election.alerts import KINDS, Told
from election.checks import Finding
from election.errors import RecordError
from election.night import ChoiceId, ContestId, Night, SourceId
from election.wire.records import read_time

TEXT_MAX = 4000
"""Longest text in a fact, in characters."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a field may hold: in words, the code with which anything else is refused, and how it is told."""

    words: str
    code: str
    fits: Callable[[Any], bool]


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_MAX


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _time(value: Any) -> bool:
    try:
        read_time(value, "")
    except RecordError:
        return False
    return True


def _guard(value: Any) -> bool:
    """A guard's answer."""
    if not isinstance(value, dict) or not _object(value.get("numbers")) or not _object(value.get("because")):
        return False
    return all(map(_text, (value.get("id"), value.get("word"), value["because"].get("en"))))


def _or_null(of: Type) -> Type:
    return Type(f"{of.words}, or null", of.code, lambda value: value is None or of.fits(value))


COUNT = Type("a whole number that is not negative", "R006", _count)
PERCENT = Type("a whole number from 0 to 100", "R006", lambda value: _count(value) and value <= 100)
WHOLE = Type("a whole number", "R006", lambda value: type(value) is int)
NUMBER = Type("a number", "R006", lambda value: type(value) in (int, float))
FLAG = Type("true or false", "R006", lambda value: type(value) is bool)
TEXT = Type(f"a text of at most {TEXT_MAX} characters", "R011", _text)
TEXTS = Type("a list of texts", "R006", _texts)
TIME = Type("a time with a date, an hour and a zone", "R009", _time)
OBJECT = Type("an object", "R006", _object)
CHOICE = Type("a choice of this contest", "R011", _text)
CHOICES = Type("a list of choices of this contest", "R006", _texts)
ELECTED = Type(
    "a list of choices of this contest, at least one", "R006", lambda value: _texts(value) and bool(value)
)
VOTES = Type(
    "a list of whole numbers, one a choice", "R006",
    lambda value: isinstance(value, list) and all(type(one) is int for one in value),
)  # fmt: skip
SOURCE = Type("a source of this night", "R011", _text)
BY_SOURCE = Type(
    "an object: source → a list of choices of this contest", "R006",
    lambda value: isinstance(value, dict) and all(map(_texts, value.values())),
)  # fmt: skip
COUNTS = Type(
    "an object of whole numbers", "R006",
    lambda value: isinstance(value, dict) and all(type(one) is int for one in value.values()),
)  # fmt: skip
GUARDS = Type(
    "a list of answers: {id, word, numbers, because}", "R006",
    lambda value: isinstance(value, list) and all(map(_guard, value)),
)  # fmt: skip
COUNT_OR_NULL, NUMBER_OR_NULL, TIME_OR_NULL = _or_null(COUNT), _or_null(NUMBER), _or_null(TIME)
TEXT_OR_NULL, CHOICE_OR_NULL = _or_null(TEXT), _or_null(CHOICE)

_COUNTED = {"boxes": COUNT, "boxes_total": COUNT}
_LEAD = {"ahead": CHOICES, "before": CHOICES, "margin_votes": COUNT, **_COUNTED}
_BAND = {"margin_votes": COUNT, "valid": COUNT, "band_permille": NUMBER}
_QUESTION = {
    "in_question": COUNT, "quarantined": COUNT, "in_question_votes_max": COUNT, "votes_max": COUNT,
    "margin_votes": COUNT,
}  # fmt: skip
_SIDE_BY_SIDE = {"ahead": BY_SOURCE, "margins": COUNTS}
_RULED = {
    "ruling": TEXT, "ruled": TEXT, "source": TEXT, "actor": TEXT, "text": TEXT, "data": OBJECT,
    "texts?": OBJECT, "actors?": OBJECT, "lang?": TEXT,
}  # fmt: skip
_WHOM = {"rule": TEXT, "choice": CHOICE, "elected": ELECTED, "cushion_votes": WHOLE, **_COUNTED}
_SAID_NO = {"boxes?": COUNT, "boxes_total?": COUNT, "cushions?": COUNTS}

FIELDS: Mapping[str, Mapping[str, Type]] = {
    "first-boxes": _COUNTED,
    "counted": {"pct": PERCENT, **_COUNTED},
    "lead-change": _LEAD,
    "band-entered": _BAND,
    "band-left": _BAND,
    "call-proposed": {**_WHOM, "people": COUNT, "numbers": OBJECT, "guards": GUARDS, "dossier": TEXT},
    "call-made": {
        **_WHOM, "proposal": TEXT, "people": COUNT, "approved_by": TEXTS, "proposed_at_version": COUNT,
    },
    "call-retracted": {
        **_WHOM, "call": TEXT, "reason": TEXT, "called_at_version": COUNT, "numbers?": OBJECT, "guard?": TEXT,
        "ruling?": TEXT, "by?": TEXT, "cushions?": COUNTS,
    },
    "source-stalled": {
        "source": SOURCE, "last_at": TIME_OR_NULL, "silent_s": COUNT, "limit_s": COUNT,
        "pace": NUMBER_OR_NULL, "units": COUNT, "units_total": COUNT, "claimed": COUNT_OR_NULL,
        "votes?": VOTES, "valid?": COUNT, "leader?": CHOICE_OR_NULL, "margin_votes?": COUNT,
    },
    "source-resumed": {"source": SOURCE, "last_at": TIME, "silent_s": COUNT},
    "source-skewed": {
        "source": SOURCE, "choice": CHOICE, "before_points": NUMBER, "added_points": NUMBER,
        "added_valid": WHOLE,
    },
    "sources-disagree": _SIDE_BY_SIDE,
    "sources-agree": _SIDE_BY_SIDE,
    "correction": {
        "effect_votes": WHOLE, "margin_votes": COUNT, "area": TEXT_OR_NULL, "ahead": CHOICES, "moved": VOTES,
    },
    "quarantine-decisive": _QUESTION,
    "quarantine-cleared": _QUESTION,
    "embargo-lifted": {"opens_at": TIME, "law_opens_at": TIME_OR_NULL, "early": FLAG, "ruling": TEXT},
    "objection": _RULED,
    "concession": _RULED,
    "recount-ordered": {**_RULED, "scope": TEXT},
    "certified": {**_RULED, "elected": CHOICES, "by_lot": FLAG},
    "annulled": _RULED,
    "rerun-set": _RULED,
    "lead-noted": _LEAD,
    "proposal-withdrawn": {"proposal": TEXT, "reason": TEXT},
    "proposal-refused": {"proposal": TEXT, "ruling": TEXT, "by": TEXT, **_SAID_NO},
    "proposal-approved": {"proposal": TEXT, "ruling": TEXT, "by": TEXT},
}  # fmt: skip
"""By kind: each field and what it holds; one with a `?` may be absent. Others may stand beside them."""


def check(kind: str, d: Mapping[str, Any]) -> None:
    """Raises RecordError (R006, R009 or R011; `d.FIELD`) for the first field that is not as FIELDS says."""
    for name, of in FIELDS[kind].items():
        field = name.removesuffix("?")
        if field in d:
            if not of.fits(d[field]):
                raise RecordError(of.code, f"d.{field}", f"d.{field} of {kind} is {of.words}.")
        elif field == name:
            raise RecordError(of.code, f"d.{field}", f"d.{field} of {kind} is missing; it is {of.words}.")


def fault(told: Told, night: Night) -> Finding | None:
    """Why a fact that can be read is none of this night's: a contest, choice or source it does not have."""
    contest = night.contests.get(ContestId(told.contest))
    if contest is None:
        return Finding("E101", "E", "contest", f"There is no contest {told.contest!r} in this night.")
    for name, of in FIELDS[told.kind].items():
        place, value = f"d.{name.removesuffix('?')}", told.d.get(name.removesuffix("?"))
        for choice in _choices(of, value):
            if contest.position(ChoiceId(choice)) is None:
                message = f"There is no choice {choice!r:.60} in {contest.id}."
                return Finding("E104", "E", place, message)
        for source in _sources(of, value):
            if SourceId(source) not in night.sources:
                return Finding("E102", "E", place, f"There is no source {source!r:.60} in this night.")
        if of is VOTES and value is not None and len(value) != len(contest.choices):
            message = f"{place} has {len(value)} figures; {contest.id} has {len(contest.choices)} choices."
            return Finding("R006", "E", place, message)
    return None


def _choices(of: Type, value: Any) -> list[str]:
    """The choices that a field names."""
    if value is None:
        return []
    if of is CHOICE or of is CHOICE_OR_NULL:
        return [value]
    if of is CHOICES or of is ELECTED:
        return list(value)
    return [choice for named in value.values() for choice in named] if of is BY_SOURCE else []


def _sources(of: Type, value: Any) -> list[str]:
    """The sources that a field names."""
    return [value] if of is SOURCE else list(value) if of is BY_SOURCE else []


def fields_list() -> str:
    """FIELDS as a Markdown list, in the order of `alerts.KINDS`; kinds that say the same are one line."""
    together: dict[str, list[str]] = {}
    for kind in KINDS:
        said = ", ".join(f"`{name.removesuffix('?')}`{'?' * name.endswith('?')}" for name in FIELDS[kind])
        together.setdefault(said, []).append(f"`{kind}`")
    return "".join(f"* {', '.join(kinds)}: {said}\n" for said, kinds in together.items())
