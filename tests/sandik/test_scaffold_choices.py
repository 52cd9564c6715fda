"""Choices of a scaffolded night: who is in front, colours, where each stands."""

from sandik.scaffold_choices import MAIN, OTHERS, PALETTE, ContestPlan, colours, party_ids, plan
from sandik.scaffold_seen import Survey
from sandik.scaffold_tree import grow
from tests.sandik.rows import place, seen, survey
from web.styles import SAFE

NORTH = place(("city", "c"), ("town", "north"))
SOUTH = place(("city", "c"), ("town", "south"))


def planned(found: Survey, contest: str = "mayor") -> ContestPlan:
    """One contest of what was seen."""
    return plan(found.contests[contest], grow(found, "Night"), None, "Night")


def test_the_two_with_the_most_votes_are_the_main_choices() -> None:
    """In the order of the feed, whoever leads."""
    made = planned(survey([seen("b1", {"ada": 1, "bulut": 9, "ceviz": 4}, NORTH)]))
    assert [("ada", False, ""), ("bulut", True, "up"), ("ceviz", True, "down")] == [
        (choice.id, choice.main, choice.symbol) for choice in made.choices
    ]
    assert MAIN == sum(choice.main for choice in made.choices)


def test_a_choice_that_adds_up_the_others_is_taken_for_a_sum() -> None:
    """A row `Total` among the candidates would be counted as one of them; it is said, and no main choice."""
    rows = [seen(f"b{n}", {"ada": n, "bulut": 9, "ceviz": 4, "total": n + 13}, NORTH) for n in (1, 2, 3)]
    assert [False, False, False, True] == [choice.is_sum for choice in planned(survey(rows)).choices]
    assert not planned(survey(rows)).choices[3].main
    tie = [seen(f"b{n}", {"ada": n, "bulut": n}, NORTH) for n in (1, 2, 3)]
    assert not any(choice.is_sum for choice in planned(survey(tie)).choices)


def test_colours_are_those_nearly_everybody_can_tell_apart() -> None:
    """The page's own safe ones, by votes; when they are used up, grey."""
    assert SAFE == (*PALETTE, OTHERS)
    votes = {f"c{n}": 100 - n for n in range(8)}
    made = planned(survey([seen("b1", votes, NORTH)]))
    colours([made])
    assert [*PALETTE, OTHERS, OTHERS] == [choice.colour for choice in made.choices]


def test_a_party_has_one_colour_in_every_contest() -> None:
    """And nobody else of that contest has it."""
    parties = {"ada": "Red", "bulut": "Blue"}
    found = survey(
        [
            seen("b1", {"ada": 9, "bulut": 5}, NORTH, parties=parties),
            seen("b1", {"x": 9, "y": 5, "z": 1}, NORTH, contest="council", parties={"z": "Red", "y": "Blue"}),
        ]
    )
    made = [planned(found), planned(found, "council")]
    assert {"Red": PALETTE[0], "Blue": PALETTE[1]} == colours(made)
    assert [PALETTE[2], PALETTE[1], PALETTE[0]] == [choice.colour for choice in made[1].choices]


def test_a_choice_stands_only_where_the_feed_has_figures_of_it() -> None:
    """If those are whole areas; a hole in one box of an area is no rule, and left to the check."""
    rows = [
        seen("b1", {"ada": 1, "bulut": 2, "ceviz": 3}, NORTH),
        seen("b2", {"ada": 1, "bulut": 2, "ceviz": 3}, NORTH),
        seen("b3", {"ada": 1, "bulut": 2}, SOUTH),
    ]
    assert [(), (), ("north",)] == [choice.areas for choice in planned(survey(rows)).choices]
    rows[1] = seen("b2", {"ada": 1, "bulut": 2}, NORTH)
    assert [(), (), ()] == [choice.areas for choice in planned(survey(rows)).choices]


def test_a_box_that_states_nothing_says_nothing_of_where_a_choice_stands() -> None:
    """A sealed box has no figures, and its town votes for the same people."""
    rows = [
        seen("b1", {"ada": 1, "bulut": 2}, NORTH),
        seen("b2", {}, SOUTH, state="sealed", voters=None, valid=None, invalid=None),
    ]
    assert [(), ()] == [choice.areas for choice in planned(survey(rows)).choices]


def test_a_question_of_yes_and_no_is_one() -> None:
    """By what the choices are called, in the words of some languages."""
    names = {"a": "Ja", "b": "Nein"}
    found = survey([seen("b1", {"a": 1, "b": 2}, NORTH, choice_names=names)])
    assert "yes-no" == planned(found).kind
    assert "choice" == planned(survey([seen("b1", {"a": 1, "b": 2}, NORTH)])).kind


def test_boxes_of_the_contests_area_that_were_never_heard_are_counted() -> None:
    """A contest of two towns of which one box was heard in one only."""
    rows = [
        seen("b1", {"ada": 1}, NORTH), seen("b2", {"ada": 1}, SOUTH),
        seen("b1", {"x": 1}, NORTH, contest="council"),
    ]  # fmt: skip
    made = planned(survey(rows), "council")
    assert ("north", 1, 1) == (made.area, made.heard, made.boxes)


def test_each_party_has_an_id_of_its_own() -> None:
    """Two names that are written alike in small letters stay two parties."""
    ids = party_ids(["Blue", "BLUE", "yeşil"])
    assert 3 == len(set(ids.values()))
    assert "yesil" == ids["yeşil"]
