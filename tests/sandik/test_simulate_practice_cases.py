"""The desk that tells the practice night keeps what each case should leave behind."""

from sandik.simulate_practice_cases import Desk, Paper

PAPER = Paper(300, 250, 5, {"deniz": 140, "toprak": 100, "ruzgar": 10})


def test_a_paper_moved_still_adds_up() -> None:
    """Votes taken away or added move the valid with them, invalid votes the voters."""
    moved = PAPER.moved(deniz=-3, toprak=1, invalid=2)
    assert {"deniz": 137, "toprak": 101, "ruzgar": 10} == moved.votes
    assert (248, 7, 255) == (moved.valid, moved.invalid, moved.voters)


def test_a_choice_absent_stays_absent() -> None:
    """Moving votes never turns an absent choice into a zero."""
    paper = Paper(300, 240, 5, {"deniz": 140, "toprak": 100, "ruzgar": None})
    assert None is paper.moved(deniz=1).votes["ruzgar"]


def test_only_what_counts_is_left_in_the_end() -> None:
    """A paper that counts is final until dropped; the party's papers never are."""
    desk = Desk("mayor", {"asma-1": PAPER})
    desk.say(0, 1, {"asma-1": PAPER})
    desk.say(1, 2, {"asma-1": PAPER.moved(deniz=1)}, counts=False)
    desk.say(2, 1, {"asma-2": PAPER}, source="party")
    assert {"asma-1": PAPER} == desk.final
    desk.drop("asma-1", held=True)
    assert ({}, {"asma-1"}) == (desk.final, desk.held)


def test_odd_columns_replace_what_was_right() -> None:
    """A paper to be refused differs from a right one in just that column."""
    desk = Desk("mayor", {})
    odd = desk.say(0, 1, {"asma-1": PAPER}, odd={"voters": [12.5]}, counts=False)
    assert [12.5] == odd.voters
    assert [250] == odd.valid
