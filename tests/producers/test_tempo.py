"""A replay's tempo, changed on the way, with no clock but the test's."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from election.wire.controls import Control
from election.wire.records import Ruling
from producers.pace import Cue, Due
from producers.tempo import Tempo

EIGHT = datetime(2019, 6, 23, 17, 0, tzinfo=UTC)


def due(recorded_s: float) -> Due:
    """A record of so many recorded seconds after eight."""
    at = EIGHT + timedelta(seconds=recorded_s)
    return Due(recorded_s, Cue(at, Ruling("mayor", "concession", at, at, "council", "", "")))


def asks(do: str, **more: object) -> Control:
    """A control."""
    return Control("c1", do, "Ayşe", EIGHT, **more)  # type: ignore[arg-type]


def test_a_record_is_waited_for_at_the_speed() -> None:
    """At sixty, a recorded minute is a second, counted from the beginning."""
    tempo = Tempo(60)
    tempo.begin(100.0)
    assert [0.0, 1.0, 0.5, 0.0] == [
        tempo.wait_s(due(at_s), now_s) for at_s, now_s in ((0, 100.0), (60, 100.0), (60, 100.5), (60, 103.0))
    ]


def test_another_speed_counts_from_where_it_is() -> None:
    """Ten seconds at sixty are ten minutes; the eleventh takes half as long at twice the speed."""
    tempo = Tempo(60)
    assert "" == tempo.take(asks("speed", speed=120.0), 10.0)
    assert 0.5 == tempo.wait_s(due(660), 10.0)


def test_what_is_paused_stands_still_and_goes_on_where_it_stood() -> None:
    """However long the pause was."""
    tempo = Tempo(60)
    assert "" == tempo.take(asks("pause"), 1.0)
    assert None is tempo.wait_s(due(120), 500.0)
    assert "" == tempo.take(asks("resume"), 1000.0)
    assert 1.0 == tempo.wait_s(due(120), 1000.0)


def test_a_paused_replay_is_stepped_record_by_record() -> None:
    """Two steps let two records through, and no third; only a paused one can be stepped."""
    tempo = Tempo(1)
    assert tempo.take(asks("step"), 0.0).startswith("Only a paused replay")
    tempo.take(asks("pause"), 0.0)
    tempo.take(asks("step", records=2), 0.0)
    for at_s in (5, 50):
        assert 0.0 == tempo.wait_s(due(at_s), 0.0)
        tempo.played(due(at_s))
    assert None is tempo.wait_s(due(60), 0.0)
    tempo.take(asks("resume"), 9.0)
    assert 10.0 == tempo.wait_s(due(60), 9.0)


def test_a_jump_brings_everything_up_to_its_hour_at_once() -> None:
    """That of the hour itself too, as with every hour asked for; from there the speed holds again."""
    tempo = Tempo(1)
    tempo.take(asks("jump", to=EIGHT + timedelta(hours=1)), 0.0)
    assert 0.0 == tempo.wait_s(due(3599), 0.0)
    tempo.played(due(3599))
    assert 0.0 == tempo.wait_s(due(3600), 0.0)
    assert 60.0 == tempo.wait_s(due(3660), 0.0)


def test_a_jump_into_a_silence_waits_for_what_is_left_of_it() -> None:
    """Also where it is shortened: of two hours that play as a minute, at most that minute is waited for."""
    tempo = Tempo(1)
    tempo.played(due(0))
    tempo.take(asks("jump", to=EIGHT + timedelta(hours=1)), 0.0)
    shortened = Due(60.0, due(7200).cue)
    assert 60.0 == tempo.wait_s(shortened, 0.0)
    tempo.take(asks("jump", to=EIGHT + timedelta(seconds=7190)), 0.0)
    assert 10.0 == tempo.wait_s(shortened, 0.0)


def test_who_plays_and_cannot_forget_does_not_go_back() -> None:
    """A jump to an hour that is played already is refused with the way out, and changes nothing."""
    tempo = Tempo(1)
    tempo.played(due(3600))
    said = tempo.take(asks("jump", to=EIGHT), 0.0)
    assert "another session" in said
    assert "18:00:00" in said
    assert 10.0 == tempo.wait_s(due(10), 0.0)


def test_a_jump_to_an_earlier_hour_begins_the_recording_anew() -> None:
    """Up to that hour everything comes at once, and from there on the speed, or the pause, holds again."""
    tempo = Tempo(1, may_go_back=True)
    tempo.played(due(3600))
    assert "" == tempo.take(asks("jump", to=EIGHT + timedelta(minutes=10)), 50.0)
    assert tempo.back
    tempo.began_anew(60.0)
    assert (False, None, 0) == (tempo.back, tempo.played_at, tempo.records)
    assert 0.0 == tempo.wait_s(due(600), 60.0)
    tempo.played(due(600))
    assert 30.0 == tempo.wait_s(due(630), 60.0)
    tempo.take(asks("pause"), 60.0)
    assert "" == tempo.take(asks("jump", to=EIGHT), 70.0)
    tempo.began_anew(70.0)
    assert 0.0 == tempo.wait_s(due(0), 70.0)
    tempo.played(due(0))
    assert None is tempo.wait_s(due(630), 999.0)


def test_what_could_not_be_forgotten_stays_and_goes_on() -> None:
    """The store was away: the replay goes on from where it is, at its speed."""
    tempo = Tempo(1, may_go_back=True)
    tempo.played(due(3600))
    tempo.take(asks("pause"), 3600.0)
    tempo.take(asks("jump", to=EIGHT), 3600.0)
    tempo.stays()
    tempo.take(asks("resume"), 4000.0)
    assert not tempo.back
    assert 60.0 == tempo.wait_s(due(3660), 4000.0)


def test_from_as_fast_as_possible_to_a_speed() -> None:
    """The speed counts from the newest record that was played."""
    tempo = Tempo(None)
    tempo.played(due(3600))
    tempo.take(asks("speed", speed=60.0), 5.0)
    assert 1.0 == tempo.wait_s(due(3660), 5.0)


@given(
    st.lists(st.integers(0, 5000), min_size=1),
    st.lists(
        st.tuples(
            st.sampled_from(
                [asks("pause"), asks("resume"), asks("step", records=3), asks("speed", speed=9.0),
                 asks("speed", speed=None), asks("jump", to=EIGHT + timedelta(seconds=900))]
            ),
            st.floats(0, 50),
        )
    ),
)  # fmt: skip
def test_whatever_is_asked_everything_is_played_once_it_goes_on(
    seconds: list[int], asked: list[tuple[Control, float]]
) -> None:
    """No control loses a record or makes the rest wait longer than the recording is long."""
    tempo, now_s = Tempo(30), 0.0
    for control, later_s in asked:
        now_s += later_s
        tempo.take(control, now_s)
    tempo.take(asks("resume"), now_s)
    tempo.take(asks("speed", speed=1.0), now_s)
    for at_s in sorted(seconds):
        wait_s = tempo.wait_s(due(at_s), now_s)
        assert wait_s is not None
        now_s += wait_s
        assert 0.0 == round(tempo.wait_s(due(at_s), now_s) or 0.0, 6)
        tempo.played(due(at_s))
    assert len(seconds) == tempo.records
    assert now_s <= sum(later_s for _, later_s in asked) + 5000
