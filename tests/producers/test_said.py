"""What a source said last is held as the count holds it, in few bytes.

Know before changing: `tally.hear` is the law; the test below compares with it.
"""

import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import BoxId, ContestId, SourceId, UnitId
from election.report import BoxReport, Cause
from election.wire.records import Bundle, Ruling, decode, encode
from producers.bundling import bundle
from producers.said import CONFLICT, EPOCH, LIFTED, WITHDRAWN, Held, milliseconds
from tests.producers.tables import AT, MAYOR, NIGHT, paper
from tests.producers.tiny import HEARD_AT

COUNCIL = SourceId("council")
PAPER = paper("n-1", 7, revision=1)


def said(report: BoxReport) -> Bundle:
    """A bundle of one, as it comes back from the log."""
    area = NIGHT.area_of(NIGHT.sources[report.source], report.unit)
    assert area is not None
    back = decode(encode(bundle([report], area, NIGHT.sources[report.source].level)))
    assert isinstance(back, Bundle)
    return back


def test_a_report_from_the_log_is_the_same_word_as_the_report_that_was_sent() -> None:
    """Or everything would be sent again after a restart."""
    held = Held(NIGHT, COUNCIL)
    for unit, cause, state in (("n-1", Cause.FIRST, "counted"), ("s-2", Cause.WITHDRAWN, "counted")):
        report = replace(paper(unit, 7), cause=cause, state=state, revision=3)
        held.take(said(report))
        place = held.find(MAYOR, UnitId(unit))
        assert held.says(place, held.digest(report))
        assert 3 == held.revisions[place]
        assert milliseconds(report.heard_at) == held.heard_ms[place]


@pytest.mark.parametrize(
    "changed",
    [
        replace(PAPER, state="sealed"),
        replace(PAPER, registered=1),
        replace(PAPER, registered=None),
        replace(PAPER, voters=9),
        replace(PAPER, valid=9),
        replace(PAPER, invalid=9),
        replace(PAPER, claimed_boxes=1),
        replace(PAPER, votes={}),
        replace(PAPER, cause=Cause.WITHDRAWN),
    ],
)
def test_any_other_figure_or_state_is_another_word(changed: BoxReport) -> None:
    """A statement is everything a paper says; a choice that is absent is not a zero."""
    held = Held(NIGHT, COUNCIL)
    assert held.digest(PAPER) != held.digest(changed)


def test_cause_time_and_revision_are_not_part_of_what_is_said() -> None:
    """They differ from look to look, though nothing was said anew."""
    held, report = Held(NIGHT, COUNCIL), paper("n-1", 7)
    later = replace(report, cause=Cause.RECOUNT, heard_at=AT + timedelta(hours=1), revision=9)
    assert held.digest(report) == held.digest(later)


@given(st.permutations([(1, 5), (2, 6), (2, 7), (3, 8), (2, 6)]), st.integers(1, 5))
def test_whatever_the_order_the_newest_revision_is_held(said_in: list[tuple[int, int]], many: int) -> None:
    """Redelivery and two partitions bring them in any order."""
    held = Held(NIGHT, COUNCIL)
    for revision, ada in said_in[:many]:
        held.take(said(replace(paper("n-1", ada), revision=revision)))
    place = held.find(MAYOR, UnitId("n-1"))
    newest = max(revision for revision, _ in said_in[:many])
    words = {ada for revision, ada in said_in[:many] if revision == newest}
    assert newest == held.revisions[place]
    assert bool(held.marks[place] & CONFLICT) == (len(words) > 1)
    if len(words) == 1:
        assert held.says(place, held.digest(paper("n-1", words.pop())))
    else:
        assert {held.digest(paper("n-1", ada)) for ada in words} == held.conflicts[place]


def test_a_newer_word_ends_a_conflict_and_that_it_was_away_is_remembered() -> None:
    """The marks are what a comparison decides by."""
    held = Held(NIGHT, COUNCIL)
    for report in (
        replace(paper("n-1", 1), revision=1),
        replace(paper("n-1", 1), revision=2, cause=Cause.WITHDRAWN),
    ):
        held.take(said(report))
    assert WITHDRAWN | LIFTED == held.marks[0]
    held.take(said(replace(paper("n-1", 2), revision=3)))
    held.take(said(replace(paper("n-1", 3), revision=3)))
    assert CONFLICT | LIFTED == held.marks[0]
    held.take(said(replace(paper("n-1", 2), revision=4)))
    assert (LIFTED, {}) == (held.marks[0], held.conflicts)


def test_two_words_of_one_revision_were_said_when_the_later_one_was() -> None:
    """Whichever of them came first out of the log."""
    for order in ((0, 1), (1, 0)):
        held = Held(NIGHT, COUNCIL)
        for hour in order:
            heard_at = AT + timedelta(hours=hour)
            held.take(said(replace(paper("n-1", hour + 1), revision=1, heard_at=heard_at)))
        assert [milliseconds(AT + timedelta(hours=1))] == list(held.heard_ms)


def test_what_nobody_could_count_is_not_held() -> None:
    """Another source, another contest, an unknown box, a bad revision or cause, a ruling."""
    held = Held(NIGHT, COUNCIL)
    good = said(replace(paper("n-1", 7), revision=1))
    for bad in (
        replace(good, source="agency"),
        replace(good, contest="moon"),
        replace(good, level="ward"),
        replace(good, box=["x-9"]),
        replace(good, box=[["n-1"]]),
        replace(good, revision=0),
        replace(good, revision=True),
        replace(good, cause="because"),
        replace(good, cause=[None]),
        replace(good, cause=[]),
        replace(good, revision=[]),
    ):
        held.take(bad)
    held.take(Ruling("mayor", "concession", HEARD_AT, HEARD_AT, "council", "somebody", ""))
    assert 0 == len(held)


def test_a_paper_that_was_refused_for_its_figures_is_held_as_what_was_said() -> None:
    """It is not sent again at every look; only another word is news."""
    held = Held(NIGHT, COUNCIL)
    good = said(replace(paper("n-1", 7), revision=1))
    for revision, bad in enumerate(
        (
            replace(good, voters=["many"], state=[{"a": [1.5]}]),
            replace(good, voters=[], valid=[], votes={}, state=[]),
        ),
        start=1,
    ):
        held.take(replace(bad, revision=revision))
        assert (1, revision) == (len(held), held.revisions[0])


def test_when_a_source_was_last_heard_is_known_by_contest() -> None:
    """What was fetched now is not older than that, though a clock was set back."""
    held = Held(NIGHT, COUNCIL)
    assert held.last_at is None
    assert held.not_before(HEARD_AT) == HEARD_AT
    held.take(said(replace(paper("n-1", 7), revision=1, heard_at=HEARD_AT)))
    assert {ContestId("mayor"): milliseconds(HEARD_AT)} == held.newest_ms
    assert held.last_at == HEARD_AT
    earlier = HEARD_AT - timedelta(hours=1)
    held.take(said(replace(paper("n-2", 7), revision=1, heard_at=earlier)))
    assert held.last_at == HEARD_AT
    assert held.not_before(earlier) == HEARD_AT
    assert held.not_before(HEARD_AT + timedelta(hours=1)) == HEARD_AT + timedelta(hours=1)
    assert timedelta(milliseconds=milliseconds(HEARD_AT)) == HEARD_AT - EPOCH


def test_a_unit_costs_at_most_200_bytes() -> None:
    """A table of millions of rows is compared in memory that a small machine has."""
    units = 20_000
    like = NIGHT.boxes[BoxId("n-1")]
    names = [BoxId(f"b-{number}") for number in range(units)]
    night = replace(NIGHT, boxes={name: replace(like, id=name) for name in names})
    reports = [replace(paper("n-1", 7), unit=UnitId(name), revision=1) for name in night.boxes]
    tracemalloc.start()
    try:
        held = Held(night, COUNCIL)
        for report in reports:
            held.note(report, held.digest(report))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert units == len(held)
    assert used / units <= 200
