"""Times that people ask about: an hour of the night, or a whole time with its zone."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.wire.moments import read_moment

NIGHT, ZONE = date(2019, 6, 23), "Europe/Istanbul"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("19:15", datetime(2019, 6, 23, 16, 15, tzinfo=UTC)),
        ("19:15:30", datetime(2019, 6, 23, 16, 15, 30, tzinfo=UTC)),
        ("12:00", datetime(2019, 6, 23, 9, tzinfo=UTC)),
        ("02:40", datetime(2019, 6, 23, 23, 40, tzinfo=UTC)),
        ("2019-06-23T19:15:00+03:00", datetime(2019, 6, 23, 16, 15, tzinfo=UTC)),
        ("2019-06-23T19:15:00 03:00", datetime(2019, 6, 23, 16, 15, tzinfo=UTC)),
        ("2019-06-24T00:00:00.250Z", datetime(2019, 6, 24, 0, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(word: str, expected: datetime) -> None:
    """Before noon is the morning after; a plus that an address has lost is put back."""
    assert expected == read_moment(word, NIGHT, ZONE)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("2019-06-23T19:15:00", "has no zone"),
        ("2019-06-23", "has no zone"),
        ("25:00", "no hour"),
        ("19:61", "no hour"),
        ("noon", "neither"),
        ("", "neither"),
        ("0001-01-01T00:00:00+14:00", "neither"),
        ("0001-01-01T00:00:00Z", "neither"),
        ("9999-12-31T23:59:59Z", "neither"),
        ("\x00" * 500, "neither"),
    ],
)
def test_what_is_no_time_is_said(word: str, says: str) -> None:
    """A time without a zone is another moment for everybody, so it is none."""
    with pytest.raises(UsageError, match=says) as error:
        read_moment(word, NIGHT, ZONE)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("day", "word", "says"),
    [
        (
            date(2024, 10, 26), "02:30",
            "is there twice when the clock changes that night: say which with its zone, "
            "2024-10-27T02:30:00+02:00 or 2024-10-27T02:30:00+01:00.",
        ),
        (
            date(2024, 3, 30), "02:30:10",
            "is skipped when the clock changes that night: say the whole time with its zone, as in "
            "2024-03-31T03:30:10+02:00.",
        ),
    ],
)  # fmt: skip
def test_an_hour_that_the_clock_has_twice_or_skips_is_not_chosen(day: date, word: str, says: str) -> None:
    """Which of the two is meant says a whole time with its zone."""
    with pytest.raises(UsageError) as error:
        read_moment(word, day, "Europe/Berlin")
    assert f"'{word}' {says}" == str(error.value)
    assert datetime(2024, 10, 27, 2, 30, tzinfo=UTC) == read_moment(
        "03:30", date(2024, 10, 26), "Europe/Berlin"
    )


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(word: str) -> None:
    """Never another error."""
    try:
        assert read_moment(word, NIGHT, ZONE).tzinfo is UTC
    except UsageError:
        return


def test_a_machine_that_does_not_know_the_zone_says_so() -> None:
    """A whole time is still read there."""
    with pytest.raises(UsageError, match="Mars/Olympus"):
        read_moment("19:15", NIGHT, "Mars/Olympus")
    assert 2019 == read_moment("2019-06-23T16:15:00Z", NIGHT, "Mars/Olympus").year
