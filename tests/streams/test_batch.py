"""Whether sums by numpy are what the plain tally gives, for any reports in any order and any batching."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from election.checks import check
from election.night import AreaId, UnitId
from election.tally import Row, Status, Tally, plus, statement
from election.wire.keys import pack_total
from election.wire.records import Bundle
from streams.batch import Sums, lifting, read, weigh
from streams.ground import CLEAN_TO, UNHEARD_OF, Ground, Shelf
from streams.papers import codes
from tests.streams import made

GROUNDS = [
    made.ground(night, contest, source)
    for night in (made.night(), made.strict_night())
    for contest, source in (("mayor", "council"), ("mayor", "agency"))
]
NIGHTS = st.sampled_from(GROUNDS).flatmap(
    lambda on: st.tuples(
        st.just(on),
        st.lists(st.lists(made.bundles(on.night, on), min_size=1, max_size=4), min_size=1, max_size=5),
    )
)


class Totals:
    """A store in memory: what the sums of batch after batch come to."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.shelf = Shelf(ground)
        self.shelf.known[:] = True
        self.rows: dict[AreaId, Row] = {}
        self.findings: Counter[str] = Counter()
        self.refused = 0

    def count(self, bundles: list[Bundle]) -> Sums:
        """Counts one batch."""
        reading = read(bundles, self.ground)
        sums = weigh(reading, self.shelf)
        assert np.all(np.diff(sums.units) > 0)  # the store reads and writes neighbours together
        self.refused += len(reading.refused)
        self._apply(sums)
        return sums

    def clear(self, unit: UnitId, revision: int) -> None:
        """A person clears the quarantine of a paper."""
        place = self.ground.places.place(unit)
        self.shelf.cleared = (self.shelf.cleared or frozenset()) | {(place, revision)}
        sums = lifting(self.shelf, place, revision)
        if sums is not None:
            assert len(self.shelf.cleared) == sums.cleared
            self._apply(sums)

    def _apply(self, sums: Sums) -> None:
        areas = tuple(self.ground.night.areas)
        empty = (0,) * sums.meant.shape[1]
        for place, difference in zip(sums.areas, sums.meant - sums.believed, strict=True):
            moved = tuple(int(value) for value in difference)
            self.rows[areas[place]] = plus(self.rows.get(areas[place], empty), moved)
        self.findings.update(sums.findings)
        held = b"".join(pack_total(self.rows[areas[place]]) for place in sums.areas)
        sums.settle(self.shelf, b"" if held == sums.meant.tobytes() else held)


def plainly(ground: Ground, batches: list[list[Bundle]]) -> tuple[Tally, int]:
    """The plain twin: one paper at a time, and how many were refused."""
    tally, refused = Tally(ground.contest, ground.source, ground.night), 0
    for bundle in (bundle for batch in batches for bundle in batch):
        for claim in bundle.claims():
            paper = check(claim, ground.night)
            if paper.report is None or paper.refused:
                refused += 1
            else:
                tally.hear(paper.report.unit, statement(paper, ground.contest, ground.night))
    return tally, refused


@given(NIGHTS, st.data())
@settings(max_examples=60, deadline=None)
def test_a_clearance_at_any_time_gives_what_the_plain_tally_gives(
    night: tuple[Ground, list[list[Bundle]]], data: st.DataObject
) -> None:
    """Heard before the paper, between batches or after it: the same totals, the same statements."""
    ground, batches = night
    tally, _ = plainly(ground, batches)
    papers = [(unit, held.revision) for unit, held in tally.held.items()]
    cleared = data.draw(st.lists(st.sampled_from(papers), max_size=3)) if papers else []
    for unit, revision in cleared:
        tally.clear(unit, revision)
    totals = Totals(ground)
    acts = data.draw(st.permutations([*range(len(batches)), *(place for place in cleared)]))
    for act in acts:
        if isinstance(act, tuple):
            totals.clear(*act)
        else:
            totals.count(batches[act])
    held = {unit: totals.shelf.held(place) for place, unit in enumerate(ground.units)}
    assert {unit: replace(one, edition=0) for unit, one in tally.held.items()} == {
        unit: replace(one, edition=0) for unit, one in held.items() if one is not None
    }
    assert {area: row for area, row in tally.rows.items() if any(row)} == {
        area: row for area, row in totals.rows.items() if any(row)
    }


@given(NIGHTS)
@settings(max_examples=100, deadline=None)
def test_any_batching_of_any_reports_gives_the_plain_tally(night: tuple[Ground, list[list[Bundle]]]) -> None:
    """Totals, what is held of every unit, and the number of refused papers: all the same."""
    ground, batches = night
    tally, refused = plainly(ground, batches)
    totals = Totals(ground)
    for batch in batches:
        totals.count(batch)
    held = {
        unit: totals.shelf.held(place)
        for place, unit in enumerate(ground.units)
        if totals.shelf.held(place) is not None
    }
    assert tally.held == held
    areas = set(tally.rows) | set(totals.rows)
    assert {area: tally.row(area) for area in areas} == {
        area: totals.rows.get(area, tally.empty) for area in areas
    }
    assert refused == totals.refused


@given(NIGHTS)
@settings(max_examples=50, deadline=None)
def test_one_large_batch_is_the_same_as_many_small_ones(
    night: tuple[Ground, list[list[Bundle]]],
) -> None:
    """Batches fall as they fall; nothing may hang on where."""
    ground, batches = night
    small, large = Totals(ground), Totals(ground)
    for batch in batches:
        for bundle in batch:
            small.count([bundle])
    large.count([bundle for batch in batches for bundle in batch])
    assert np.array_equal(small.shelf.rows, large.shelf.rows)
    areas = set(small.rows) | set(large.rows)
    empty = (0,) * len(next(iter(small.rows.values()), ()))
    assert {area: small.rows.get(area, empty) for area in areas} == {
        area: large.rows.get(area, empty) for area in areas
    }
    assert +small.findings == +large.findings


@given(NIGHTS, st.sampled_from([UNHEARD_OF, 0.0, 1.0, 40.0, CLEAN_TO - 1]))
@settings(max_examples=50, deadline=None)
def test_what_is_believed_of_totals_moves_no_vote(
    night: tuple[Ground, list[list[Bundle]]], believed: float
) -> None:
    """Areas gain and lose the same, and a total that cannot be is never meant from one that is believed."""
    ground, batches = night
    totals = Totals(ground)
    for batch in batches:
        right = weigh(read(batch, ground), totals.shelf)
        other = Shelf(ground)
        other.rows, other.known, other.papers = totals.shelf.rows, totals.shelf.known, totals.shelf.papers
        other.totals[:] = believed
        wrong = weigh(read(batch, ground), other)
        assert np.array_equal(right.areas, wrong.areas)
        assert np.array_equal(right.meant - right.believed, wrong.meant - wrong.believed)
        can_be = np.all((wrong.meant >= 0) & (wrong.meant < CLEAN_TO), axis=1)
        assert np.all(can_be | np.all(wrong.believed == UNHEARD_OF, axis=1))
        totals.count(batch)


@given(NIGHTS)
@settings(max_examples=50, deadline=None)
def test_the_same_batch_again_is_no_news(night: tuple[Ground, list[list[Bundle]]]) -> None:
    """A redelivered batch moves nothing at all."""
    ground, batches = night
    totals = Totals(ground)
    for batch in batches:
        totals.count(batch)
        again = weigh(read(batch, ground), totals.shelf)
        assert 0 == len(again.areas)
        assert {} == dict(again.findings)
        # A unit in conflict may be named by nobody again: its statements were all heard.
        assert [] == again.units.tolist()


@given(NIGHTS)
@settings(max_examples=50, deadline=None)
def test_findings_count_the_papers_held_with_each_code(
    night: tuple[Ground, list[list[Bundle]]],
) -> None:
    """The running numbers are those of the papers kept, and a paper is kept exactly for noted units."""
    ground, batches = night
    totals = Totals(ground)
    for batch in batches:
        totals.count(batch)
    kept = Counter(code for paper in totals.shelf.papers.values() for code in codes(paper))
    assert kept == +totals.findings
    noted = {place for place in range(len(ground.units)) if (held := totals.shelf.held(place)) and held.noted}
    assert noted == set(totals.shelf.papers)


def test_both_statements_of_a_conflict_are_kept() -> None:
    """A clerk who has to settle it sees what was said, in what order and when."""
    ground = GROUNDS[0]
    unit = ground.units[0]
    one, other = (
        made.good_row(ground.night, ground.contest, ground.source, unit, [votes, 50, 40])
        for votes in (60, 61)
    )
    totals = Totals(ground)
    for minute, row in enumerate((one, other)):
        totals.count([made.bundle("mayor", "council", "box", [row], minute)])
    held = totals.shelf.held(0)
    assert held is not None
    assert Status.CONFLICT is held.status
    paper = totals.shelf.papers[0]
    assert {"Q311"} == codes(paper)
    assert b'"deniz":60' in paper
    assert b'"deniz":61' in paper


def test_a_clean_revision_lets_the_kept_paper_go() -> None:
    """What was said about an older revision does not stay beside a newer one."""
    ground = GROUNDS[0]
    unit: UnitId = ground.units[0]
    odd = made.good_row(ground.night, ground.contest, ground.source, unit, [80, 0, 60])
    good = made.good_row(ground.night, ground.contest, ground.source, unit, [80, 50, 40])
    totals = Totals(ground)
    totals.count([made.bundle("mayor", "council", "box", [odd])])
    assert {"Q307": 1} == dict(+totals.findings)
    totals.count([made.bundle("mayor", "council", "box", [{**good, "revision": 2}])])
    assert {} == dict(+totals.findings)
    assert {} == totals.shelf.papers
