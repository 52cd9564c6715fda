"""Corrections are what moved while no more boxes were counted; they are told when they have grown large."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from election.corrections import Corrections
from election.rehearsal import Rehearsal
from tests.election.strategies import CLOSED_UNTIL, bundle, contest_of, figures, night, paper
from tests.election.tellings import seen, tell, teller
from tests.election.views import heard, toml

SIZES = "[alerts]\ncorrection_votes = 100\n[calls.certain]\non = false\n"


def test_counting_is_no_correction_and_a_revision_is_one() -> None:
    """A second box of the area counts; the first box's recount moves its votes; a withdrawal takes them."""
    rehearsal = Rehearsal(night(), "rehearsal")
    corrections = Corrections(night(), contest_of())
    moved = []
    for claim in (
        paper("k1-1", **figures(100, 50)), paper("k1-2", **figures(60, 50)),
        paper("k1-1", revision=2, cause="recount", **figures(90, 60)), paper("g1-1", **figures(9, 9, None)),
        paper("k1-2", revision=2, cause="withdrawn"),
    ):  # fmt: skip
        rehearsal.hear(bundle([claim]))
        corrections.hear(heard(rehearsal.tally(contest_of(), contest_of().source)))
        moved.append((corrections.votes, corrections.area))
    expected = [
        ((0, 0, 0), None), ((0, 0, 0), None), ((-10, 10, 0), "k1"), ((-10, 10, 0), "k1"),
        ((-70, -40, 0), "k1"),
    ]  # fmt: skip
    assert expected == moved
    corrections.begin_again()
    assert ((0, 0, 0), None) == (corrections.votes, corrections.area)


def test_many_small_corrections_are_told_when_they_have_grown_large() -> None:
    """To the night's size, and within the hour to twice that."""
    who = teller(toml(SIZES))
    told = []
    for minute, lead in enumerate((900, 840, 801, 800, 700, 601, 600, 400)):
        facts = tell(who, seen(who, (1000 + lead, 1000, 0), minute))
        told.append([one.d["effect_votes"] for one in facts if one.kind == "correction"])
    assert [[], [], [], [-100], [], [], [-200], []] == told


def test_after_an_hour_the_size_is_the_nights_again() -> None:
    """Each correction doubles it for one hour only."""
    who = teller(toml(SIZES))
    told = [
        [one.key for one in tell(who, seen(who, (1000 + lead, 1000, 0), minute)) if one.kind == "correction"]
        for minute, lead in ((0, 900), (1, 800), (61, 700))
    ]
    assert [[], ["1"], ["2"]] == told


def test_what_moves_under_the_ban_is_no_correction() -> None:
    """Nobody had been told the figure it corrects."""
    who = teller(toml(SIZES))
    for lead in (900, 100):
        what = seen(who, (1000 + lead, 1000, 0))
        tell(who, replace(what, now=CLOSED_UNTIL, ban=replace(what.ban, state="closed")))
    assert "correction" not in [one.kind for one in tell(who, seen(who, (1100, 1000, 0)))]


@given(st.lists(st.integers(0, 2000), max_size=30))
def test_within_an_hour_corrections_are_told_a_bounded_number_of_times(leads: list[int]) -> None:
    """2,000 votes and a size of 100: five doublings."""
    who = teller(toml(SIZES))
    told = [one.kind for lead in leads for one in tell(who, seen(who, (3000 + lead, 3000, 0)))]
    assert told.count("correction") <= 5
