"""What an ElectionReport of NIST SP 1500-100 V2 says, held small until its end: units, contests, counts.

    report = Report(document)
    for item in …: yield from report.take(item)      Items with the places of PLACES; refusals come back
    report.contests, report.units, …                 after the last item

Nothing can be told before the end: a report may name its units after its counts, and what the lowest level
with counts is stands nowhere. So counts are held as numbers in arrays, 16 bytes each, and not as objects.

Know before changing: a count that cannot be read marks its unit in its contest as `bad`: of that unit nothing
is told, because the rest of it would be half a statement. JSON and XML come here in the same words.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from election.report import COUNT_MAX
from producers.formats.document import Document, FeedError, Refusal
from producers.formats.items import EACH, Item, Path, shown

CONTEST: Path = ("Election", EACH, "Contest", EACH)
SELECTION: Path = (*CONTEST, "ContestSelection", EACH)
PLACES: tuple[Path, ...] = (
    ("GpUnit", EACH), ("Party", EACH), ("Election", EACH, "Candidate", EACH),
    ("Election", EACH, "BallotCounts", EACH), (*CONTEST, "OtherCounts", EACH), (*CONTEST, "CandidateId"),
    (*SELECTION, "VoteCounts", EACH), (*SELECTION, "CandidateIds"), (*SELECTION, "PartyIds"),
    (*SELECTION, "EndorsementPartyIds"), (*SELECTION, "Selection"),
)  # fmt: skip
"""What is asked of a file; plain values on the way come by themselves."""
LISTS = frozenset(
    {"CandidateIds", "PartyIds", "EndorsementPartyIds", "ComposingGpUnitIds", "ExternalIdentifier", "Text",
     "CountStatus"}
)  # fmt: skip
"""What is a list even where it has one element, or is written with spaces (XML)."""
_COUNT = re.compile(r"(\d{1,18})(?:\.0+)?", re.ASCII)
_OURS = "sandik"
"""The maker of our own reports, whose ids begin with their kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which part of the votes a count is: of a type, a device, a round."""

    type: str
    other: str
    device: str
    round: int


@dataclass(slots=True)
class Unit:
    """A GpUnit."""

    id: str
    name: str
    level: str
    parts: tuple[str, ...] = ()
    registered: int | None = None
    participated: int | None = None
    reported: int | None = None
    untouched: bool = False
    """The report says that nothing of it has been counted."""
    device: bool = False


@dataclass(slots=True)
class Placed:
    """What has a place in the file, where a refusal of it points to, and in time an id."""

    path: Path
    line: int
    id: str = ""


@dataclass(slots=True)
class Selection(Placed):
    """What can be chosen, and its counts: three columns of the same length."""

    text: str = ""
    write_in: bool = False
    candidates: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    endorsed: tuple[str, ...] = ()
    units: "array[int]" = field(default_factory=lambda: array("i"))
    kinds: "array[int]" = field(default_factory=lambda: array("i"))
    counts: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class Contest(Placed):
    """A contest as it was read."""

    name: str = ""
    district: str = ""
    marks: int = 1
    selections: dict[int, Selection] = field(default_factory=dict)
    others: dict[int, dict[str, int]] = field(default_factory=dict)
    """By unit: Overvotes, Undervotes, WriteIns, added up over devices."""
    bad: set[int] = field(default_factory=set)


class Report:
    """Takes the items of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.facts: dict[str, object] = {}
        self.units: dict[str, Unit] = {}
        self.parties: dict[str, str] = {}
        self.candidates: dict[str, tuple[str, str]] = {}
        self.scopes: dict[int, str] = {}
        self.contests: dict[Path, Contest] = {}
        self.ballots: dict[int, dict[Kind, tuple[int | None, int | None]]] = {}
        self.kinds: list[Kind] = []
        self.ids: list[str] = []
        self.first_named: dict[str, Item] = {}
        """Units that were named and not described yet: where they were named first."""
        self._numbers: dict[str, int] = {}
        self._kind_numbers: dict[Kind, int] = {}

    @property
    def ours(self) -> bool:
        """Whether our own export made it, so that its ids can be taken back to the night's."""
        return self.facts.get("VendorApplicationId") == _OURS

    def take(self, item: Item) -> Iterator[Refusal]:
        """One item; what cannot be read of it comes back."""
        match item.path:
            case (str(name),):
                self.facts[name] = item.value
            case ("GpUnit", int()):
                yield from self._unit(item)
            case ("Party", int()):
                self.parties[_id(item)] = _text(_dict(item).get("Name")) or _id(item)
            case ("Election", int(), "Candidate", int()):
                found = _dict(item)
                self.candidates[_id(item)] = (_text(found.get("BallotName")), _word(found.get("PartyId")))
            case ("Election", int(number), "ElectionScopeId"):
                self.scopes[number] = _word(item.value)
            case ("Election", int(), "BallotCounts", int()):
                yield from self._ballots(item)
            case ("Election", int(), "Contest", int(), *rest):
                yield from self._contest(item, rest)

    def refusal(self, code: str, item: Item, column: str, message: str) -> Refusal:
        """With the path of the field."""
        path = shown((*item.path, *filter(None, [column])))
        return Refusal(code, self._document.name, item.line, path, message)

    def number_of(self, unit: str, item: Item) -> int:
        """The number under which a unit is held."""
        if unit not in self._numbers:
            self._numbers[unit] = len(self.ids)
            self.ids.append(unit)
            if unit not in self.units:
                self.first_named[unit] = item
        return self._numbers[unit]

    def _unit(self, item: Item) -> Iterator[Refusal]:
        found, id = _dict(item), _id(item)
        if id in self.units or not id:
            what = f"The id {id!r:.60} stands twice" if id else "A unit has no @id"
            raise FeedError(self._document.name, item.line, f"{shown(item.path)}: {what}.")
        unit = Unit(id, _unit_name(found) or id, _level(found), _words(found.get("ComposingGpUnitIds")))
        unit.device = "Device" in _word(found.get("@type"))
        for name, what in (
            ("VotersRegistered", "registered"), ("VotersParticipated", "participated"),
            ("SubUnitsReported", "reported"),
        ):  # fmt: skip
            if name in found:
                count, refusal = self._count(item, found, name)
                yield from refusal
                setattr(unit, what, count)
        states = {_word(one.get("Status")) for one in _dicts(found.get("CountStatus"))}
        unit.untouched = states == {"not-processed"} or unit.reported == 0
        self.units[id] = unit
        self.first_named.pop(id, None)

    def _count(
        self, item: Item, found: Mapping[str, object], name: str
    ) -> tuple[int | None, tuple[Refusal, ...]]:
        """A whole number, or why there is none."""
        value = found.get(name)
        text = "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()
        whole = _COUNT.fullmatch(text)
        if whole and int(whole[1]) <= COUNT_MAX:
            return int(whole[1]), ()
        if whole:
            refused = ("E109", f"{text} is more than {COUNT_MAX}.")
        elif text.startswith("-"):
            refused = ("E106", f"{text!r:.60} is negative; a count never is.")
        elif text:
            refused = ("E107", f"{text!r:.60} is no whole number.")
        else:
            refused = (
                ("E105", f"{name} is not stated.") if value is None else ("E107", f"{name} is no number.")
            )
        return None, (self.refusal(refused[0], item, name, refused[1]),)

    def _kind(self, found: Mapping[str, object]) -> int:
        device = found.get("DeviceClass")
        round_ = _word(found.get("Round"))
        kind = Kind(
            _word(found.get("Type")) or "total", _word(found.get("OtherType")),
            "" if device is None else str(device)[:200],
            int(round_) if round_.isascii() and round_.isdigit() and len(round_) < 4 else 1,
        )  # fmt: skip
        if kind not in self._kind_numbers:
            self._kind_numbers[kind] = len(self.kinds)
            self.kinds.append(kind)
        return self._kind_numbers[kind]

    def _ballots(self, item: Item) -> Iterator[Refusal]:
        found = _dict(item)
        unit = self.number_of(_word(found.get("GpUnitId")), item)
        figures: list[int | None] = []
        for name in ("BallotsCast", "BallotsRejected"):
            count, refusal = self._count(item, found, name) if found.get(name) is not None else (None, ())
            yield from refusal
            figures.append(count)
        kinds = self.ballots.setdefault(unit, {})
        kind = self.kinds[self._kind(found)]
        if kind in kinds:
            yield self.refusal("F012", item, "", "The ballots of this unit stand twice; the first are taken.")
        kinds.setdefault(kind, (figures[0], figures[1]))

    def _contest(self, item: Item, rest: list[str | int]) -> Iterator[Refusal]:
        path = item.path[:4]
        contest = self.contests.setdefault(path, Contest(path, item.line))
        match rest:
            case ["@id"]:
                contest.id = _word(item.value)
            case ["Name"]:
                contest.name = _word(item.value)
            case ["ElectionDistrictId"]:
                contest.district = _word(item.value)
            case ["VotesAllowed"]:
                count, refusal = self._count(item, {"": item.value}, "")
                yield from refusal
                contest.marks = count or 0
            case ["OtherCounts", int()]:
                yield from self._others(item, contest)
            case ["ContestSelection", int(number), *below]:
                selection = contest.selections.setdefault(number, Selection(item.path[:6], item.line))
                yield from self._selection(item, contest, selection, below)

    def _others(self, item: Item, contest: Contest) -> Iterator[Refusal]:
        found = _dict(item)
        unit = self.number_of(_word(found.get("GpUnitId")), item)
        sums = contest.others.setdefault(unit, {})
        for name in ("Overvotes", "Undervotes", "WriteIns"):
            if found.get(name) is not None:
                count, refusal = self._count(item, found, name)
                yield from refusal
                if count is None:
                    contest.bad.add(unit)
                else:
                    sums[name] = sums.get(name, 0) + count

    def _selection(
        self, item: Item, contest: Contest, selection: Selection, below: list[str | int]
    ) -> Iterator[Refusal]:
        match below:
            case ["@id"]:
                selection.id = _word(item.value)
            case ["IsWriteIn"]:
                selection.write_in = item.value is True or item.value == "true"
            case ["Selection"]:
                selection.text = _text(item.value)
            case ["CandidateIds"]:
                selection.candidates = _words(item.value)
            case ["PartyIds"]:
                selection.parties = _words(item.value)
            case ["EndorsementPartyIds"]:
                selection.endorsed = _words(item.value)
            case ["VoteCounts", int()]:
                yield from self._votes(item, contest, selection)

    def _votes(self, item: Item, contest: Contest, selection: Selection) -> Iterator[Refusal]:
        found = _dict(item)
        unit = self.number_of(_word(found.get("GpUnitId")), item)
        if found.get("IsSuppressedForPrivacy") in (True, "true"):
            contest.bad.add(unit)
            yield self.refusal("F014", item, "Count", "The count is withheld for privacy, which is not zero.")
            return
        count, refusal = self._count(item, found, "Count")
        yield from refusal
        if count is None:
            contest.bad.add(unit)
            return
        selection.units.append(unit)
        selection.kinds.append(self._kind(found))
        selection.counts.append(count)


def _dict(item: Item) -> Mapping[str, object]:
    return item.value if isinstance(item.value, dict) else {}


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def _word(value: object) -> str:
    """A plain value as text; nothing for anything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _words(value: object) -> tuple[str, ...]:
    """Several references: a list, or one text with spaces between."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(_word(one) for one in value) if isinstance(value, list) else ()


def _id(item: Item) -> str:
    return _word(_dict(item).get("@id"))


def _text(value: object) -> str:
    """A name in the first language it is given in."""
    if isinstance(value, str):
        return value.strip()
    texts: Iterable[object] = ()
    if isinstance(value, dict):
        said = value.get("Text")
        texts = said if isinstance(said, list) else (said,)
    for text in texts:
        found = text.get("Content") if isinstance(text, dict) else text
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""


def _unit_name(found: Mapping[str, object]) -> str:
    return _text(found.get("Name")) or _word(found.get("Number"))


def _level(found: Mapping[str, object]) -> str:
    """The unit's type, in the reporter's own word where the standard has none."""
    kind = _word(found.get("Type")) or "device"
    return (_word(found.get("OtherType")) or "area") if kind == "other" else kind
