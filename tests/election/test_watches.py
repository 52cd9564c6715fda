"""The watches over the published count tell each thing once, and a bounded number of times if it flaps."""

from hypothesis import given
from hypothesis import strategies as st

from election.night import Night
from election.watches import in_question, widened
from tests.election.tellings import by_itself, seen, tell, teller, told_of, words
from tests.election.views import toml

SIZES = "[alerts]\nlead_change_votes = 10\nband_leave_permille = 1\n"
CALLS_OFF = "[calls.certain]\non = false\n[calls.majority]\non = false\n"


def quiet() -> Night:
    """A night without rules, and with small sizes."""
    return toml(CALLS_OFF + SIZES)


def test_at_the_opening_only_the_highest_step_is_told() -> None:
    """What was passed under the ban is no news; neither are first boxes then."""
    who = teller(quiet())
    assert [("embargo-lifted", "open"), ("counted", "75")] == words(
        tell(who, seen(who, (90, 60, 0), boxes=6)), "lead-noted", "source-stalled"
    )


def test_first_boxes_and_then_every_step_once() -> None:
    """One of eight is 12 %; a box that is withdrawn and comes back is no second step."""
    who = teller(by_itself(more="[alerts]\ncounted_pct = [25, 50, 100]\n"))
    views = [seen(who, (9, 6, 0), boxes=boxes) for boxes in (1, 1, 2, 1, 2, 7, 8)]
    told = told_of(who, *views)
    assert [("first-boxes", "1"), ("counted", "25"), ("counted", "50"), ("counted", "100")] == [
        word for word in told if word[0] in ("first-boxes", "counted")
    ]


def test_the_first_lead_is_noted_and_the_next_is_told() -> None:
    """By more than the night's size; a tie leads nowhere."""
    who = teller(quiet())
    views = [seen(who, votes) for votes in ((511, 500, 0), (500, 500, 0), (500, 510, 0), (500, 511, 0))]
    leads = [word for word in told_of(who, *views) if word[0].startswith("lead")]
    assert [("lead-noted", "1"), ("lead-change", "1")] == leads


def test_no_lead_is_told_before_enough_is_counted() -> None:
    """Two of eight boxes are 25 %, under the night's 30."""
    who = teller(quiet())
    views = [
        seen(who, (900, 0, 0), boxes=2),
        seen(who, (0, 900, 0), boxes=2),
        seen(who, (0, 900, 0), boxes=3),
    ]
    assert ["lead-noted"] == [kind for kind, _ in told_of(who, *views) if kind.startswith("lead")]


def test_with_two_seats_it_is_another_pair_that_takes_the_lead() -> None:
    """Who of the two is first is no change."""
    who = teller(quiet(), "assembly")
    views = [seen(who, votes) for votes in ((900, 800, 100), (800, 900, 100), (100, 900, 800))]
    facts = [told for one in views for told in tell(who, one) if told.kind.startswith("lead")]
    assert [["d1", "d2"], ["d2", "d3"]] == [told.d["ahead"] for told in facts]


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=30))
def test_a_flapping_lead_is_told_a_bounded_number_of_times(margins: list[tuple[int, int]]) -> None:
    """The size doubles after every third change: with 4,000 votes and a size of 10, 27 changes at most."""
    who = teller(quiet())
    told = told_of(who, *(seen(who, (ada, bora, 0)) for ada, bora in margins))
    assert len([kind for kind, _ in told if kind == "lead-change"]) <= 27


def test_a_lead_that_flaps_for_ever_falls_silent() -> None:
    """A hundred swings of 100 votes: after four doublings of 10 they are under the size."""
    who = teller(quiet())
    votes = [(500, 400, 0), (400, 500, 0)] * 50
    told = told_of(who, *(seen(who, one) for one in votes))
    assert 12 == len([kind for kind, _ in told if kind == "lead-change"])


def test_the_band_is_entered_at_its_edge_and_left_beyond_a_wider_one() -> None:
    """5 per thousand of 1,000: in at 5, still in at 6, out at 7; the next time out at 9."""
    who = teller(quiet())
    votes = [(500 + up, 500 - up, 0) for up in (10, 2, 3, 10, 2, 4, 5)]
    told = [word for word in told_of(who, *(seen(who, one) for one in votes)) if word[0].startswith("band")]
    expected = [("band-entered", "1"), ("band-left", "1"), ("band-entered", "2"), ("band-left", "2")]
    assert expected == told


@given(st.lists(st.integers(-500, 500), max_size=40))
def test_a_flapping_margin_leaves_the_band_a_bounded_number_of_times(halves: list[int]) -> None:
    """The way out doubles each time: at most ten times to 1,000 per thousand."""
    who = teller(quiet())
    told = told_of(who, *(seen(who, (500 + half, 500 - half, 0)) for half in halves))
    left = [kind for kind, _ in told if kind == "band-left"]
    entered = [kind for kind, _ in told if kind == "band-entered"]
    assert len(left) <= 10
    assert len(left) <= len(entered) <= len(left) + 1


def test_boxes_held_back_are_decisive_if_they_can_change_who_leads() -> None:
    """One quarantined box of 300 registered against leads of 301 and of 300; cleared when it is counted."""
    who = teller(quiet())
    held = {"boxes": 7, "register": 580, "quarantined": 1, "register_quarantined": 300, "no_register": 2}
    first = seen(who, (500, 199, 0), **held)
    assert (1, 300) == in_question(first)
    facts = [told_of(who, one) for one in (first, seen(who, (500, 200, 0), **held), seen(who, (501, 200, 0)))]
    questions = [[word for word in told if word[0].startswith("quarantine")] for told in facts]
    assert [[], [("quarantine-decisive", "1")], [("quarantine-cleared", "1")]] == questions


def test_what_was_never_heard_makes_no_box_in_question_decisive() -> None:
    """Early on everything can still change; that is said by the rules, not as an alert."""
    who = teller(quiet())
    held = {"boxes": 4, "register": 100, "quarantined": 1, "register_quarantined": 30, "no_register": 2}
    told = told_of(who, seen(who, (200, 100, 0), **held))
    assert not [kind for kind, _ in told if kind.startswith("quarantine")]


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=30))
def test_a_flapping_question_is_asked_a_bounded_number_of_times(steps: list[tuple[int, bool]]) -> None:
    """The excess that is needed doubles each time: 300 votes and a size of 10 give at most seven."""
    who = teller(quiet())
    held = {"boxes": 7, "register": 580, "quarantined": 1, "register_quarantined": 300, "no_register": 2}
    views = [seen(who, (500 + margin, 500, 0), **(held if back else {})) for margin, back in steps]
    told = [kind for kind, _ in told_of(who, *views)]
    assert told.count("quarantine-decisive") <= 7


def test_a_size_of_nothing_grows_too() -> None:
    """0, 1, 3, 7; a size of 200 doubles."""
    assert [0, 1, 3, 7] == [widened(0, times) for times in range(4)]
    assert [200, 400, 800] == [widened(200, times) for times in range(3)]
