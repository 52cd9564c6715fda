"""What the register must allow for, and which checks are relaxed."""

from election.checks import CHECKS
from sandik.scaffold_limits import kept, limits, relaxed
from tests.sandik.rows import seen, survey


def test_the_slack_is_the_largest_excess_over_a_register() -> None:
    """With how many boxes need it; zero where none does."""
    found = limits(survey([seen("b1", {"ada": 107}), seen("b2", {"ada": 50})]))
    assert {"slack_per_box": 7} == found.numbers
    assert "1 of 2 boxes" in found.notes["slack_per_box"]
    assert 0 == limits(survey([seen("b1", {"ada": 50})])).numbers["slack_per_box"]


def test_a_box_with_more_than_twice_its_register_widens_nothing() -> None:
    """It is likelier to be a mistake, and a person is to look at it."""
    found = limits(survey([seen("b1", {"ada": 900}), seen("b2", {"ada": 101})]))
    assert 1 == found.numbers["slack_per_box"]
    assert "Q302 holds them back" in found.notes["slack_per_box"]


def test_a_feed_without_registers_says_what_the_bound_rests_on() -> None:
    """A box may then hold twice the most that any box states; never nothing, or all would be held back."""
    found = limits(
        survey([seen("b1", {"ada": 333}, registered=None), seen("b2", {"ada": 50}, registered=None)])
    )
    assert 670 == found.numbers["voters_max_without_register"]
    assert "2 of 2 boxes have no register" in found.notes["voters_max_without_register"]


def test_while_sums_run_on_every_registered_voter_may_still_come() -> None:
    """A district that has said something is not done, so nothing is certain."""
    found = limits(survey([seen("d1", {"ada": 9}, claimed_boxes=1), seen("d2", {"ada": 9}, registered=80)]))
    assert (1, 180) == (found.numbers["unexpected_boxes"], found.numbers["unexpected_box_voters"])


def test_checks_that_the_papers_break_are_lowered_to_a_word_and_never_off() -> None:
    """With how often; what may not be relaxed is only told."""
    fires = {"E201": 4, "Q304": 1, "W301": 9, "E204": 2, "Q302": 3, "Q311": 1}
    found = relaxed(fires, 50)
    assert ["E201", "Q304"] == [one.code for one in found]
    assert "4 of 50 papers" in found[0].note
    assert CHECKS["E201"].asks in found[0].note
    assert "is the mapping right?" not in found[0].note
    assert "is the mapping right?" in relaxed({"E201": 26}, 50)[0].note
    assert [("E204", 2), ("Q302", 3), ("Q311", 1)] == kept(fires)
