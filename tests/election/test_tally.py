"""The totals of any set of papers equal a plain sum, whatever the order, the duplication and the batching."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.checks import check
from election.night import AreaId, BoxId, UnitId
from election.report import Claim
from election.tally import (
    FIXED,
    Row,
    Statement,
    Status,
    Tally,
    columns,
    hear,
    lifted,
    minus,
    plus,
    statement,
    then_of,
    worth,
)
from election.wire.nights import read_night
from tests.election import plain
from tests.election.strategies import (
    COUNTS,
    bundle,
    contest_of,
    figures,
    files,
    histories,
    night,
    paper,
    papers,
    retellings,
    source_of,
    stated,
    unit_of,
)


def counted(told: Iterable[Claim], contest: str = "mayor", source: str = "council") -> Tally:
    """The running totals after these papers, those refused left out."""
    tally = Tally(contest_of(contest), source_of(source), night())
    for claim in told:
        if not check(claim, night()).refused:
            tally.hear(unit_of(claim), stated(claim))
    return tally


def named(tally: Tally) -> dict[str, dict[str, int]]:
    """Totals by the names of their columns, zeros left out, areas nothing stands for as well."""
    names = columns(tally.contest, tally.night)
    return {
        area: {name: many for name, many in zip(names, row, strict=True) if many}
        for area, row in tally.rows.items()
    }


def plain_sum(held: Mapping[UnitId, Statement], contest: str, source: str) -> dict[AreaId, Row]:
    """Totals summed afresh from what is held, with no differences in it."""
    rows: dict[AreaId, Row] = {}
    for unit, one in held.items():
        row = worth(one, unit, contest_of(contest), source_of(source), night())
        area = night().area_of(source_of(source), unit)
        for above in night().lines[area] if area is not None else ():
            rows[above] = plus(rows[above], row) if above in rows else row
    return rows


@given(st.data())
def test_running_totals_equal_an_independent_sum(data: st.DataObject) -> None:
    """Stale, conflicting, corrected, withdrawn, marked, held back, refused: a plain sum says the same."""
    contest, source = data.draw(COUNTS)
    told = data.draw(histories(contest, source))
    assert plain.totals(told) == named(counted(told, contest, source))


@given(st.data())
def test_running_totals_equal_the_sum_of_what_is_held(data: st.DataObject) -> None:
    """No difference is ever lost or counted twice on the way."""
    contest, source = data.draw(COUNTS)
    tally = counted(data.draw(histories(contest, source)), contest, source)
    assert plain_sum(tally.held, contest, source) == tally.rows


@given(st.data())
def test_order_and_duplication_leave_no_trace(data: st.DataObject) -> None:
    """Every column of every total, the excess of papers held back included."""
    contest, source = data.draw(COUNTS)
    told = data.draw(histories(contest, source))
    assert counted(told, contest, source).rows == counted(data.draw(retellings(told)), contest, source).rows


@given(histories(), histories())
def test_two_halves_of_a_night_may_come_either_way_round(first: list[Claim], second: list[Claim]) -> None:
    """What one worker heard and what another heard is one night."""
    assert counted([*first, *second]).rows == counted([*second, *first]).rows


@given(histories())
def test_what_is_held_is_the_same_in_any_order(told: list[Claim]) -> None:
    """Not only the totals: revision, status and figures of each box, if not how often it was disputed."""

    def held(tally: Tally) -> dict[UnitId, tuple[object, ...]]:
        return {
            unit: (one.revision, one.status, one.valid, one.votes, one.claimed)
            for unit, one in tally.held.items()
        }

    assert held(counted(told)) == held(counted(reversed(told)))


@given(histories(), papers())
def test_a_change_and_its_inverse_leave_nothing(told: list[Claim], claim: Claim) -> None:
    """Tallies are a group: the way back is the way there with the other sign."""
    tally = counted(told)
    before = dict(tally.rows)
    if check(claim, night()).refused:
        return
    moved = tally.hear(unit_of(claim), stated(claim))
    if moved is None:
        assert before == tally.rows
        return
    nothing = tally.empty
    for area in tally.night.lines[AreaId(str(claim.unit).partition("-")[0])]:
        assert before.get(area, nothing) == minus(tally.row(area), moved)
    assert nothing == plus(moved, minus(nothing, moved))


@given(histories())
def test_hearing_everything_again_is_no_news(told: list[Claim]) -> None:
    """A producer that is not sure whether a send arrived simply sends again."""
    tally = counted(told)
    kept = dict(tally.held)
    again = [tally.hear(unit_of(claim), stated(claim)) for claim in told if not check(claim, night()).refused]
    assert [None] * len(again) == again
    assert kept == tally.held


@given(histories())
def test_withdrawing_every_unit_leaves_no_votes(told: list[Claim]) -> None:
    """Only the count of withdrawn papers is left."""
    tally = counted(told)
    for unit in tuple(tally.held):
        away = paper(unit, revision=9, cause="withdrawn", voters=None, valid=None, invalid=None, votes={})
        tally.hear(unit, stated(away))
    left = {"withdrawn": len(tally.held)} if tally.held else {}
    assert left == named(tally).get("kent", {})


@given(histories(), papers())
def test_a_refused_paper_leaves_the_statement_standing(told: list[Claim], claim: Claim) -> None:
    """A paper that was refused has not been withdrawn, whatever its revision."""
    if not check(claim, night()).refused:
        return
    assert counted(told).rows == counted([*told, claim]).rows
    with pytest.raises(ValueError):
        stated(claim)


def test_a_revision_not_newer_than_the_one_held_is_no_news() -> None:
    """A late paper of an old revision moves nothing."""
    new, old = stated(paper(revision=2)), stated(paper(revision=1, **figures(1, 1, 1)))
    assert None is hear(new, old)
    assert new == hear(old, new)


def test_two_statements_with_one_revision_count_nothing() -> None:
    """First wins and last wins both depend on the order; nothing is guessed."""
    first, second = paper(), paper(**figures(20, 30, 40))
    tally = counted([first, second])
    assert Status.CONFLICT is tally.held[unit_of(first)].status
    assert {"quarantined": 1, "register_quarantined": 300} == named(tally)["kent"]


def test_a_newer_revision_ends_a_conflict() -> None:
    """A correction settles what two papers disputed."""
    tally = counted([paper(), paper(**figures(20, 30, 40)), paper(revision=2, **figures(1, 2, 3))])
    assert Status.COUNTED is tally.held[UnitId("k1-1")].status
    assert 6 == tally.row(AreaId("kent"))[FIXED.index("valid")]


def test_a_third_statement_in_a_conflict_keeps_the_larger_claim() -> None:
    """The bound of what is out needs the most that any of them claims."""
    told = [paper(**figures(many, many, 0)) for many in (5, 60, 140)]
    assert {280} == {counted(order).held[UnitId("k1-1")].valid for order in (told, told[::-1])}
    held = counted(told).held[UnitId("k1-1")]
    assert (1, 2) == (held.revision, held.edition)


def test_the_same_figures_for_another_reason_are_a_resend() -> None:
    """Cause and hour are not what a paper says about its box."""
    tally = counted([paper(), paper(cause="recount", heard_at=paper().heard_at.replace(hour=20))])
    assert Status.COUNTED is tally.held[UnitId("k1-1")].status


def test_a_paper_may_change_its_state_without_changing_a_figure() -> None:
    """What may be counted hangs on the state: newly illegible is out, and back again is in."""
    told = [paper(), paper(revision=2, state="illegible"), paper(revision=3, state="provisional")]
    assert [1, 0, 1] == [counted(told[: many + 1]).row(AreaId("kent"))[0] for many in range(3)]
    assert {"marked": 1} == named(counted(told[:2]))["kent"]


def test_absent_is_not_zero() -> None:
    """A choice that does not stand there is None in the row, and adds nothing."""
    assert (60, 90, None) == stated(paper("g1-1")).votes
    assert (1, 1, 0) == stated(paper(**figures(1, 1, 0))).votes
    assert stated(paper("g1-1")) != stated(
        paper("g1-1", **figures(60, 90, 0) | {"votes": {"ada": 60, "bora": 90}})
    )


def test_an_area_level_source_sums_the_areas_it_reports() -> None:
    """Its claim of boxes is a column of its own, never our counted."""
    told = [
        paper("kuzey", source="agency", level="town", registered=None, claimed_boxes=3, **figures(9, 5, 1)),
        paper(
            "guney", source="agency", level="town", registered=None, claimed_boxes=2, **figures(4, 6, None)
        ),
    ]
    rows = named(counted(told, source="agency"))
    assert {"kent", "kuzey", "guney"} == set(rows)
    assert (2, 5, 25) == tuple(rows["kent"][name] for name in ("boxes", "claimed", "valid"))


def test_a_unit_the_checks_would_refuse_is_a_mistake_of_the_caller() -> None:
    """The tally never invents an area."""
    tally = Tally(contest_of(), source_of(), night())
    with pytest.raises(ValueError, match=r"^elsewhere is no unit of council: checks refuse it before"):
        tally.hear(UnitId("elsewhere"), stated(paper()))


def test_nothing_held_is_worth_nothing() -> None:
    """The empty row is as wide as any."""
    row: Row = worth(None, UnitId("k1-1"), contest_of(), source_of(), night())
    assert (
        (0,) * len(columns(contest_of(), night()))
        == row
        == Tally(contest_of(), source_of(), night()).row(AreaId("kent"))
    )


def test_a_paper_held_back_counts_its_excess_only() -> None:
    """What it claims beyond the register and the slack is kept for the bound of what is out."""
    held = stated(paper(**figures(200, 200, 100)))
    assert Status.QUARANTINED is held.status
    row = worth(held, UnitId("k1-1"), contest_of(), source_of(), night())
    told = {name: many for name, many in zip(columns(contest_of(), night()), row, strict=True) if many}
    assert {"quarantined": 1, "register_quarantined": 300, "held_excess": 190} == told


def test_a_statement_says_whether_findings_are_kept_about_it() -> None:
    """A warned paper counts and is noted."""
    warned = paper(**figures(60, 50, 30, invalid=20))
    assert (Status.COUNTED, True) == (stated(warned).status, stated(warned).noted)
    assert not stated(paper()).noted


def test_papers_become_statements_by_their_contest() -> None:
    """Votes stand in the order of the paper, whatever order they came in."""
    claim = bundle([paper(votes={"cem": 40, "bora": 50, "ada": 60})]).claim(0)
    assert (60, 50, 40) == stated(claim).votes


def test_what_is_the_same_statement_knows_every_figure() -> None:
    """One figure otherwise is another statement, and so is a mark."""
    one = stated(paper())
    others = [
        stated(paper(registered=299)),
        stated(paper(**figures(61, 49, 40, invalid=5))),
        stated(paper(state="illegible")),
        stated(paper(cause="withdrawn")),
    ]
    assert one.says(stated(paper()))
    assert [False] * 4 == [one.says(other) for other in others]


def test_a_refused_paper_states_nothing() -> None:
    """Whoever asks for its statement has skipped the checks."""
    other: Statement | None = None
    with pytest.raises(ValueError, match=r"^a refused paper states nothing; .* held before stands$"):
        other = statement(check(paper(valid=-1), night()), contest_of(), read_night(files()))
    assert other is None


@given(st.data())
def test_totals_hold_the_parent_night_over_the_same_boxes(data: st.DataObject) -> None:
    """For boxes counted now that are known from then: how many, their votes now, and their votes then."""
    told = data.draw(histories("mayor", "council"))
    known = {BoxId("k1-1"): (5, 7, 0), BoxId("k2-1"): (1, 0, 3)}
    contest, source = contest_of(), source_of()
    of = replace(night(), parent_votes={contest.id: known})
    tally = Tally(contest, source, of)
    for claim in told:
        if not check(claim, of).refused:
            tally.hear(unit_of(claim), stated(claim))
    counted_units = [
        unit for unit, held in tally.held.items() if unit in known and held.status is Status.COUNTED
    ]
    found = then_of(tally.row(contest.area), contest, of)
    assert found is not None
    now = [[votes or 0 for votes in tally.held[unit].votes] for unit in counted_units]
    then = [known[BoxId(unit)] for unit in counted_units]
    assert found == (len(counted_units), _sums(now), _sums(then))
    assert then_of(tally.row(contest.area), contest, night()) is None


def _sums(rows: Iterable[Iterable[int]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True)) or (0, 0, 0)


@given(st.data())
def test_a_cleared_quarantine_counts_whenever_the_clearance_is_heard(data: st.DataObject) -> None:
    """Before the paper, after it or between others: the totals and what is held are the same."""
    told = [claim for claim in data.draw(histories("mayor", "council")) if not check(claim, night()).refused]
    revisions = sorted({(unit_of(claim), stated(claim).revision) for claim in told})
    cleared = data.draw(st.lists(st.sampled_from(revisions), max_size=3)) if revisions else []
    last, mixed = counted(told), Tally(contest_of(), source_of(), night())
    for unit, revision in cleared:
        last.clear(unit, revision)
    acts: list[Claim | tuple[UnitId, int]] = data.draw(st.permutations([*told, *cleared]))
    for act in acts:
        if isinstance(act, tuple):
            mixed.clear(*act)
        else:
            mixed.hear(unit_of(act), stated(act))
    assert {area: row for area, row in last.rows.items() if any(row)} == {
        area: row for area, row in mixed.rows.items() if any(row)
    }
    assert {unit: replace(held, edition=0) for unit, held in last.held.items()} == {
        unit: replace(held, edition=0) for unit, held in mixed.held.items()
    }
    assert {area: row for area, row in mixed.rows.items() if any(row)} == {
        area: row for area, row in plain_sum(mixed.held, "mayor", "council").items() if any(row)
    }


def test_what_a_person_cleared_counts_as_another_edition_of_its_revision() -> None:
    """The fence compares revision and edition: the counted statement is not the one that was held back."""
    held = stated(paper(**figures(200, 200, 100)))
    assert (Status.QUARANTINED, 0) == (held.status, held.edition)
    assert replace(held, status=Status.COUNTED, edition=1) == lifted(held)
    assert lifted(held) == lifted(lifted(held))
    tally = counted([paper(**figures(200, 200, 100))])
    unit = UnitId("k1-1")
    assert 0 == tally.row(AreaId("kent"))[FIXED.index("valid")]
    difference = tally.clear(unit, 1)
    assert difference is not None
    assert (1, 500) == (tally.row(AreaId("kent"))[FIXED.index("boxes")], difference[FIXED.index("valid")])
    assert lifted(held) == tally.held[unit]
    assert tally.clear(unit, 1) is None


def test_a_clearance_is_of_one_revision_and_of_no_conflict() -> None:
    """Another revision stays held back; of two papers nobody is told which one is meant."""
    tally = counted([paper(revision=2, **figures(200, 200, 100))])
    assert tally.clear(UnitId("k1-1"), 1) is None
    assert Status.QUARANTINED is tally.held[UnitId("k1-1")].status
    disputed = counted([paper(), paper(**figures(20, 30, 40))])
    assert disputed.clear(UnitId("k1-1"), 1) is None
    assert Status.CONFLICT is disputed.held[UnitId("k1-1")].status
    assert tally.clear(UnitId("k1-2"), 1) is None
