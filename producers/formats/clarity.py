"""Clarity's detail.xml, by county or by precinct: the votes of every type of a unit together, as statements.

    parse(document, night)     reports, contest by contest, as soon as a contest ends in the file
    survey(document)           the same without a night

What is taken: votes of all VoteTypes added up, or of one called Total where it stands beside the others;
`totalVoters` as registered; `precinctsReported` of a county as its claimed boxes; Undervotes and Overvotes of
the contest as invalid. How many went to vote in a contest is then those and the votes; without them the file
does not say it, because `ballotsCast` counts the ballots of all contests.

Know before changing: a unit whose counts are all zero, with no precinct reported, has not been heard: this
feed is filled with zeros before the polls close. What the units sum to is compared with the file's own
totals, and a difference is said; the units stand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from election.night import Night
from election.report import COUNT_MAX
from producers.formats.document import UNNUMBERED, Document, FeedError, Heard, Refusal, Seen
from producers.formats.judging import completed, judged
from producers.formats.naming import Names
from producers.formats.xml_reading import Event, events

ROOT = "ElectionResult"
UNITS = frozenset({"County", "Precinct"})
UNDER, OVER = "undervotes", "overvotes"
TOTALS = frozenset({"total", "totals", "total votes"})
NO_PARTY = "NP"
UNITS_MAX = 1_000_000
_ZONES = {
    "UTC": 0, "GMT": 0, "AST": -4, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
"""What the abbreviations mean where Clarity is used."""
_STAMP = re.compile(r"(\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M) ([A-Z]{3,4})", re.ASCII)


@dataclass(slots=True)
class _Choice:
    """A choice, or what stands beside them (Undervotes, Overvotes), with its counts by unit and type."""

    line: int
    key: str
    text: str
    party: str
    total: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Unit:
    """What is known of a unit beside its votes."""

    registered: int | None = None
    cast: int | None = None
    reported: int | None = None


@dataclass(slots=True)
class _Contest:
    """The contest that is being read."""

    line: int
    key: str
    text: str
    marks: int
    """How many may be marked: 1 where the file does not say it, 0 where nobody can read what it says."""
    choices: list[_Choice] = field(default_factory=list)
    beside: dict[str, _Choice] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the file. FeedError if it is no detail.xml, or ends too early."""
    reader = _Reader(document)
    for event in events(document):
        for found in reader.opened(event) if event.opens else reader.closed(event):
            yield found if isinstance(found, Refusal) else completed(found, document.mapping)
    if not reader.contests:
        raise FeedError(document.name, 1, "There is no Contest in this file; Clarity's detail.xml has them.")


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it."""
    for found in survey(document):
        yield found if isinstance(found, Refusal) else judged(found, document, night)


class _Reader:
    """Goes through one file."""

    def __init__(self, document: Document) -> None:
        self._document, self._names = document, Names(document)
        self._line: list[str] = []
        self._units: dict[str, _Unit] = {}
        self._contest: _Contest | None = None
        self._choice: _Choice | None = None
        self._type = ""
        self._region, self._at = "", document.heard_at
        self.contests = 0

    def opened(self, event: Event) -> Iterator[Refusal]:
        """An element begins."""
        if not self._line and event.tag != ROOT:
            message = f"The file begins with <{event.tag:.40}> and not with <{ROOT}>: it is no detail.xml."
            raise FeedError(self._document.name, event.line, message)
        above = self._line[-1] if self._line else ""
        self._line.append(event.tag)
        contest = self._contest
        if event.tag == "Contest" and contest is None:
            yield from self._begin(event)
        elif contest is not None and event.tag in UNITS:
            yield from self._votes(event, contest, above)
        elif contest is not None and event.tag in ("Choice", "VoteType"):
            self._part(event, contest, above)
        elif event.tag in UNITS:
            yield from self._turnout(event)

    def closed(self, event: Event) -> Iterator[Seen | Refusal]:
        """An element ends."""
        self._line.pop()
        contest = self._contest
        if event.tag == "Contest" and contest is not None and "Contest" not in self._line:
            self._contest, self._choice = None, None
            yield from self._statements(contest)
        elif event.tag == "Choice" or (event.tag == "VoteType" and self._line[-1:] == ["Contest"]):
            self._choice, self._type = None, ""
        elif event.tag == "VoteType":
            self._type = ""
        elif len(self._line) == 1 and event.tag == "Region":
            self._region = event.text
        elif len(self._line) == 1 and event.tag == "Timestamp":
            self._at = _stamp(event.text) or self._at

    def _begin(self, event: Event) -> Iterator[Refusal]:
        marks, refusals = self._count(event, "voteFor")
        yield from refusals
        if not event.attributes.get("voteFor", "").strip():
            marks = 1
        text = event.attributes.get("text", "").strip()
        self._contest = _Contest(event.line, event.attributes.get("key", ""), text, marks or 0)
        self.contests += 1

    def _part(self, event: Event, contest: _Contest, above: str) -> None:
        """A choice, a type of its votes, or what stands beside the choices."""
        said = event.attributes
        if event.tag == "Choice":
            self._choice = _Choice(
                event.line, said.get("key", ""), said.get("text", "").strip(), said.get("party", ""),
                said.get("totalVotes", ""),
            )  # fmt: skip
            contest.choices.append(self._choice)
        elif above == "Contest":
            name = said.get("name", "").strip().lower()
            self._choice = contest.beside.setdefault(name, _Choice(event.line, "", name, "", ""))
        else:
            self._type = said.get("name", "").strip()

    def _votes(self, event: Event, contest: _Contest, above: str) -> Iterator[Refusal]:
        """A unit within a contest: its votes of one type, or how much of it has reported."""
        name = event.attributes.get("name", "").strip()
        choice = self._choice
        if choice is None or above not in ("Choice", "VoteType"):
            reported, refusals = self._count(event, "precinctsReported")
            yield from refusals
            if name and reported is not None:
                contest.claims[name] = reported
            return
        votes, refusals = self._count(event, "votes", needed=True)
        yield from refusals
        types = choice.counts.setdefault(name, {})
        if not name or self._type in types:
            what = "stands twice under one type of votes" if name else "has no name"
            yield self._refusal("F012", event.line, contest, choice, f"{event.tag} {name!r:.60} {what}.")
            contest.bad.add(name)
        elif votes is None:
            contest.bad.add(name)
        types[self._type] = votes or 0
        if len(choice.counts) > UNITS_MAX:
            raise FeedError(self._document.name, event.line, f"A choice has more than {UNITS_MAX} units.")

    def _turnout(self, event: Event) -> Iterator[Refusal]:
        """A unit outside the contests."""
        unit = self._units.setdefault(event.attributes.get("name", "").strip(), _Unit())
        for name, what in (
            ("totalVoters", "registered"),
            ("ballotsCast", "cast"),
            ("precinctsReported", "reported"),
        ):
            count, refusals = self._count(event, name)
            yield from refusals
            setattr(unit, what, count)

    def _count(self, event: Event, name: str, needed: bool = False) -> tuple[int | None, tuple[Refusal, ...]]:
        text = event.attributes.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 18 and int(text) <= COUNT_MAX:
            return int(text), ()
        if not text and not needed:
            return None, ()
        if not text:
            code, why = "E105", f"{name} is not stated."
        elif text.startswith("-"):
            code, why = "E106", f"{text!r:.60} is negative; a count never is."
        elif text.isascii() and text.isdigit():
            code, why = "E109", f"{text:.60} is more than {COUNT_MAX}."
        else:
            code, why = "E107", f"{text!r:.60} is no whole number."
        where = f"{'/'.join([*self._line, ''])}@{name}"
        return None, (Refusal(code, self._document.name, event.line, where, why),)

    def _refusal(
        self, code: str, line: int, contest: _Contest, choice: _Choice | None, message: str
    ) -> Refusal:
        where = f"{contest.text} / {choice.text}" if choice else contest.text
        return Refusal(code, self._document.name, line, where, message)

    def _statements(self, contest: _Contest) -> Iterator[Seen | Refusal]:
        """Everything of a contest that has been read to its end."""
        names, line = self._names, contest.line
        if not contest.text:
            yield self._refusal("F011", line, contest, None, "The contest has no text, so it has no name.")
            return
        id = names.contest(contest.key, contest.text, line=line)
        votes: dict[str, dict[str, int]] = {}
        called: dict[str, str] = {}
        parties: dict[str, str] = {}
        for choice in contest.choices:
            text = choice.text or choice.key
            word = names.choice(id, choice.key, text, line=choice.line) if text else ""
            if not word or (word in called and not names.sums(id, word)):
                what = f"Two choices are {word}" if word else "A choice has no text"
                yield self._refusal(
                    "F012", choice.line, contest, choice, f"{what}: nothing of this contest is taken."
                )
                return
            called[word] = names.choice_name(id, word, text)
            parties[word] = names.party(id, word, "" if choice.party == NO_PARTY else choice.party)
            yield from self._add(contest, choice, word, votes)
        name = names.contest_name(id, contest.text)
        for unit, counts in votes.items():
            if unit not in contest.bad and self._heard(contest, unit, counts):
                yield self._seen(contest, id, name, unit, counts, called, parties)

    def _add(
        self, contest: _Contest, choice: _Choice, word: str, votes: dict[str, dict[str, int]]
    ) -> Iterator[Refusal]:
        """A choice's votes to those of the contest; its sum is compared with the file's."""
        sum_ = 0
        for unit, types in choice.counts.items():
            count = _together(types)
            mine = votes.setdefault(unit, {})
            mine[word] = mine.get(word, 0) + count
            sum_ += count
        if choice.total and choice.total != str(sum_) and not contest.bad:
            message = (
                f"The units sum to {sum_}, the file says totalVotes {choice.total:.20}; the units are taken."
            )
            yield self._refusal("F015", choice.line, contest, choice, message)

    def _heard(self, contest: _Contest, unit: str, counts: Mapping[str, int]) -> bool:
        """Whether this unit has said anything: zeros alone are no word."""
        about = self._units.get(unit, _Unit())
        reported = contest.claims.get(unit, about.reported)
        return any(counts.values()) or bool(about.cast if reported is None else reported)

    def _seen(
        self, contest: _Contest, id: str, name: str, unit: str, counts: Mapping[str, int],
        called: Mapping[str, str], parties: Mapping[str, str],
    ) -> Seen:  # fmt: skip
        about = self._units.get(unit, _Unit())
        lost = [_together(one.counts[unit]) for name, one in contest.beside.items()
                if name in (UNDER, OVER) and unit in one.counts]  # fmt: skip
        single = contest.marks == 1
        areas = (("region", self._names.area(self._region), self._region),) if self._region else ()
        return Seen(
            line=contest.line, path=f"{contest.text} / {unit}", contest=id, contest_name=name, areas=areas,
            unit=self._names.unit(unit, line=contest.line), unit_name=unit, revision=UNNUMBERED,
            cause="first", state="counted", registered=about.registered or None, voters=None,
            valid=sum(counts.values()) if single else None, invalid=sum(lost) if lost and single else None,
            votes=counts, choice_names=called, parties=parties,
            claimed_boxes=contest.claims.get(unit, about.reported), heard_at=self._at,
        )  # fmt: skip


def _together(types: Mapping[str, int]) -> int:
    """All types of votes; or the total one, never both."""
    totals = [count for name, count in types.items() if name.lower() in TOTALS]
    return totals[0] if totals else sum(types.values())


def _stamp(text: str) -> datetime | None:
    """`11/20/2020 3:37:06 PM EST`; None where the zone is not one of those known."""
    found = _STAMP.fullmatch(text.strip())
    if not found or found[2] not in _ZONES:
        return None
    try:
        local = datetime.strptime(found[1], "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007 - the zone comes next
        return local.replace(tzinfo=timezone(timedelta(hours=_ZONES[found[2]]))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
