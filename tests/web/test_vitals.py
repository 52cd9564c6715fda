"""What a gateway notes of itself, and what it says when it is looked at."""

from datetime import UTC, datetime
from http import HTTPStatus

from hypothesis import given
from hypothesis import strategies as st

from election.wire.frames import ContestState
from tests.web.signs import ABOUT, Clock, Room, chart
from web.gate import Gate, GateRules
from web.tokens import nobodys
from web.vitals import BEHIND, CLOSES, CUTS, ERRORS, OTHER

AT = datetime(2019, 6, 23, 17, tzinfo=UTC)


def test_what_happens_is_counted() -> None:
    """Frames by the write and not by the client; codes and statuses each by itself."""
    noted, clock = chart()
    noted.connected()
    noted.frames(812, 812 * 300)
    noted.frames(3, 900)
    noted.errored("bad-field")
    noted.closed(3501)
    noted.answered(HTTPStatus.NOT_MODIFIED)
    noted.answered(200)
    vitals = noted.look()
    assert (1, 815, 812 * 300 + 900) == (vitals.opened, vitals.frames, vitals.frame_bytes)
    assert (1, 1) == (vitals.errors["bad-field"], vitals.closes["3501"])
    assert {304: 1, 200: 1} == vitals.answers
    assert ABOUT == vitals.about
    clock.now += 9
    assert 9 == noted.look().up_s


@given(st.text(), st.integers())
def test_what_a_stranger_makes_up_is_counted_as_other(code: str, close: int) -> None:
    """A label for each would fill the memory of whoever collects them."""
    noted, _ = chart()
    noted.errored(code)
    noted.closed(close)
    noted.cut(code)
    vitals = noted.look()
    assert set(CUTS) == set(vitals.cuts)
    assert set(ERRORS) == set(vitals.errors)
    assert set(CLOSES) == set(vitals.closes)
    assert 1 == vitals.errors[code if code in ERRORS else OTHER]
    assert 1 == vitals.closes[str(close) if str(close) in CLOSES else OTHER]


def test_the_age_of_data_is_that_of_the_newest_version() -> None:
    """Told again it gets no younger; a new version or a new epoch does."""
    noted, clock = chart()
    ages = []
    for epoch, version in (("e1", 4), ("e1", 4), ("e1", 5), ("e2", 5)):
        noted.held("mayor", ContestState(epoch=epoch, version=version, at=AT))
        clock.now += 2
        ages.append(noted.look().contests["mayor"].age_s)
    assert [2, 4, 2, 2] == ages
    newest = noted.look().contests["mayor"]
    assert ("e2", 5, AT) == (newest.epoch, newest.version, newest.at)


def test_what_clients_are_shown_stands_beside_what_was_read() -> None:
    """Between two ticks it is older."""
    noted, _ = chart(Room(shown={"mayor": 4}))
    for contest in ("mayor", "council"):
        noted.held(contest, ContestState(epoch="e1", version=6))
    assert {"mayor": (6, 4), "council": (6, 0)} == {
        contest: (of.version, of.shown) for contest, of in noted.look().contests.items()
    }


def test_ready_means_that_the_store_was_read_and_answers() -> None:
    """Silent is how long ago that was; before the first time, since the start."""
    noted, clock = chart()
    clock.now += 3
    assert (False, 3) == (noted.look().ready, noted.look().store_silent_s)
    noted.reached()
    clock.now += 1
    assert (True, 1) == (noted.look().ready, noted.look().store_silent_s)
    noted.lost()
    clock.now += 4
    assert (False, 5) == (noted.look().ready, noted.look().store_silent_s)
    noted.reached()
    assert (True, 0) == (noted.look().ready, noted.look().store_silent_s)


def test_hub_and_gate_are_asked_when_it_is_looked_at() -> None:
    """What is counted there is not counted twice."""
    gate = Gate(GateRules.read(clients_max=7), nobodys())
    noted, _ = chart(Room(connections=5, behind=2, cut=1), gate)
    gate.admit("192.0.2.1", {"authorization": "Bearer x"}, 0.0)
    gate.admit("192.0.2.1", {}, 0.0)
    vitals = noted.look()
    assert (5, 7, 2, 1, 1) == (
        vitals.connections, vitals.connections_max, vitals.behind, vitals.cuts[BEHIND], vitals.addresses,
    )  # fmt: skip
    assert {"bad-token": 1} == {reason: count for reason, count in vitals.refused.items() if count}
    assert (0, "") == (vitals.tokens, vitals.tokens_trouble)


def test_a_look_is_a_value_of_its_moment() -> None:
    """What happens later is not in it."""
    noted, _ = chart(clock=Clock())
    before = noted.look()
    noted.errored("bad-field")
    noted.frames(1, 1)
    noted.answered(200)
    assert (0, 0, {}) == (before.errors["bad-field"], before.frames, before.answers)
