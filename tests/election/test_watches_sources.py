"""The sources side by side: who has gone silent, how they came back, and whether they agree."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from election.calls.verdict import View
from election.sources import Count
from election.teller import Teller
from election.watches_sources import ahead_of, far_enough
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT
from tests.election.tellings import seen, tell, teller
from tests.election.views import AGENCY, KENT, PARTY, Held, made, row, toml

COUNCIL_ROW = {"boxes": 8, "register": 880, "no_register": 2}
LIMIT = "[alerts]\nstall_after_s = 1200\ndisagree_votes = 50\n[calls.certain]\non = false\n"


def sources(
    who: Teller, agency: tuple[int, ...], last: int, now: int, council: tuple[int, ...] = (500, 100, 0),
    claimed: int = 8,
) -> View:  # fmt: skip
    """A view with an agency's figures, last heard so many minutes after the ban, at another minute."""
    looks, of = made(who.night), who.night
    held = Held(
        {
            who.contest.source: {KENT: row(council, of, **COUNCIL_ROW)},
            AGENCY: {KENT: row(agency, of, boxes=1, claimed=claimed)},
        },
        last_at={
            AGENCY: LAW_OPENS_AT + timedelta(minutes=last),
            who.contest.source: LAW_OPENS_AT + timedelta(minutes=now),
        },
    )
    return looks.view(held, LAW_OPENS_AT + timedelta(minutes=now))


def kinds(who: Teller, view: View) -> list[str]:
    """What is told of sources."""
    return [told.kind for told in tell(who, view) if told.kind.startswith("source")]


def silences(who: Teller, view: View) -> list[str]:
    """What is told of sources apart from whether they agree."""
    return [kind for kind in kinds(who, view) if kind.startswith("source-")]


def test_a_silent_source_is_told_once_and_heard_again_with_another_mix() -> None:
    """Twenty minutes are its limit; what it adds afterwards leans 60 points the other way."""
    who = teller(toml(LIMIT))
    assert [] == silences(who, sources(who, (510, 490, 0), last=0, now=20, claimed=7))
    facts = tell(who, sources(who, (510, 490, 0), last=0, now=21, claimed=7))
    stalled = [told for told in facts if told.kind == "source-stalled"]
    assert ["agency/2024-10-06T18:00:00.000Z"] == [told.key for told in stalled]
    assert ([510, 490, 0], 1260) == (stalled[0].d["votes"], stalled[0].d["silent_s"])
    assert [] == silences(who, sources(who, (510, 490, 0), last=0, now=90, claimed=7))
    assert ["source-resumed", "source-skewed"] == silences(
        who, sources(who, (530, 570, 0), last=100, now=100, claimed=7)
    )
    assert [] == silences(who, sources(who, (540, 600, 0), last=101, now=101, claimed=7))


def test_a_source_that_comes_back_with_the_same_mix_is_not_skewed() -> None:
    """And one that added next to nothing is not judged yet."""
    who = teller(toml(LIMIT))
    tell(who, sources(who, (600, 400, 0), last=0, now=30, claimed=7))
    assert ["source-resumed"] == silences(who, sources(who, (600, 402, 0), last=40, now=40, claimed=7))
    assert [] == silences(who, sources(who, (660, 440, 0), last=41, now=41, claimed=7))


def test_a_feed_of_areas_that_claims_no_box_is_not_said_to_have_told_of_boxes() -> None:
    """Neither of 0 boxes nor of 0 a minute; and of a pace that rounds to nothing none is said."""
    who = teller(toml(LIMIT))
    for claimed, told in (
        (0, "Last heard at 21:00, silent"),
        (7, "Last heard at 21:00 with 7 boxes, silent"),
    ):
        facts = who.tell(sources(who, (510, 490, 0), last=0, now=21, claimed=claimed), {"log/0": 1}, [])
        (stalled,) = [one for one in facts if one.kind == "source-stalled"]
        assert stalled.because["en"].startswith(told)
        assert "boxes a minute" not in stalled.because["en"]


def test_under_the_ban_a_silence_is_told_without_any_figure() -> None:
    """Nothing about totals leaves; so its mix is not compared later."""
    who = teller(toml(LIMIT))
    open_view = sources(who, (600, 400, 0), last=0, now=30, claimed=7)
    closed = replace(open_view, ban=replace(open_view.ban, state="closed"), now=CLOSED_UNTIL)
    (told,) = [one for one in tell(who, closed) if one.kind == "source-stalled"]
    assert not {"votes", "valid", "leader", "margin_votes"} & set(told.d)
    assert ["source-resumed"] == silences(who, sources(who, (100, 900, 0), last=40, now=40, claimed=7))


def test_nobody_is_called_silent_while_the_log_is_not_counted_to_its_end() -> None:
    """What a source said last may stand there; that somebody speaks again is told all the same."""
    who = teller(toml(LIMIT))
    late = sources(who, (510, 490, 0), last=0, now=21, claimed=7)
    assert "source-stalled" not in [told.kind for told in who.tell(late, {"log/0": 1}, behind=True)]
    assert ["source-stalled"] == silences(who, late)
    back = who.tell(sources(who, (510, 490, 0), last=30, now=30, claimed=7), {"log/0": 1}, behind=True)
    assert "source-resumed" in [told.kind for told in back]


def test_a_source_that_never_spoke_is_missed_only_if_it_is_the_published_one() -> None:
    """Another may have nothing to say of this contest."""
    who = teller()
    silent = [told.key for told in tell(who, seen(who, (0, 0, 0), boxes=0)) if told.kind == "source-stalled"]
    assert ["council/never"] == silent


def test_two_sources_with_different_choices_ahead_disagree_until_all_agree() -> None:
    """Each by more than the night's size; the next time by twice as much."""
    who = teller(toml(LIMIT))
    agency = ((450, 500, 0), (450, 501, 0), (450, 455, 0), (460, 455, 0), (450, 550, 0), (450, 551, 0))
    told = [kinds(who, sources(who, votes, last=now, now=now)) for now, votes in enumerate(agency)]
    assert [[], ["sources-disagree"], [], ["sources-agree"], [], ["sources-disagree"]] == told


def test_a_source_that_has_counted_little_disagrees_with_nobody() -> None:
    """Under the share from which the night names a lead; of an area feed by its own claim."""
    who = teller(toml(LIMIT))
    assert [] == kinds(who, sources(who, (0, 900, 0), last=0, now=0, claimed=2))
    assert ["sources-disagree"] == kinds(who, sources(who, (0, 900, 0), last=1, now=1, claimed=3))


@given(st.lists(st.integers(-400, 400), max_size=40))
def test_sources_that_flap_disagree_a_bounded_number_of_times(halves: list[int]) -> None:
    """The size doubles: 800 votes and a size of 50 give at most five."""
    who = teller(toml(LIMIT))
    told = [
        kind for now, half in enumerate(halves)
        for kind in kinds(who, sources(who, (500 + half, 500 - half, 0), last=now, now=now))
    ]  # fmt: skip
    assert told.count("sources-disagree") <= 5
    assert 0 <= told.count("sources-disagree") - told.count("sources-agree") <= 1


def test_who_is_ahead_by_a_source_and_whether_it_is_far_enough() -> None:
    """Nobody where the line is a tie; boxes by their number, areas by their claim."""
    who = teller()
    party = who.night.sources[PARTY]
    one = Count(party, False, 2, 8, None, 300, (100, 150, 50), None, 50, None)
    assert ("bora",) == ahead_of(one, who.contest)
    assert () == ahead_of(replace(one, margin_votes=0), who.contest)
    assert (False, True) == (far_enough(one, who.night, 8), far_enough(replace(one, units=3), who.night, 8))
