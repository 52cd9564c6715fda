"""What a feed's rows say before there is a night."""

import pytest

from election.errors import UsageError
from tests.sandik.rows import later, place, seen, survey

NORTH, SOUTH = place(("town", "north")), place(("town", "south"))


def test_the_newest_row_of_a_box_is_what_it_says() -> None:
    """Of two documents the later one; its places, names and registers are kept."""
    found = survey(
        [seen("b1", {"ada": 5, "bulut": 3}, NORTH), seen("b2", {"ada": 1, "bulut": 9}, SOUTH)],
        [seen("b1", {"ada": 6, "bulut": 3}, NORTH, heard_at=later(5), unit_name="School")],
    )
    mayor = found.contests["mayor"]
    assert {"ada": 7, "bulut": 12} == mayor.totals(None)
    assert (NORTH, SOUTH) == (found.places["b1"], found.places["b2"])
    assert {"b1": "School"} == found.names
    assert later(5) == found.last_at
    assert {"ada": "Ada", "bulut": "Bulut"} == mayor.choices


def test_a_box_missing_from_the_last_whole_table_is_taken_away() -> None:
    """And still counts where tables only add."""
    found = survey(
        [seen("b1", {"ada": 5}, NORTH), seen("b2", {"ada": 1}, SOUTH)], [seen("b1", {"ada": 5}, NORTH)]
    )
    assert {"ada": 5} == found.contests["mayor"].totals(found.last_document)
    assert {"ada": 6} == found.contests["mayor"].totals(None)


def test_a_feeds_own_revisions_decide_and_not_the_order_of_its_rows() -> None:
    """Revision 2 stays though revision 1 comes later; a withdrawal and an uncounted state count nothing."""
    found = survey(
        [
            seen("b1", {"ada": 7}, revision=2),
            seen("b1", {"ada": 5}, revision=1),
            seen("b2", {"ada": 1}, cause="withdrawn"),
            seen("b3", {"ada": 4}, state="sealed"),
        ]
    )
    assert {"ada": 7} == found.contests["mayor"].totals(None)
    assert {"sealed": 1} == found.states


def test_one_document_with_a_box_in_two_places_is_refused_with_both_lines() -> None:
    """The boxes are two with one id, and their figures would overwrite each other."""
    with pytest.raises(UsageError, match=r"0\.csv:9: 'b1' lies in SOUTH, but 0\.csv:2 puts it into NORTH"):
        survey([seen("b1", {"ada": 5}, NORTH), seen("b1", {"ada": 5}, SOUTH, line=9)])


def test_a_box_that_moves_between_documents_lies_where_the_newest_says() -> None:
    """An area that was renamed is no reason to stop."""
    found = survey([seen("b1", {"ada": 5}, NORTH)], [seen("b1", {"ada": 5}, SOUTH)])
    assert (SOUTH, {"b1"}) == (found.places["b1"], found.moved)


def test_only_the_contests_that_were_asked_for_are_taken() -> None:
    """By id or by name; the others are known by name."""
    rows = [seen("b1", {"ada": 5}), seen("b1", {"yes": 5}, contest="bridge", contest_name="A bridge?")]
    assert ["bridge"] == list(survey(rows, only=("A bridge?",)).contests)
    assert {"mayor": "Mayor"} == survey(rows, only=("bridge",)).left_out


def test_sums_that_grow_all_evening_are_told_from_papers_counted_once() -> None:
    """By their growth, or by boxes that the feed claims; one correction is not a growth."""
    grown = [[seen("d1", {"ada": 5 * turn}), seen("d2", {"ada": 7 * turn})] for turn in (1, 2, 3)]
    assert survey(*grown).runs_on
    assert survey([seen("d1", {"ada": 5}, claimed_boxes=3)]).runs_on
    assert not survey([seen("d1", {"ada": 5})], [seen("d1", {"ada": 6})], [seen("d1", {"ada": 6})]).runs_on
    shrunk = [*grown, [seen("d1", {"ada": 1}), seen("d2", {"ada": 1})]]
    assert not survey(*shrunk).runs_on


def test_rows_with_more_votes_than_valid_papers_need_several_marks() -> None:
    """As many as make every row add up. A few such rows are mistakes; so is one choice above the papers."""
    several = [seen(f"b{n}", {"ada": 50, "bulut": 40}, valid=60) for n in range(3)]
    assert 2 == survey(several).contests["mayor"].marks
    assert 1 == survey([*several[:1], *(seen(f"c{n}", {"ada": 5}) for n in range(9))]).contests["mayor"].marks
    assert 1 == survey([seen("b1", {"ada": 70, "bulut": 40}, valid=60)]).contests["mayor"].marks


def test_registers_that_differ_are_counted_and_the_newest_is_kept() -> None:
    """Of several contests the largest: a register is what may still come. One no box can have is none."""
    rows = [seen("b1", {"ada": 5}, registered=90), seen("b1", {"ada": 5}, registered=80)]
    assert ({"b1": 80}, {"b1"}) == (survey(rows).registers(), survey(rows).registers_differ)
    rows.append(seen("b1", {"x": 5}, registered=85, contest="council"))
    assert {"b1": 85} == survey(rows).registers()
    assert {} == survey([seen("b1", {"ada": 5}, registered=2**31)]).registers()
