"""Recorded time into playing time, with no clock."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.wire.records import Ruling
from producers.pace import Pace, cues, read_from, read_speed, schedule

EIGHT = datetime(2019, 6, 23, 17, 0, tzinfo=UTC)


def heard(*minutes: float) -> list[Ruling]:
    """Records heard so many minutes after eight."""
    times = [EIGHT + timedelta(minutes=minute) for minute in minutes]
    return [Ruling("mayor", "concession", at, at, "council", "", "") for at in times]


def due(records: list[Ruling], pace: Pace) -> list[float]:
    """When each is due."""
    return [one.at_s(pace.speed) for one in schedule(cues(records), pace)]


def test_at_speed_sixty_a_recorded_minute_takes_a_second() -> None:
    """The first record is due at once, the others as far apart as they were heard."""
    assert [0.0, 1.0, 2.5] == due(heard(5, 6, 7.5), Pace(60))


def test_at_speed_max_nothing_waits() -> None:
    """As fast as possible means that everything is due at once."""
    assert [0.0, 0.0] == due(heard(0, 90), Pace(None))


def test_what_is_before_the_hour_asked_for_comes_at_once() -> None:
    """A replay from an hour on needs everything before it, or its totals would be wrong."""
    assert [0.0, 0.0, 0.0, 10.0] == due(heard(0, 5, 10, 20), Pace(60, EIGHT + timedelta(minutes=10)))


def test_a_clock_that_runs_backwards_makes_nothing_overtake() -> None:
    """A record with an earlier time than the one before it is due together with that one."""
    assert [0.0, 2.0, 2.0, 3.0] == due(heard(0, 2, 1, 3), Pace(60))


def test_a_long_silence_is_shortened() -> None:
    """A night of three weeks can be watched: 17 days without a word play as two minutes of them."""
    silent = heard(0, 1, 1 + 17 * 1440, 2 + 17 * 1440)
    assert [0.0, 1.0, 3.0, 4.0] == due(silent, Pace(60, gap_max_s=120))
    assert [0.0, 0.0, 2.0, 3.0] == due(silent, Pace(60, EIGHT + timedelta(minutes=1), gap_max_s=120))


@given(st.lists(st.integers(0, 10_000)), st.integers(1, 4000), st.integers(1, 600_000))
def test_shortening_only_shortens(minutes: list[int], speed: int, gap_max_s: int) -> None:
    """Each step takes as long as it did, or as long as the limit if that is shorter."""
    records = heard(*sorted(minutes))
    plain, shortened = due(records, Pace(speed)), due(records, Pace(speed, gap_max_s=gap_max_s))
    for was, now in zip(pairwise(plain), pairwise(shortened), strict=True):
        step_s = now[1] - now[0]
        assert step_s == pytest.approx(min(was[1] - was[0], gap_max_s / speed), abs=1e-6)


@given(
    st.lists(st.floats(-1000, 1000)),
    st.floats(0.01, 1000),
    st.none() | st.floats(-1000, 1000),
    st.none() | st.floats(1, 1000),
)
def test_the_order_of_the_recording_is_never_changed(
    minutes: list[float], speed: float, start: float | None, gap_max_s: float | None
) -> None:
    """Whatever the times in a recording, due times only rise and none is lost."""
    from_at = None if start is None else EIGHT + timedelta(minutes=start)
    times = due(heard(*minutes), Pace(speed, from_at, gap_max_s))
    assert sorted(times) == times
    assert len(minutes) == len(times)


def test_speeds_are_read_as_people_type_them() -> None:
    """A number above 0, or max."""
    assert [None, 60.0, 0.5] == [read_speed(word) for word in ("max", "60", "0.5")]


@pytest.mark.parametrize("word", ["0", "-1", "fast", "nan", "inf", ""])
def test_a_speed_that_is_none_is_refused(word: str) -> None:
    """The error says what a speed is."""
    with pytest.raises(UsageError, match="neither max nor a number"):
        read_speed(word)


def test_an_hour_is_read_in_the_zone_of_the_night() -> None:
    """19:15 is an hour of the evening there, 01:30 of the morning after."""
    night = date(2019, 6, 23), "Europe/Istanbul"
    assert datetime(2019, 6, 23, 16, 15, tzinfo=UTC) == read_from("19:15", *night)
    assert datetime(2019, 6, 23, 22, 30, tzinfo=UTC) == read_from("01:30", *night)
    assert datetime(2019, 6, 23, 16, 15, 30, tzinfo=UTC) == read_from("19:15:30", *night)


def test_a_machine_that_does_not_know_the_zone_says_so() -> None:
    """Where the zone is needed; a whole time that says its own is still read there."""
    for word in ("19:15", "2019-06-23T19:15:00"):
        with pytest.raises(UsageError, match="Mars/Olympus"):
            read_from(word, date(2019, 6, 23), "Mars/Olympus")
    assert 2019 == read_from("2019-06-23T16:15:00Z", date(2019, 6, 23), "Mars/Olympus").year


def test_a_whole_time_is_read_with_or_without_its_zone() -> None:
    """A zone that is said counts; one that is not is the night's."""
    night = date(2019, 6, 23), "Europe/Istanbul"
    wanted = datetime(2019, 6, 23, 16, 15, tzinfo=UTC)
    assert wanted == read_from("2019-06-23T16:15:00Z", *night)
    assert wanted == read_from("2019-06-23T19:15:00", *night)


@pytest.mark.parametrize(
    ("day", "word", "says"),
    [
        (date(2024, 10, 26), "02:30", "is there twice"),
        (date(2024, 10, 26), "2024-10-27T02:30:00", "is there twice"),
        (date(2024, 3, 30), "02:30", "is skipped"),
    ],
)
def test_an_hour_that_the_clock_has_twice_or_skips_is_not_chosen(day: date, word: str, says: str) -> None:
    """Which of the two is meant says its zone."""
    with pytest.raises(UsageError, match=f"{word}' {says}.*its zone"):
        read_from(word, day, "Europe/Berlin")
    assert datetime(2024, 10, 27, 1, 30, tzinfo=UTC) == read_from(
        "2024-10-27T02:30+01:00", day, "Europe/Berlin"
    )
    assert datetime(2024, 10, 27, 2, 30, tzinfo=UTC) == read_from(
        "03:30", date(2024, 10, 26), "Europe/Berlin"
    )


@pytest.mark.parametrize("word", ["25:00", "19:61", "tonight", "19.15", "0001-01-01T00:00:00+14:00"])
def test_an_hour_that_is_none_is_refused(word: str) -> None:
    """The error shows the word."""
    with pytest.raises(UsageError, match=re.escape(word)):
        read_from(word, date(2019, 6, 23), "UTC")
