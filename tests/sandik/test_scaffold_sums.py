"""The sums that a scaffolded night has to end with."""

import json
from typing import Any

from sandik.scaffold_sums import ending
from sandik.scaffold_tree import grow
from tests.sandik.rows import place, seen, survey

TOWN = place(("city", "c"), ("town", "t"))


def ended(*documents: Any, whole: bool = False) -> Any:
    """The contest's part of the file."""
    found = survey(*documents)
    tree = grow(found, "Night")
    return json.loads(ending(found, tree, whole, {"mayor": tree.root}))["contests"]["mayor"]


def test_the_last_rows_are_summed() -> None:
    """Every figure that every row states."""
    rows = [seen("b1", {"ada": 5, "bulut": 9}, TOWN), seen("b2", {"ada": 2, "bulut": 1}, TOWN)]
    assert {
        "boxes": {"counted": 2, "total": 2}, "registered": 200, "voters": 17, "valid": 17, "invalid": 0,
        "choices": {"ada": 7, "bulut": 10}, "leader": "bulut", "margin_votes": 3,
    } == ended(rows)  # fmt: skip


def test_a_figure_that_some_row_does_not_state_is_left_out() -> None:
    """What is left out is not compared: an unknown is no zero."""
    rows = [seen("b1", {"ada": 5, "bulut": 9}, TOWN), seen("b2", {"ada": 2, "bulut": 1}, TOWN, voters=None)]
    assert "voters" not in ended(rows)
    assert 17 == ended(rows)["valid"]


def test_what_was_taken_away_or_may_not_be_counted_is_not_in_the_sums() -> None:
    """The box is still one of the contest's."""
    first = [seen(f"b{n}", {"ada": 5, "bulut": 2}, TOWN) for n in (1, 2)]
    assert {"counted": 1, "total": 2} == ended(first, first[:1], whole=True)["boxes"]
    sealed = [seen("b1", {"ada": 5, "bulut": 1}, TOWN), seen("b2", {}, TOWN, state="sealed", voters=None)]
    assert ({"ada": 5, "bulut": 1}, 6) == (ended(sealed)["choices"], ended(sealed)["voters"])


def test_a_tie_has_no_leader_and_a_single_choice_no_margin() -> None:
    """As the count has it."""
    assert (None, 0) == (
        ended([seen("b1", {"ada": 5, "bulut": 5}, TOWN)])["leader"],
        ended([seen("b1", {"ada": 5, "bulut": 5}, TOWN)])["margin_votes"],
    )
    assert "margin_votes" not in ended([seen("b1", {"ada": 5}, TOWN)])
