"""NIST SP 1500-100 V2: from what a report holds to statements of its lowest units.

    yield from statements(report, document)       after the last item of the document

Which counts are taken, and why:

* Units with counts that have no smaller unit with counts below them. The contest's own district and the
  election's scope contain everything, whatever the report says of their parts.
* The count of type `total` where there is one; otherwise all types added up (seats are no votes). Never both.
* Voters: BallotsCast (or VotersParticipated) where the report holds one contest, because ballots are counted
  by unit and not by contest; with several, votes and Overvotes and Undervotes together.
* Invalid: Overvotes and Undervotes, else BallotsRejected. Where both are there, what makes the sums agree.

Know before changing: a figure that the report does not state is None here, and stays None. Zeros of a unit
that is `not-processed`, or has no sub-units reported, are not zeros: they are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from producers.formats.document import UNNUMBERED, Document, FeedError, Refusal, Seen
from producers.formats.items import Item, shown
from producers.formats.naming import Names
from producers.formats.nist_report import Contest, Kind, Report, Selection, Unit
from producers.formats.slugs import slug

TOTAL, SEATS = "total", "seats"
WRITE_INS = "write-ins"
ELECTORAL = frozenset(
    {"congressional", "state-house", "state-senate", "county-council", "city-council", "judicial", "school",
     "special", "utility", "water", "fire-service", "ward-district", "ballot-batch", "ballot-style-area"}
)  # fmt: skip
"""Types of units that are districts of one office and not places: no area is taken from them."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of one unit in one contest."""

    voters: int | None
    valid: int | None
    invalid: int | None


def statements(report: Report, document: Document) -> Iterator[Seen | Refusal]:
    """Every statement, contest by contest; FeedError where the units cannot be told apart."""
    for id, item in report.first_named.items():
        yield report.refusal("F011", item, "GpUnitId", f"There is no GpUnit {id!r:.60} in the report.")
    reader = _Reader(report, document)
    yield from reader.dangling()
    for contest in report.contests.values():
        yield from reader.contest(contest)


class _Reader:
    """Reads one report to its end."""

    def __init__(self, report: Report, document: Document) -> None:
        self._report, self._document = report, document
        self._names = Names(document)
        self._above: dict[str, list[str]] = {}
        for unit in report.units.values():
            for part in unit.parts:
                self._above.setdefault(part, []).append(unit.id)
        self._chains: dict[str, tuple[str, ...]] = {}
        self._at = self._generated()
        self._alone = len(report.contests) == 1

    def _generated(self) -> datetime:
        text = self._report.facts.get("GeneratedDate")
        try:
            at = datetime.fromisoformat(text if isinstance(text, str) else "")
            return at.astimezone(UTC) if at.tzinfo is not None else self._document.heard_at
        except (ValueError, OverflowError):  # none, or no time: then the document's own
            return self._document.heard_at

    def dangling(self) -> Iterator[Refusal]:
        """Parts of units that are nowhere; a unit within itself is an error."""
        report = self._report
        for unit in report.units.values():
            for part in unit.parts:
                if part not in report.units:
                    item = Item(("GpUnit",), 0, None)
                    message = (
                        f"{unit.id!r:.60} is composed of {part!r:.60}, which is no GpUnit of the report."
                    )
                    yield report.refusal("F011", item, "ComposingGpUnitIds", message)
        for id in report.units:
            self._chain(id)

    def _chain(self, id: str) -> tuple[str, ...]:
        """The units above, nearest first: at each step the first that is a place."""
        if id not in self._chains:
            line = [id]
            while above := self._above.get(line[-1]):
                places = [one for one in above if self._report.units[one].level not in ELECTORAL]
                line.append((places or above)[0])
                if line[-1] in line[:-1]:
                    raise FeedError(self._document.name, 0, f"GpUnit {line[-1]!r:.60} is composed of itself.")
            self._chains[id] = tuple(line[1:])
        return self._chains[id]

    def contest(self, contest: Contest) -> Iterator[Seen | Refusal]:
        """Every unit of one contest, in the order of the report's first mention."""
        problem = self._nameless(contest)
        if problem is not None:
            yield problem
            return
        votes: dict[int, dict[str, int]] = {}
        choices = self._choices(contest)
        for choice, selection in zip(choices.ids, contest.selections.values(), strict=True):
            yield from self._add(contest, choices.contest, selection, choice, votes)
        self._add_write_ins(contest, choices, votes)
        for number in self._lowest(contest, votes):
            if number not in contest.bad:
                seen = self._seen(contest, choices, number, votes[number])
                if seen is not None:
                    yield seen

    def _nameless(self, contest: Contest) -> Refusal | None:
        """A contest that cannot be told, as a whole."""
        report = self._report
        item = Item(contest.path, contest.line, None)
        if not contest.id and not contest.name:
            return report.refusal("F011", item, "@id", "The contest has neither @id nor Name.")
        if contest.marks < 1:
            return report.refusal("E107", item, "VotesAllowed", "It is not known how many may be marked.")
        for selection in contest.selections.values():
            for candidate in selection.candidates:
                if candidate not in report.candidates:
                    return report.refusal(
                        "F011", Item(selection.path, selection.line, None), "CandidateIds",
                        f"There is no Candidate {candidate!r:.60}: nothing of this contest is taken.",
                    )  # fmt: skip
        return None

    def _choices(self, contest: Contest) -> "_Choices":
        report, names = self._report, self._names
        bare = contest.id.removeprefix("contest-") if report.ours else contest.id
        id = names.contest(contest.id, contest.name, bare or contest.name, line=contest.line)
        made = _Choices(id, names.contest_name(id, contest.name), [], {}, {})
        for number, selection in contest.selections.items():
            people = [report.candidates[one] for one in selection.candidates]
            name = " / ".join(name for name, _ in people if name) or selection.text
            parties = selection.parties or tuple(party for _, party in people if party) or selection.endorsed
            party = report.parties.get(parties[0], "") if parties else ""
            own = selection.id.removeprefix(f"selection-{bare}-") if report.ours else selection.id
            name = name or (party if selection.parties else "") or ("Write-in" if selection.write_in else own)
            choice = names.choice(id, selection.id, name, own or name or str(number), line=selection.line)
            made.ids.append(choice)
            made.names[choice] = names.choice_name(id, choice, name)
            made.parties[choice] = names.party(id, choice, party)
        return made

    def _add(
        self, contest: Contest, id: str, selection: Selection, choice: str, votes: dict[int, dict[str, int]]
    ) -> Iterator[Refusal]:
        """The votes of one choice everywhere."""
        parts: dict[int, list[tuple[Kind, int]]] = {}
        kinds = self._report.kinds
        for unit, kind, count in zip(selection.units, selection.kinds, selection.counts, strict=True):
            parts.setdefault(unit, []).append((kinds[kind], count))
        for unit, found in parts.items():
            why = _unclear(found)
            if why:
                contest.bad.add(unit)
                item = Item((*selection.path, "VoteCounts"), selection.line, None)
                yield self._report.refusal("F012", item, "", f"{self._report.ids[unit]!r:.60}: {why}")
            elif any(kind.type != SEATS for kind, _ in found):
                mine = votes.setdefault(unit, {})
                if choice in mine and not self._names.sums(id, choice):
                    contest.bad.add(unit)
                    item = Item(selection.path, selection.line, None)
                    message = (
                        f"{self._report.ids[unit]!r:.60}: {choice} has two counts; of both nothing is taken."
                    )
                    yield self._report.refusal("F012", item, "", message)
                mine[choice] = mine.get(choice, 0) + _total(found)

    def _add_write_ins(self, contest: Contest, choices: "_Choices", votes: dict[int, dict[str, int]]) -> None:
        """WriteIns of OtherCounts are a choice of their own, where no selection is theirs."""
        if any(selection.write_in for selection in contest.selections.values()):
            return
        for unit, others in contest.others.items():
            if "WriteIns" in others and unit in votes:
                votes[unit][WRITE_INS] = others["WriteIns"]
                choices.names[WRITE_INS], choices.parties[WRITE_INS] = "Write-ins", ""

    def _lowest(self, contest: Contest, votes: Mapping[int, object]) -> Iterator[int]:
        """The units with counts that contain no other one with counts."""
        report = self._report
        known = [number for number in votes if report.ids[number] in report.units]
        plain = [number for number in known if not report.units[report.ids[number]].device] or known
        above: set[str] = set()
        for number in plain:
            climb = list(self._above.get(report.ids[number], ()))
            while climb:
                id = climb.pop()
                if id not in above:
                    above.add(id)
                    climb.extend(self._above.get(id, ()))
        election = contest.path[1]
        tops = {contest.district, report.scopes.get(election, "") if isinstance(election, int) else ""}
        low = [number for number in plain if report.ids[number] not in above]
        yield from [number for number in low if report.ids[number] not in tops] or low

    def _seen(
        self, contest: Contest, choices: "_Choices", number: int, votes: Mapping[str, int]
    ) -> Seen | None:
        report = self._report
        unit = report.units[report.ids[number]]
        cast, rejected = _ballots(report.ballots.get(number, {}))
        others = contest.others.get(number, {})
        if unit.untouched and not any(votes.values()) and not cast:
            return None
        cast = unit.participated if cast is None else cast
        found = self._figures(contest, sum(votes.values()), cast, rejected, others)
        id = self._unit_id(unit)
        return Seen(
            line=contest.line, path=f"{shown(contest.path)} {unit.id}", contest=choices.contest,
            contest_name=choices.name, areas=self._areas(contest, unit), unit=id, unit_name=unit.name,
            revision=UNNUMBERED, cause="first", state="counted", registered=unit.registered,
            voters=found.voters, valid=found.valid, invalid=found.invalid, votes=votes,
            choice_names=choices.names, parties=choices.parties, claimed_boxes=unit.reported,
            heard_at=self._at,
        )  # fmt: skip

    def _figures(
        self, contest: Contest, votes: int, cast: int | None, rejected: int | None, others: Mapping[str, int]
    ) -> _Figures:
        """Voters, valid and invalid as far as they are stated; see the head of this file."""
        lost = [others[name] for name in ("Overvotes", "Undervotes") if name in others]
        void = sum(lost) if lost else None
        if contest.marks > 1:
            return self._several(contest.marks, votes, cast, rejected, void)
        if not self._alone:
            return _Figures(None if void is not None else cast, votes, void)
        both = None if void is None or rejected is None else void + rejected
        stated = [one for one in (void, both, rejected) if one is not None]
        if cast is None:
            return _Figures(None, votes, stated[0] if stated else None)
        if not stated:
            return _Figures(cast, votes, None)
        agreeing = [invalid for invalid in stated if votes + invalid == cast]
        invalid = (agreeing or stated)[0]
        return _Figures(cast, cast - invalid if invalid <= cast else votes, invalid)

    def _several(
        self, marks: int, votes: int, cast: int | None, rejected: int | None, void: int | None
    ) -> _Figures:
        """Where a voter marks several, papers are known from ballots, or from votes that fill them all."""
        if self._alone and cast is not None and rejected is not None and rejected <= cast:
            return _Figures(cast, cast - rejected, rejected)
        if void == 0 and votes % marks == 0:
            return _Figures(votes // marks, votes // marks, 0)
        return _Figures(cast if self._alone else None, None, None)

    def _unit_id(self, unit: Unit) -> str:
        return self._names.unit(
            unit.id, unit.name, unit.id.removeprefix("unit-") if self._report.ours else unit.id
        )

    def _areas(self, contest: Contest, unit: Unit) -> tuple[tuple[str, str, str], ...]:
        """Those above, top down; the election's scope is the top where the report says nothing of it."""
        units = self._report.units
        line = [units[id] for id in reversed(self._chain(unit.id))]
        election = contest.path[1]
        scope = units.get(self._report.scopes.get(election, "") if isinstance(election, int) else "")
        if scope is not None and scope is not unit and scope not in line:
            line.insert(0, scope)
        return tuple(
            (slug(one.level), self._names.area(one.id, one.name, self._bare(one.id)), one.name)
            for one in line
        )

    def _bare(self, id: str) -> str:
        return id.removeprefix("unit-") if self._report.ours else id


@dataclass(frozen=True, slots=True)
class _Choices:
    """A contest in the words of a statement; `ids` in the order of its selections."""

    contest: str
    name: str
    ids: list[str]
    names: dict[str, str]
    parties: dict[str, str]


def _unclear(found: list[tuple[Kind, int]]) -> str:
    """Why these counts of one choice in one unit cannot be told; empty if they can."""
    if len({kind for kind, _ in found}) != len(found):
        return "the same count stands twice."
    if any(kind.round != 1 for kind, _ in found):
        return "votes are counted in rounds, which are not added up here."
    return ""


def _total(found: list[tuple[Kind, int]]) -> int:
    return _chosen((kind, count) for kind, count in found if kind.type != SEATS) or 0


def _chosen(found: Iterable[tuple[Kind, int | None]]) -> int | None:
    """The total one, else the totals of all devices, else all types added up; None if nothing is stated."""
    stated = [(kind, count) for kind, count in found if count is not None]
    totals = [(kind, count) for kind, count in stated if kind.type == TOTAL]
    whole = [count for kind, count in totals if not kind.device]
    chosen = whole or [count for _, count in totals] or [count for _, count in stated]
    return sum(chosen) if chosen else None


def _ballots(found: Mapping[Kind, tuple[int | None, int | None]]) -> tuple[int | None, int | None]:
    return (
        _chosen((kind, cast) for kind, (cast, _) in found.items()),
        _chosen((kind, rejected) for kind, (_, rejected) in found.items()),
    )
