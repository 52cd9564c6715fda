"""Running totals: a group, so duplicates, corrections, late revisions and withdrawals are one case.

    held, paper ──hear──▶ Statement or "no news"        one unit of one source
    change(new, old) = worth(new) − worth(old)           what the totals gain or lose
    Tally: area → sum of the worths of the units below it

The law everything rests on: the totals of any set of reports equal a plain sum over the newest accepted
revision of each unit, whatever the order, the duplication and the batching. It holds because `hear` depends
only on which revisions are newest and how many different statements share the newest one.

Know before changing: `streams.batch` does the same sums with numpy; this is its plain twin, which tests
compare it with. The order of `columns` is stored in Redis (`wire.keys.LAYOUT` must rise if it changes).
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from election.checks import Paper, voters_max
from election.night import BOX_LEVEL, AreaId, BoxId, Contest, Night, Source, UnitId
from election.report import BoxReport, Cause


class Status(IntEnum):
    """What a unit's newest statement is worth."""

    COUNTED = 1
    QUARANTINED = 2
    """A check at level Q: counts nothing until a person clears it."""
    CONFLICT = 3
    """Two different statements with the same revision: quarantined, never guessed at."""
    MARKED = 4
    """A paper state such as *illegible* that may not be counted: heard, and still out."""
    WITHDRAWN = 5


HELD_BACK = (Status.QUARANTINED, Status.CONFLICT)

FIXED = (
    "boxes",
    "quarantined",
    "marked",
    "withdrawn",
    "register",
    "register_quarantined",
    "no_register",
    "no_register_quarantined",
    "held_excess",
    "claimed",
    "registered",
    "voters",
    "valid",
    "invalid",
)
"""What is summed besides the votes. The first four count units by status; `register` is the night's register
of the units counted; `no_register` counts units counted that have none; `held_excess` is by how much
quarantined papers claim more valid votes than their box may hold; `claimed` is an area feed's own claim of
boxes; then the four figures of the papers counted."""

COLUMN = {name: place for place, name in enumerate(FIXED)}


def columns(contest: Contest, night: Night) -> tuple[str, ...]:
    """Names of a total's columns: the fixed ones, then one a choice in the order of the paper.

    Where the parent night's boxes are known, there follow `same.boxes` (units counted that are also known
    from then), `same.<choice>` (their votes now) and `then.<choice>` (their votes then): what *swing* may
    compare, and nothing else.
    """
    names = FIXED + tuple(f"votes.{choice.id}" for choice in contest.choices)
    if not night.parent_votes.get(contest.id):
        return names
    same = tuple(f"same.{choice.id}" for choice in contest.choices)
    return (*names, "same.boxes", *same, *(f"then.{choice.id}" for choice in contest.choices))


def votes_at(contest: Contest) -> slice:
    """Where the votes stand in a total."""
    return slice(len(FIXED), len(FIXED) + len(contest.choices))


def votes_of(row: "Row", contest: Contest) -> tuple[int, ...]:
    """The votes in a total, in the order of the paper."""
    return row[votes_at(contest)]


def then_of(
    row: "Row", contest: Contest, night: Night
) -> tuple[int, tuple[int, ...], tuple[int, ...]] | None:
    """Boxes counted that the parent night knows, their votes now, and then; None without a parent."""
    if not night.parent_votes.get(contest.id):
        return None
    choices, start = len(contest.choices), len(FIXED) + len(contest.choices)
    now_from, then_from = start + 1, start + 1 + choices
    return row[start], row[now_from:then_from], row[then_from : then_from + choices]


Row = tuple[int, ...]
"""A total, or a difference of totals: one integer a column."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is held of one unit: the newest revision, its status and figures (None: not stated).

    `edition` counts changes of status within one revision (a conflict, a ruling), so that revision and
    edition together name exactly one state: the fence compares them.
    """

    revision: int
    edition: int
    status: Status
    noted: bool
    """Whether findings are kept about it."""
    registered: int | None
    voters: int | None
    valid: int | None
    invalid: int | None
    claimed: int | None
    votes: tuple[int | None, ...]
    """One a choice in the order of the contest; None: absent, which is not zero."""

    def says(self, other: "Statement") -> bool:
        """Whether two statements of one revision are the same statement (a resend), status apart."""
        mine = (self.registered, self.voters, self.valid, self.invalid, self.claimed, self.votes)
        theirs = (other.registered, other.voters, other.valid, other.invalid, other.claimed, other.votes)
        return mine == theirs and self._kind() == other._kind()

    def _kind(self) -> Status:
        """The status apart from quarantine: countable, marked or withdrawn."""
        return self.status if self.status in (Status.MARKED, Status.WITHDRAWN) else Status.COUNTED


def statement(paper: Paper, contest: Contest, night: Night) -> Statement:
    """What an accepted paper states. The paper must not be refused."""
    report = paper.report
    if report is None or paper.refused:
        raise ValueError("a refused paper states nothing; the statement held before stands")
    return Statement(
        revision=report.revision,
        edition=0,
        status=_status(paper, report, night),
        noted=bool(paper.findings),
        registered=report.registered,
        voters=report.voters,
        valid=report.valid,
        invalid=report.invalid,
        claimed=report.claimed_boxes,
        votes=tuple(report.votes.get(choice.id) for choice in contest.choices),
    )


def _status(paper: Paper, report: BoxReport, night: Night) -> Status:
    if report.cause is Cause.WITHDRAWN:
        return Status.WITHDRAWN
    if not night.states[report.state]:
        return Status.MARKED
    return Status.QUARANTINED if paper.quarantined else Status.COUNTED


def hear(held: Statement | None, new: Statement) -> Statement | None:
    """What is held after hearing `new`, or None if that is no news.

    A revision not newer than the one held is no news; the same revision saying something else is a conflict,
    which only a newer revision ends. Of the statements in conflict only the largest `valid` is
    kept (the bound of what is out needs it), so that the order they came in leaves no trace.
    """
    if held is None or new.revision > held.revision:
        return new
    if new.revision < held.revision:
        return None
    most = max(held.valid or 0, new.valid or 0)
    if held.status is Status.CONFLICT:
        return replace(held, edition=held.edition + 1, valid=most) if most > (held.valid or 0) else None
    return None if held.says(new) else _conflict(held, most)


def lifted(new: Statement) -> Statement:
    """A quarantined statement that a person cleared: it counts, as another edition of the same revision."""
    if new.status is not Status.QUARANTINED:
        return new
    return replace(new, status=Status.COUNTED, edition=new.edition + 1)


def _conflict(held: Statement, valid_max: int) -> Statement:
    return replace(
        held,
        edition=held.edition + 1,
        status=Status.CONFLICT,
        noted=True,
        registered=None,
        voters=None,
        valid=valid_max,
        invalid=None,
        claimed=None,
        votes=(None,) * len(held.votes),
    )


def worth(held: Statement | None, unit: UnitId, contest: Contest, source: Source, night: Night) -> Row:
    """What a unit's statement adds to each total above it; all zero if nothing is held."""
    row = list(nothing(contest, night))
    if held is None:
        return tuple(row)
    register = _register(unit, source, night)
    if held.status is Status.COUNTED:
        row[COLUMN["boxes"]] = 1
        row[COLUMN["register"]] = register or 0
        row[COLUMN["no_register"]] = int(register is None)
        row[COLUMN["claimed"]] = held.claimed or 0
        row[COLUMN["registered"]] = held.registered or 0
        row[COLUMN["voters"]] = held.voters or 0
        row[COLUMN["valid"]] = held.valid or 0
        row[COLUMN["invalid"]] = held.invalid or 0
        for place, votes in enumerate(held.votes):
            row[len(FIXED) + place] = votes or 0
        _add_parent(row, held, unit, contest, source, night)
    elif held.status in HELD_BACK:
        row[COLUMN["quarantined"]] = 1
        row[COLUMN["register_quarantined"]] = register or 0
        row[COLUMN["no_register_quarantined"]] = int(register is None)
        row[COLUMN["held_excess"]] = max(0, (held.valid or 0) - voters_max(night, register))
    elif held.status is Status.MARKED:
        row[COLUMN["marked"]] = 1
    else:
        row[COLUMN["withdrawn"]] = 1
    return tuple(row)


def width(contest: Contest, night: Night) -> int:
    """How many columns a total has."""
    choices = len(contest.choices)
    return len(FIXED) + choices + (1 + 2 * choices if night.parent_votes.get(contest.id) else 0)


def nothing(contest: Contest, night: Night) -> "Row":
    """The total of nothing: a zero for each column."""
    return (0,) * width(contest, night)


def _add_parent(
    row: list[int], held: Statement, unit: UnitId, contest: Contest, source: Source, night: Night
) -> None:
    """Fills in the columns of the parent night, where this box is known from then."""
    before = night.parent_votes.get(contest.id, {})
    if source.level != BOX_LEVEL or BoxId(unit) not in before:
        return
    start = len(FIXED) + len(contest.choices)
    row[start] = 1
    for place, votes in enumerate((*held.votes, *before[BoxId(unit)]), start + 1):
        row[place] = votes or 0


def _register(unit: UnitId, source: Source, night: Night) -> int | None:
    return night.boxes[BoxId(unit)].registered if source.level == BOX_LEVEL else None


def minus(new: Row, old: Row) -> Row:
    """What a total gains or loses when `old` becomes `new`."""
    return tuple(a - b for a, b in zip(new, old, strict=True))


def plus(total: Row, difference: Row) -> Row:
    """A total after a difference."""
    return tuple(a + b for a, b in zip(total, difference, strict=True))


class Tally:
    """The totals of one source in one contest: a row for each area that anything was heard of."""

    def __init__(self, contest: Contest, source: Source, night: Night) -> None:
        self.contest, self.source, self.night = contest, source, night
        self.held: dict[UnitId, Statement] = {}
        self.rows: dict[AreaId, Row] = {}
        self.cleared: set[tuple[UnitId, int]] = set()

    def hear(self, unit: UnitId, new: Statement) -> Row | None:
        """Takes a statement in; gives what the totals above the unit gained or lost, or None: no news."""
        before = self.held.get(unit)
        after = hear(before, lifted(new) if (unit, new.revision) in self.cleared else new)
        return None if after is None else self._hold(unit, before, after)

    def clear(self, unit: UnitId, revision: int) -> Row | None:
        """A person cleared the quarantine of one revision, heard already or not; None: nothing moved.

        A conflict is not cleared so: of two statements nobody is told which one is meant.
        """
        self.cleared.add((unit, revision))
        before = self.held.get(unit)
        if before is None or before.revision != revision or before.status is not Status.QUARANTINED:
            return None
        return self._hold(unit, before, lifted(before))

    def _hold(self, unit: UnitId, before: Statement | None, after: Statement) -> Row:
        area = self.night.area_of(self.source, unit)
        if area is None:
            raise ValueError(f"{unit} is no unit of {self.source.id}: checks refuse it before it comes here")
        difference = minus(self._worth(unit, after), self._worth(unit, before))
        self.held[unit] = after
        for above in self.night.lines[area]:
            self.rows[above] = plus(self.rows.get(above, self.empty), difference)
        return difference

    def _worth(self, unit: UnitId, held: Statement | None) -> Row:
        return worth(held, unit, self.contest, self.source, self.night)

    @property
    def empty(self) -> Row:
        """The total of nothing."""
        return nothing(self.contest, self.night)

    def row(self, area: AreaId) -> Row:
        """The total of an area; nothing heard is all zero."""
        return self.rows.get(area, self.empty)
