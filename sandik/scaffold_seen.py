"""What a feed says before there is a night: contests, choices, boxes, their places, and each box's last word.

    survey = Survey()
    for seen in format.survey(document): survey.take(seen, number, "results.csv")
    survey.contests["mayor"].said["box-1"]      the newest statement, in the feed's own figures

Know before changing: this reads the feed's rows on their own and never counts a recording, so that the sums
made of it (`scaffold_sums`) can be compared with what the count makes of the recording.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from election.errors import UsageError
from election.report import COUNT_MAX, COUNTED_STATE, Cause
from producers.formats.document import UNNUMBERED, Seen

Place = tuple[tuple[str, str, str], ...]
"""The areas above a box as (level, id, name), top down."""
GROWS_TIMES = 2
GROWS_PCT = 80
"""Sums that run on: so many of a hundred boxes have grown so often and never become smaller."""
SEVERAL_PCT = 10
"""More rows than so many of a hundred with more votes than papers: then a paper may mark several."""


@dataclass(slots=True)
class Said:
    """The newest statement of one box in one contest; `votes` in the order of the contest's choices."""

    document: int
    revision: int
    counts: bool
    registered: int | None
    voters: int | None
    valid: int | None
    invalid: int | None
    votes: tuple[int | None, ...]
    grew: int = 0
    shrank: bool = False

    @property
    def size(self) -> int:
        """The votes it holds, to see whether it grew."""
        return sum(votes or 0 for votes in self.votes)


@dataclass(slots=True)
class ContestSeen:
    """One contest of a feed."""

    id: str
    name: str
    choices: dict[str, str] = field(default_factory=dict)
    """Names by id, in the order first seen."""
    parties: dict[str, str] = field(default_factory=dict)
    """What the feed calls each choice's party."""
    said: dict[str, Said] = field(default_factory=dict)

    def totals(self, last_document: int | None) -> dict[str, int]:
        """Votes by choice, summed over the boxes that count (`counting`)."""
        sums = dict.fromkeys(self.choices, 0)
        for said in self.counting(last_document):
            for choice, votes in zip(self.choices, said.votes, strict=False):
                sums[choice] += votes or 0
        return sums

    @property
    def marks(self) -> int:
        """How many choices a paper may mark, if many rows have more votes than valid papers; else 1.

        A few such rows are mistakes, and check E204 refuses them.
        """
        several = [needed for said in self.said.values() if (needed := _marks(said)) > 1]
        return max(several) if len(several) * 100 > SEVERAL_PCT * len(self.said) else 1

    def counting(self, last_document: int | None) -> Iterable[Said]:
        """Statements that count. With `last_document` what is missing from that one was taken away."""
        return (
            said
            for said in self.said.values()
            if said.counts and (last_document is None or said.document == last_document)
        )


class Survey:
    """Everything a feed's documents say, folded into what a night folder needs."""

    def __init__(self, only: Iterable[str] = (), level: str = "") -> None:
        """`only`: ids or names of the contests to take; all of them if none is named.

        `level`: what the feed calls its units, where they are areas and no boxes.
        """
        self._only = frozenset(only)
        self.level = level
        self.contests: dict[str, ContestSeen] = {}
        self.left_out: dict[str, str] = {}
        """Contests that were not asked for: names by id."""
        self.places: dict[str, Place] = {}
        self.names: dict[str, str] = {}
        self.registers_differ: set[str] = set()
        """Boxes whose register is another one in another row."""
        self._registers: dict[str, int] = {}
        self.states: dict[str, int] = {}
        self.moved: set[str] = set()
        self.claims = False
        self.states_voters = self.states_valid = self.states_invalid = False
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None
        self.last_document = 0
        self._kept: dict[Place, Place] = {}
        self._placed_in: dict[str, tuple[int, str]] = {}

    def take(self, seen: Seen, document: int, file: str) -> None:
        """One row. Raises UsageError if one document puts a box into two places."""
        if self._only and not {seen.contest, seen.contest_name} & self._only:
            self.left_out[seen.contest] = seen.contest_name
            return
        self.last_document = max(document, self.last_document)
        self._place(seen, document, f"{file}:{seen.line}")
        self._time(seen.heard_at)
        contest = self.contests.setdefault(seen.contest, ContestSeen(seen.contest, seen.contest_name))
        for choice in seen.votes:
            contest.choices.setdefault(choice, seen.choice_names.get(choice) or choice)
            if seen.parties.get(choice):
                contest.parties.setdefault(choice, seen.parties[choice])
        for choice, name in seen.choice_names.items():
            contest.choices.setdefault(choice, name or choice)
        self._figures(seen)
        before = contest.said.get(seen.unit)
        said = self._said(seen, document, contest, before)
        if said is not None:
            contest.said[seen.unit] = said

    def _place(self, seen: Seen, document: int, where: str) -> None:
        place = self._kept.setdefault(seen.areas, seen.areas)
        known = self.places.get(seen.unit)
        if known is not None and known is not place:
            first = self._placed_in[seen.unit]
            if first[0] == document:
                raise UsageError(
                    f"{where}: {seen.unit!r} lies in {_written(place)}, but {first[1]} puts it into "
                    f"{_written(known)}: one of them must have another id. Make the id of several columns "
                    "(docs/reference/mapping.md)."
                )
            self.moved.add(seen.unit)
        if known is not place:
            self.places[seen.unit] = place
            self._placed_in[seen.unit] = document, where
        if seen.unit_name:
            self.names[seen.unit] = seen.unit_name

    def _time(self, at: datetime) -> None:
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        self.last_at = at if self.last_at is None else max(self.last_at, at)

    def _figures(self, seen: Seen) -> None:
        """States, registers, whether boxes are claimed, and which figures some row states."""
        self.states_voters = self.states_voters or seen.voters is not None
        self.states_valid = self.states_valid or seen.valid is not None
        self.states_invalid = self.states_invalid or seen.invalid is not None
        if seen.state != COUNTED_STATE:
            self.states[seen.state] = self.states.get(seen.state, 0) + 1
        self.claims = self.claims or seen.claimed_boxes is not None
        if seen.registered is None:
            return
        if self._registers.setdefault(seen.unit, seen.registered) != seen.registered:
            self.registers_differ.add(seen.unit)

    def _said(self, seen: Seen, document: int, contest: ContestSeen, before: Said | None) -> Said | None:
        """The newest statement, or None where an older revision came after a newer one."""
        if before is not None and seen.revision != UNNUMBERED and seen.revision < before.revision:
            return None
        figures = bool(seen.votes) or seen.valid is not None or seen.voters is not None
        counts = figures and seen.state == COUNTED_STATE and seen.cause != Cause.WITHDRAWN.value
        said = Said(
            document, seen.revision, counts, seen.registered, seen.voters, seen.valid, seen.invalid,
            tuple(seen.votes.get(choice) for choice in contest.choices),
        )  # fmt: skip
        if before is not None:
            said.grew = before.grew + (said.size > before.size)
            said.shrank = before.shrank or said.size < before.size
        return said

    def drop(self, contests: Collection[str]) -> None:
        """Forgets contests, and the boxes that no other contest speaks of."""
        for contest in contests:
            self.left_out[contest] = self.contests.pop(contest).name or contest
        kept = {unit for contest in self.contests.values() for unit in contest.said}
        self.places = {unit: place for unit, place in self.places.items() if unit in kept}
        self.registers_differ &= kept
        self.moved &= kept

    def registers(self) -> dict[str, int]:
        """Each box's newest register; of several contests the largest, since that is the safe one."""
        found: dict[str, int] = {}
        for contest in self.contests.values():
            for unit, said in contest.said.items():
                if said.registered is not None and said.registered <= COUNT_MAX:
                    found[unit] = max(said.registered, found.get(unit, 0))
        return found

    @property
    def runs_on(self) -> bool:
        """Whether the figures are sums that grow all evening and not papers counted once, or look so."""
        said = [one for contest in self.contests.values() for one in contest.said.values()]
        if self.level or self.claims:
            return True
        grown = sum(one.grew >= GROWS_TIMES and not one.shrank for one in said)
        return bool(said) and grown * 100 >= GROWS_PCT * len(said)


def _marks(said: Said) -> int:
    """How many choices a paper must have been allowed to mark for this row to add up."""
    if not said.valid or max((votes or 0 for votes in said.votes), default=0) > said.valid:
        return 1
    return -(-said.size // said.valid)


def _written(place: Place) -> str:
    return " / ".join(name or id_ for _, id_, name in place) or "no area"
