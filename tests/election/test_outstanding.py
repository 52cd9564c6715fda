"""What is still out is never underestimated, and never a box is out that is counted."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from election.checks import check
from election.night import AreaId, BoxId, Night
from election.outstanding import Outstanding, Register, outstanding, registers
from election.report import Claim
from election.standing import standing
from election.tally import COLUMN, Status, Tally
from tests.election.strategies import (
    LEVEL,
    NO_REGISTER_MAX,
    PARENT,
    REGISTER,
    SLACK,
    UNEXPECTED,
    area_of,
    contest_of,
    counts,
    figures,
    histories,
    line,
    night,
    paper,
    source_of,
    stated,
    unit_of,
    units,
)

AREAS = tuple(AreaId(area) for area in PARENT)
RELAXED = night(
    checks='E201 = { level = "off" }\nE202 = { level = "off" }\nE203 = { level = "Q" }\n'
    'Q304 = { level = "off" }\nQ307 = { level = "W" }\nE112 = { level = "off" }'
)
"""A night that relaxes all it may: the bound must hold there too."""


def counted(told: Iterable[Claim], contest: str, of: Night) -> Tally:
    """Totals after the papers that are not refused."""
    tally = Tally(contest_of(contest, of), source_of("council", of), of)
    for claim in told:
        if not check(claim, of).refused:
            tally.hear(unit_of(claim), stated(claim, of))
    return tally


def out(tally: Tally, area: str) -> Outstanding:
    """What is out in an area."""
    known = registers(tally.night, tally.contest)[AreaId(area)]
    return outstanding(tally.row(AreaId(area)), known, tally.night, root=area == tally.contest.area)


@st.composite
def completions(draw: st.DrawFn, tally: Tally) -> list[Claim]:
    """Papers that count for every box, or some, that is not counted: accepted, with nothing at level Q."""
    contest = str(tally.contest.id)
    made = []
    for unit in units(contest, "council"):
        held = tally.held.get(BoxId(unit))
        if (held is not None and held.status is Status.COUNTED) or draw(st.integers(0, 4)) == 0:
            continue
        said: dict[str, Any] = draw(counts(contest, unit) | full(contest, unit))
        odd = draw(st.sampled_from([{}, {}, {"voters": 0}, {"invalid": 0}]))
        claim = paper(unit, contest=contest, revision=9, registered=REGISTER[unit], **{**said, **odd})
        found = check(claim, tally.night)
        if not found.refused and not found.quarantined:
            made.append(claim)
    return made


def full(contest: str, unit: str) -> st.SearchStrategy[dict[str, Any]]:
    """Every voter the law allows, and all but one for one choice."""
    known = REGISTER[unit]
    most = NO_REGISTER_MAX if known is None else known + SLACK
    names = {"mayor": ("ada", "bora"), "bridge": ("yes", "no"), "assembly": ("d1", "d2")}[contest]
    votes = {names[0]: most - min(1, most), names[1]: min(1, most)}
    votes |= {"cem": 0} if contest == "mayor" and area_of(unit) in ("k1", "k2") else {}
    votes |= {"d3": 0} if contest == "assembly" else {}
    return st.just({"voters": most, "valid": most, "invalid": 0, "votes": votes})


def hear_all(tally: Tally, claims: Iterable[Claim]) -> None:
    """More papers come."""
    for claim in claims:
        tally.hear(unit_of(claim), stated(claim, tally.night))


NIGHTS = st.sampled_from([night(), RELAXED])
CONTESTS = st.sampled_from(["mayor", "assembly", "bridge"])


@given(st.data(), NIGHTS, CONTESTS)
def test_no_completion_of_the_night_exceeds_the_bound(data: st.DataObject, the: Night, contest: str) -> None:
    """Whatever the boxes still out bring, in any area, it is at most what was said."""
    tally = counted(data.draw(histories(contest)), contest, the)
    areas = [area for area in AREAS if tally.contest.area in line(area)]
    said = {area: out(tally, area).votes_max for area in areas}
    before = {area: tally.row(area)[COLUMN["valid"]] for area in areas}
    hear_all(tally, data.draw(completions(tally)))
    for area in areas:
        assert tally.row(area)[COLUMN["valid"]] - before[area] <= said[area]


@given(st.data(), NIGHTS, CONTESTS)
def test_a_lead_above_the_bound_never_changes_hands(data: st.DataObject, the: Night, contest: str) -> None:
    """The rule `certain` stands on it: beyond what is out nobody is overtaken. Most boxes are counted."""
    tally = counted(data.draw(histories(contest)), contest, the)
    hear_all(tally, data.draw(completions(tally)))
    contest_area = tally.contest.area
    known = registers(the, tally.contest)
    seen = standing(contest_area, tally.row(contest_area), tally.contest, the, known)
    if seen.margin_votes <= seen.outstanding.votes_max:
        event("what is out may change it")
        return
    hear_all(tally, data.draw(completions(tally)))
    after = standing(contest_area, tally.row(contest_area), tally.contest, the, known)
    assert set(seen.order[: tally.contest.seats]) == set(after.order[: tally.contest.seats])


@given(st.data(), CONTESTS)
def test_papers_held_back_are_within_the_bound_once_cleared(data: st.DataObject, contest: str) -> None:
    """A person may clear every quarantined paper as it stands."""
    tally = counted(data.draw(histories(contest)), contest, night())
    root = tally.contest.area
    before, said = tally.row(root)[COLUMN["valid"]], out(tally, root).votes_max
    for unit, held in tuple(tally.held.items()):
        if held.status is Status.QUARANTINED:
            tally.hear(unit, replace(held, revision=held.revision + 1, status=Status.COUNTED))
    assert tally.row(root)[COLUMN["valid"]] - before <= said


@given(histories())
def test_boxes_out_and_boxes_counted_are_all_boxes(told: list[Claim]) -> None:
    """Withdrawn, marked and held-back boxes are out; registered voters follow."""
    tally = counted(told, "mayor", night())
    for area, known in registers(night(), tally.contest).items():
        left, row = out(tally, area), tally.row(area)
        assert known.boxes == left.boxes + row[COLUMN["boxes"]]
        assert known.registered == left.registered + row[COLUMN["register"]]
        assert min(left.boxes, left.registered, left.votes_max) >= 0


def test_the_registers_are_those_of_the_night() -> None:
    """Boxes, registered voters and boxes without a register, of each area of the contest."""
    found = registers(night(), contest_of())
    for area in PARENT:
        known = [many for box, many in REGISTER.items() if area in line(area_of(box))]
        total = sum(many for many in known if many is not None)
        assert Register(len(known), total, known.count(None)) == found[AreaId(area)]
    assert {"guney", "g1", "g2"} == set(registers(night(), contest_of("bridge")))
    assert set(PARENT) == set(LEVEL)


def test_nothing_heard_is_all_out() -> None:
    """Every register, the slack of each box, the limit of those without one, and unexpected boxes."""
    tally = counted([], "mayor", night())
    total = sum(many or 0 for many in REGISTER.values())
    bound = total + 6 * SLACK + 2 * NO_REGISTER_MAX
    assert Outstanding(8, total, bound + UNEXPECTED) == out(tally, "kent")
    assert Outstanding(2, 100, 100 + SLACK + NO_REGISTER_MAX) == out(tally, "k2")


def test_unexpected_boxes_are_allowed_for_at_the_root_of_the_contest_only() -> None:
    """Nobody knows which area they would be in."""
    told = [paper(unit, registered=many, **small(unit)) for unit, many in REGISTER.items()]
    tally = counted(told, "mayor", night())
    assert (0, 0, UNEXPECTED) == tuple(vars_of(out(tally, "kent")))
    assert (0, 0, 0) == tuple(vars_of(out(tally, "kuzey")))


def small(unit: str) -> dict[str, Any]:
    """A paper that counts anywhere."""
    return figures(4, 4, 2 if area_of(unit).startswith("k") else None)


def vars_of(left: Outstanding) -> tuple[int, int, int]:
    """The three figures."""
    return left.boxes, left.registered, left.votes_max


def test_a_paper_held_back_for_too_many_voters_raises_the_bound() -> None:
    """If a person clears it, all of its votes count."""
    tally = counted([paper(**figures(200, 200, 100))], "mayor", night())
    nothing = counted([], "mayor", night())
    assert 500 - 310 == out(tally, "k1").votes_max - out(nothing, "k1").votes_max
