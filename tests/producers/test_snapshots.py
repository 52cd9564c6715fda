"""A table against what was said before: each rule of docs/reference/snapshots.md, one test.

Know before changing: the laws over any series of tables are in test_snapshots_laws.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from election.night import ContestId, SourceId, UnitId
from election.report import BoxReport, Cause
from election.wire.records import Ruling
from producers.formats.document import FeedError, Heard, Refusal
from producers.said import Held, milliseconds
from producers.snapshots import Allowance, Comparison, restamped
from tests.producers import tiny
from tests.producers.tables import (
    AT,
    COUNCIL,
    FREE,
    FULL,
    MINUTE,
    NIGHT,
    NOTHING_AWAY,
    compared,
    counted,
    first,
    held_of,
    logged,
    paper,
    rows,
)


def test_a_box_that_appears_is_a_first_report_numbered_by_the_time_of_the_table() -> None:
    """The feed has no revisions; its time is one."""
    _, news = first({"n-1": 7})
    assert [(milliseconds(AT), Cause.FIRST, AT)] == [(it.revision, it.cause, it.heard_at) for it in news]


def test_a_table_that_says_the_same_again_costs_nothing() -> None:
    """A poll every ten seconds writes no record while nothing happens."""
    held, _ = first()
    news, refused, comparison = compared(held, rows(FULL, AT + MINUTE), AT + MINUTE)
    assert ([], []) == (news, refused)
    assert (4, 0, 0, 0) == (
        comparison.unchanged, comparison.appeared, comparison.corrected, comparison.withdrawn,
    )  # fmt: skip
    assert comparison.settled
    assert "" == " ".join(comparison.whys)


def test_a_correction_without_a_stated_cause_stays_first_and_is_dated_by_its_table() -> None:
    """Nobody said whether it was a recount or a typing error; the ledger then calls it revised."""
    held, _ = first()
    later = AT + MINUTE
    news, _, comparison = compared(held, rows({**FULL, "n-1": 9}), later)
    assert [(milliseconds(later), Cause.FIRST, later)] == [
        (it.revision, it.cause, it.heard_at) for it in news
    ]
    assert (1, 3) == (comparison.corrected, comparison.unchanged)


def test_a_cause_that_the_feed_states_stays() -> None:
    """The feed knows why; we do not guess over it."""
    held, _ = first()
    table = [replace(paper("n-1", 9), cause=Cause.RECOUNT)]
    news, _, _ = compared(held, table, AT + MINUTE, whole=False)
    assert [Cause.RECOUNT] == [it.cause for it in news]


def test_a_box_gone_from_a_whole_table_is_withdrawn_and_reinstated_when_it_is_back() -> None:
    """A withdrawal has the table's time; the figures that come back are counted again."""
    held, news = first()
    gone, _, comparison = compared(held, rows({"n-1": 1}), AT + MINUTE)
    assert {(UnitId(unit), Cause.WITHDRAWN, AT + MINUTE) for unit in ("n-2", "s-1", "s-2")} == {
        (it.unit, it.cause, it.heard_at) for it in gone
    }
    assert 3 == comparison.withdrawn
    back, _, comparison = compared(held, rows(FULL, AT + 2 * MINUTE), AT + 2 * MINUTE)
    assert {Cause.REINSTATED} == {it.cause for it in back}
    assert (3, 0, 1) == (comparison.appeared, comparison.corrected, comparison.unchanged)
    assert FULL == counted(logged([*news, *gone, *back]))


def test_what_is_missing_from_a_table_of_additions_stays() -> None:
    """Only a whole table can say by silence."""
    held, _ = first()
    news, _, comparison = compared(held, [], AT + MINUTE, whole=False)
    assert ([], 0) == (news, comparison.held_back)


def test_a_box_that_is_withdrawn_is_not_withdrawn_again() -> None:
    """The same table twice is the same as once."""
    held, _ = first()
    compared(held, rows({"n-1": 1}), AT + MINUTE)
    news, _, _ = compared(held, rows({"n-1": 1}), AT + 2 * MINUTE)
    assert [] == news


def test_more_missing_than_the_night_allows_withdraws_nothing_and_says_how_many_and_what_to_type() -> None:
    """Half a download must not take a counted vote away; what is new in it is taken all the same."""
    held, _ = first()
    news, _, comparison = compared(held, rows({"n-1": 9}), AT + MINUTE, allowance=NOTHING_AWAY)
    assert [(UnitId("n-1"), Cause.FIRST)] == [(it.unit, it.cause) for it in news]
    assert (1, 0, 3, False) == (
        comparison.corrected, comparison.withdrawn, comparison.held_back, comparison.settled,
    )  # fmt: skip
    assert "3 of the 4 boxes that stand (75.0 %)" in " ".join(comparison.whys)
    assert "--accept-withdrawals" in " ".join(comparison.whys)


@pytest.mark.parametrize(
    ("allowance", "missing", "standing", "covered"),
    [
        (Allowance(1, 3), 3, 4, True),
        (Allowance(1, 3), 4, 4, False),
        (Allowance(1, 3), 10, 1000, True),
        (Allowance(1, 3), 11, 1000, False),
        (Allowance(0, 0), 0, 0, True),
        (Allowance(100, 0), 9, 9, True),
        (Allowance(1, 0), 1, 199, True),
        (Allowance(1, 0), 1, 99, False),
    ],
)
def test_an_allowance_is_so_many_boxes_or_so_many_percent(
    allowance: Allowance, missing: int, standing: int, covered: bool
) -> None:
    """Whole boxes: a part of one is none."""
    assert covered == allowance.covers(missing, standing)


def test_what_has_only_just_appeared_does_not_make_room_for_withdrawals() -> None:
    """The share is of the boxes that stood before the table."""
    held, _ = first({"n-1": 1})
    news, _, comparison = compared(held, rows({"n-2": 1}), AT + MINUTE, allowance=Allowance(50, 0))
    assert (1, 1) == (len(news), comparison.held_back)
    assert "1 of the 1 boxes" in " ".join(comparison.whys)


def test_withdrawals_stand_in_the_order_of_their_boxes() -> None:
    """So that two processes with two histories send the same bytes."""
    held, _ = first({"s-1": 1, "n-2": 1, "n-1": 1})
    news, _, _ = compared(held, [], AT + MINUTE)
    assert ["n-1", "n-2", "s-1"] == [it.unit for it in news]


def test_the_night_says_what_a_source_may_take_away() -> None:
    """The thresholds are data of the night."""
    toml = tiny.NIGHT_TOML.replace(b'name = "Council"', b'name = "Council"\nwithdrawals_max_pct = 7')
    sources = tiny.night(toml).sources
    assert Allowance(7, 3) == Allowance.of(sources[COUNCIL])
    assert Allowance(1, 3, True) == Allowance.of(sources[SourceId("agency")], accept=True)


def test_a_person_who_has_looked_may_say_that_all_of_it_was_taken_away() -> None:
    """Above the threshold a person decides."""
    held, news = first()
    gone, _, comparison = compared(held, [], AT + MINUTE, allowance=replace(NOTHING_AWAY, accept=True))
    assert (4, 0) == (comparison.withdrawn, comparison.held_back)
    assert {} == counted(logged([*news, *gone]))


def broken(heard: list[Heard]) -> Iterator[Heard]:
    """A table that ends early."""
    yield from heard
    raise FeedError("feed.csv", 3, "This is half a file.")


def test_a_table_that_was_not_read_to_its_end_withdraws_nothing_even_if_somebody_accepts() -> None:
    """Nobody can have looked at what was not there; what was read counts."""
    held, _ = first()
    comparison = Comparison(NIGHT, COUNCIL, held, AT + MINUTE, True, replace(FREE, accept=True))
    news: list[Heard] = []
    with pytest.raises(FeedError):
        news.extend(comparison.take(broken(rows({"n-1": 9}))))
    assert [] == list(comparison.finish())
    assert (3, False) == (comparison.held_back, comparison.settled)
    assert "This is half a file" in " ".join(comparison.whys)
    assert "Fetch it again" in " ".join(comparison.whys)


def test_a_reader_that_was_stopped_half_way_withdraws_nothing() -> None:
    """A process that ends while it compares leaves the rest as it is."""
    held, _ = first()
    comparison = Comparison(NIGHT, COUNCIL, held, AT + MINUTE, True, FREE)
    taking = comparison.take(iter(rows({"n-1": 9, "n-2": 9})))
    assert isinstance(next(taking), BoxReport)
    del taking
    assert [] == list(comparison.finish())
    assert 3 == comparison.held_back


def test_a_refused_row_of_a_known_box_spares_that_box_and_the_others_go() -> None:
    """A paper that was refused has not been withdrawn: the statement held before stands."""
    held, _ = first()
    row = Refusal("E107", "feed.csv", 3, "voters", "no number", ("mayor", "n-2"))
    news, refused, comparison = compared(held, [*rows({"n-1": 1, "s-1": 3}), row], AT + MINUTE)
    assert [(UnitId("s-2"), Cause.WITHDRAWN)] == [(it.unit, it.cause) for it in news]
    assert [row] == refused
    assert 0 == comparison.held_back


def test_a_refused_row_of_nobody_knows_which_box_holds_every_withdrawal_back() -> None:
    """It may be the row of any box that is missing."""
    held, _ = first()
    row = Refusal("E103", "feed.csv", 3, "box", "There is no box 'n-'.")
    news, _, comparison = compared(held, [*rows({"n-1": 1}), row], AT + MINUTE)
    assert ([], 3) == (news, comparison.held_back)
    assert "1 of its rows could not be read" in " ".join(comparison.whys)
    news, _, comparison = compared(held, [*rows(FULL), row], AT + MINUTE)
    assert (0, "") == (comparison.held_back, " ".join(comparison.whys))


@pytest.mark.parametrize("code", ["E101", "E102"])
def test_rows_of_contests_and_sources_that_the_night_has_not_hold_nothing_back(code: str) -> None:
    """A feed of thirty contests is read for a night of one, look after look."""
    held, _ = first()
    row = Refusal(code, "feed.csv", 3, "contest", "There is no contest 'moon' in this night.")
    news, _, comparison = compared(held, [*rows({"n-1": 1}), row], AT + MINUTE)
    assert (3, 0) == (len(news), comparison.held_back)


def test_a_refused_row_of_a_box_never_heard_of_spares_nobody() -> None:
    """It can be no box that stands."""
    held, _ = first({"n-1": 1, "n-2": 2})
    row = Refusal("E107", "feed.csv", 3, "voters", "no number", ("mayor", "s-1"))
    news, _, _ = compared(held, [*rows({"n-1": 1}), row], AT + MINUTE)
    assert [UnitId("n-2")] == [it.unit for it in news]


def test_an_older_whole_table_adds_and_takes_nothing_back() -> None:
    """A clock that runs backwards, or an old copy out of a cache: no box goes back, and it is said."""
    held, _ = first({"n-1": 1, "n-2": 2})
    news, _, comparison = compared(held, rows({"n-1": 9, "s-1": 3}), AT - MINUTE)
    assert [(UnitId("s-1"), Cause.FIRST)] == [(it.unit, it.cause) for it in news]
    assert (1, 0, False) == (comparison.older, comparison.withdrawn, comparison.settled)
    assert "2024-10-06T15:59:00.000Z" in " ".join(comparison.whys)
    assert "--at" in " ".join(comparison.whys)


def test_an_older_table_that_says_the_same_is_no_older_word() -> None:
    """Only what would have gone back is said."""
    held, _ = first()
    for whole in (True, False):
        news, _, comparison = compared(held, rows(FULL, AT - MINUTE), AT - MINUTE, whole=whole)
        assert ([], 4, 0, "") == (news, comparison.unchanged, comparison.older, " ".join(comparison.whys))


def test_a_table_of_the_very_time_held_is_not_an_older_one() -> None:
    """Two files of one second, or a feed whose clock stands."""
    held, _ = first()
    news, _, _ = compared(held, rows({**FULL, "n-1": 9}))
    assert [milliseconds(AT) + 1] == [it.revision for it in news]


def test_an_older_row_of_a_table_of_additions_stays_behind_and_the_newest_stands() -> None:
    """A feed that keeps what it replaced is read again at every look."""
    held = Held(NIGHT, COUNCIL)
    table: list[Heard] = [paper("n-1", 1, at=AT - 2 * MINUTE), paper("n-1", 2, at=AT - MINUTE)]
    news, _, _ = compared(held, table, whole=False)
    assert [(1, AT - 2 * MINUTE), (2, AT - MINUTE)] == [
        (next(iter(it.votes.values())), it.heard_at) for it in news
    ]
    again, refused, comparison = compared(held, table, AT + MINUTE, whole=False)
    assert ([], []) == (again, refused)
    assert (0, "") == (comparison.older, " ".join(comparison.whys))


def test_a_word_repeated_later_in_one_table_is_newer_than_what_stands_between() -> None:
    """Or the two rows of one time would go back and forth at every look."""
    held = Held(NIGHT, COUNCIL)
    table: list[Heard] = [
        paper("n-1", 2, at=AT - 2 * MINUTE), paper("n-1", 2, at=AT - MINUTE), paper("n-1", 1, at=AT - MINUTE),
    ]  # fmt: skip
    assert 2 == len(compared(held, table, whole=False)[0])
    assert [] == compared(held, table, AT + MINUTE, whole=False)[0]
    between: list[Heard] = [*table[:2], paper("n-2", 2, at=AT - 3 * MINUTE)]
    assert 1 == len(compared(held, between, AT + MINUTE, whole=False)[0])


def test_a_row_is_never_newer_than_its_table() -> None:
    """A clock of the feed that runs ahead does not lock a box until its hour comes."""
    held = Held(NIGHT, COUNCIL)
    news, _, _ = compared(held, [paper("n-1", 1, at=AT + MINUTE)])
    assert [AT] == [it.heard_at for it in news]


def test_a_box_that_stands_twice_with_different_figures_counts_nothing_and_is_said() -> None:
    """Two statements under one revision: a finding and a quarantine, never a guess."""
    held, news = first()
    twice, refused, comparison = compared(held, [*rows(FULL), paper("n-1", 8)], AT + MINUTE)
    assert [8] == [next(iter(it.votes.values())) for it in twice]
    assert ["Q311"] == [it.code for it in refused]
    assert "n-1 of contest mayor" in str(refused[0])
    assert {"n-2": 2, "s-1": 3, "s-2": 4} == counted(logged([*news, *twice]))
    assert comparison.settled


def test_the_same_contradiction_again_costs_nothing_and_one_word_ends_it() -> None:
    """The pair is held as a pair, whatever its order."""
    held, news = first()
    table = [*rows(FULL), paper("n-1", 8)]
    twice, _, _ = compared(held, table, AT + MINUTE)
    again, refused, comparison = compared(held, table[::-1], AT + 2 * MINUTE)
    assert ([], [], 4) == (again, refused, comparison.unchanged)
    ended, refused, _ = compared(held, rows({**FULL, "n-1": 8}), AT + 3 * MINUTE)
    assert ([UnitId("n-1")], []) == ([it.unit for it in ended], refused)
    assert {**FULL, "n-1": 8} == counted(logged([*news, *twice, *ended]))


def test_another_contradiction_replaces_the_one_before() -> None:
    """It is news, and counts as little."""
    held, news = first({"n-1": 1})
    one, _, _ = compared(held, [paper("n-1", 1), paper("n-1", 2)], AT + MINUTE)
    other, refused, _ = compared(held, [paper("n-1", 1), paper("n-1", 3)], AT + 2 * MINUTE)
    assert (2, 1) == (len(other), len(refused))
    assert {} == counted(logged([*news, *one, *other]))


def test_a_box_that_stands_twice_and_says_the_same_is_one_box() -> None:
    """A row that was written twice by mistake harms nobody."""
    held = Held(NIGHT, COUNCIL)
    news, refused, _ = compared(held, [paper("n-1", 1), paper("n-1", 1)])
    assert (1, []) == (len(news), refused)


def test_a_row_of_another_source_passes_with_its_revision_and_is_refused_without() -> None:
    """What one source said is compared with what that source said, and with nothing else."""
    held = Held(NIGHT, COUNCIL)
    other = replace(paper("n-1", 1, revision=4), source=SourceId("agency"), unit=UnitId("north"))
    news, refused, _ = compared(held, [other, replace(other, revision=0)])
    assert ([other], ["E102"]) == (news, [it.code for it in refused])
    assert 0 == len(held)


def test_a_contest_the_table_does_not_speak_of_stays_and_is_said() -> None:
    """Two files may come under one source; one of them does not take the other's boxes away."""
    night = tiny.night()
    held = Held(night, COUNCIL)
    bridge = replace(paper("n-1", 1), contest=ContestId("bridge"), votes={})
    for heard, silent in (([paper("n-1", 1), bridge], False), ([paper("n-1", 1)], True)):
        comparison = Comparison(night, COUNCIL, held, AT, True, FREE)
        news = [*comparison.take(heard), *comparison.finish()]
        assert 0 == comparison.withdrawn, news
        assert silent == ("says nothing of contest bridge" in " ".join(comparison.whys))


def test_records_pass_and_are_held() -> None:
    """A recording's bundles have revisions, and rulings are nothing to compare."""
    records = logged([paper("n-1", 1, revision=3)])
    ruling = Ruling("mayor", "concession", AT, AT, "council", "somebody", "")
    held = Held(NIGHT, COUNCIL)
    comparison = Comparison(NIGHT, COUNCIL, held, AT, False, FREE)
    assert [*records, ruling] == [*comparison.take([*records, ruling]), *comparison.finish()]
    assert 1 == len(held)


def test_a_process_that_starts_anew_goes_on_from_what_it_sent() -> None:
    """Nothing is sent again, and the next number is above the last."""
    _, news = first()
    held = held_of(logged(news))
    assert [] == compared(held, rows(FULL), AT + MINUTE)[0]
    assert [milliseconds(AT) + 1] == [it.revision for it in compared(held, rows({**FULL, "n-1": 9}))[0]]


def test_rows_of_a_stream_get_the_time_they_came_if_they_have_none() -> None:
    """A pipe has no end, so each batch of it is a table of its own."""
    own = paper("n-2", 1, at=AT - MINUTE)
    refusal = Refusal("F001", "-", 1, "", "no row")
    heard = restamped([paper("n-1", 1), own, refusal], AT, AT + MINUTE)
    assert [paper("n-1", 1, at=AT + MINUTE), own, refusal] == list(heard)
