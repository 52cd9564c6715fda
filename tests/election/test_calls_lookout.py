"""What rules are shown: strata, silences, the parent over the same boxes; equal for equal arguments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from election.calls.verdict import Then
from election.checks import check
from election.embargo import BULLETINS, CLOSED, OPEN
from election.night import AreaId, ContestId, SourceId
from election.swing import together
from election.tally import Tally, statement
from election.wire.frames import ContestState
from tests.election.strategies import (
    CLOSED_UNTIL,
    LAW_OPENS_AT,
    NOON,
    PARENT_VOTES,
    contest_of,
    figures,
    night,
    paper,
    source_of,
    unit_of,
)
from tests.election.views import AGENCY, COUNCIL, KENT, PARTY, Held, made, row

PARENT = night(parent=PARENT_VOTES + "mayor,k1-2,40,60,5\nmayor,g1-1,10,20,\n")
CLOSE = night().polls_close_at


def test_a_contest_state_is_what_it_asks_for() -> None:
    """The gateway's and the worker's state of a contest need no other shape."""
    shown = made().view(ContestState(version=7, lifted_at=NOON), NOON)
    assert (7, CLOSED, 0) == (shown.version, shown.ban.state, shown.seen.boxes)


def test_the_strata_are_the_leaf_areas_of_the_contest() -> None:
    """The bridge is voted on in the south only."""
    assert ("k1", "k2", "g1", "g2") == made().areas
    assert ("g1", "g2") == made(contest="bridge").areas
    assert (300, 250) == (made().largest_box, made(contest="bridge").largest_box)


def test_every_source_is_counted_beside_the_others() -> None:
    """Totals of one are never another's."""
    rows = {COUNCIL: {KENT: row((9, 5, 1), boxes=2)}, PARTY: {KENT: row((5, 9, 1), boxes=3)}}
    shown = made().view(Held(rows), LAW_OPENS_AT)
    assert (OPEN, "ada", 4) == (shown.ban.state, shown.seen.leader, shown.seen.margin_votes)
    told = [(one.source.id, one.units, one.leader) for one in shown.counts]
    assert [("council", 2, "ada"), ("party", 3, "bora"), ("agency", 0, None)] == told


def test_a_source_is_waited_for_since_it_last_spoke() -> None:
    """From the close of polls on; a finished one is not silent; the pace is boxes a minute."""
    assert CLOSE is not None
    rows = {COUNCIL: {KENT: row((9, 5, 1), boxes=4)}, PARTY: {KENT: row((9, 5, 1), boxes=8)}}
    last = {COUNCIL: CLOSE + timedelta(minutes=2), PARTY: CLOSE}
    shown = made().view(Held(rows, last_at=last), CLOSE + timedelta(minutes=62))
    silence = shown.silences[COUNCIL]
    assert (3600, 1800, False, 2.0, True) == (
        silence.for_s, silence.limit_s, silence.finished, silence.pace, silence.stalled,
    )  # fmt: skip
    assert (True, False, None) == (
        shown.silences[PARTY].finished, shown.silences[PARTY].stalled, shown.silences[PARTY].pace,
    )  # fmt: skip
    assert 62 * 60 == shown.silences[AGENCY].for_s


def test_a_source_that_last_spoke_before_polls_closed_is_waited_for_from_the_close() -> None:
    """Nothing was due from it at noon: ten minutes after the close it is silent for ten minutes."""
    assert CLOSE is not None
    shown = made().view(Held({}, last_at={COUNCIL: NOON}), CLOSE + timedelta(minutes=10))
    assert 600 == shown.silences[COUNCIL].for_s


def test_a_source_that_sets_its_own_limit_of_silence_is_held_to_that() -> None:
    """A feed that should speak every five minutes is not waited for as long as the others."""
    own = replace(night().sources[PARTY], stall_after_s=300)
    shown = made(replace(night(), sources={**night().sources, PARTY: own})).view(Held({}), LAW_OPENS_AT)
    assert (300, 1800) == (shown.silences[PARTY].limit_s, shown.silences[COUNCIL].limit_s)


def test_the_pace_is_boxes_a_minute_with_one_decimal() -> None:
    """Seven boxes in three minutes; of an area feed the boxes it claims and not its two towns."""
    assert CLOSE is not None
    rows = {
        COUNCIL: {KENT: row((9, 5, 1), boxes=7)},
        AGENCY: {KENT: row((9, 5, 1), boxes=2, claimed=5)},
    }
    last = {COUNCIL: CLOSE + timedelta(minutes=3), AGENCY: CLOSE + timedelta(minutes=3)}
    shown = made().view(Held(rows, last_at=last), LAW_OPENS_AT)
    assert (2.3, 1.7) == (shown.silences[COUNCIL].pace, shown.silences[AGENCY].pace)


def test_the_councils_ruling_lifts_the_ban() -> None:
    """From the hour it names, hours before the law would."""
    states = [made().view(Held({}, lifted_at=at), CLOSED_UNTIL).ban.state for at in (None, CLOSED_UNTIL)]
    assert [BULLETINS, OPEN] == states


def test_nobody_is_silent_before_polls_close() -> None:
    """What a source said at noon is no beginning of its silence."""
    shown = made().view(Held({}, last_at={COUNCIL: NOON}), NOON)
    assert {0} == {silence.for_s for silence in shown.silences.values()}
    assert {0} == {silence.for_s for silence in made().view(Held({}), None).silences.values()}


def test_an_area_feed_is_finished_when_it_claims_every_box() -> None:
    """All of its areas are told of long before."""
    for claimed, finished in ((7, False), (8, True)):
        rows = {AGENCY: {KENT: row((9, 5, 1), boxes=2, claimed=claimed)}}
        assert finished == made().view(Held(rows), LAW_OPENS_AT).silences[SourceId("agency")].finished


def test_the_parent_is_shown_over_the_boxes_counted_on_both_nights() -> None:
    """With what the parent had in all of the area; an area it does not know is not there."""
    contest = contest_of("mayor", PARENT)
    tally = Tally(contest, source_of("council", PARENT), PARENT)
    for unit in ("k1-1", "k2-1"):
        claim = paper(unit, **figures(50, 40, 3))
        tally.hear(unit_of(claim), statement(check(claim, PARENT), contest, PARENT))
    looks = made(PARENT)
    shown = looks.view(Held({COUNCIL: dict(tally.rows)}), LAW_OPENS_AT)
    assert {
        "k1": Then(1, 2, (50, 40, 3), (100, 50, 0), (140, 110, 5)),
        "g1": Then(0, 1, (0, 0, 0), (0, 0, 0), (10, 20, 0)),
    } == shown.then
    again = looks.view(Held({COUNCIL: dict(tally.rows)}), LAW_OPENS_AT)
    assert shown.then[AreaId("k1")] is shown.then[AreaId("k1")]
    assert shown == again
    assert together(shown.then.values()) == shown.whole_then
    with pytest.raises(KeyError, match="elsewhere"):
        shown.then[AreaId("elsewhere")]


def test_what_the_parent_knows_outside_the_contest_is_not_counted() -> None:
    """A bridge is voted on in one town; the parent's file may have other boxes under its name."""
    of = night(parent="contest,box,yes,no\nbridge,k1-1,5,4\nbridge,g1-1,3,2\n")
    shown = made(of, "bridge").view(Held({}), LAW_OPENS_AT)
    assert shown.whole_then is not None
    assert (1, 1) == (shown.whole_then.boxes_total, sum(one.boxes_total for one in shown.then.values()))


def test_without_a_parent_there_is_nothing_of_it() -> None:
    """Not even empty areas."""
    assert {} == made().view(Held({}), NOON).then
    assert made().view(Held({}), NOON).whole_then is None
    assert {} == night().parent_votes.get(ContestId("mayor"), {})
