"""When a table was so: times in names.

Know before changing: the clock on the wall of those who name files is the night's.
"""

from datetime import UTC, datetime

import pytest

from election.errors import UsageError
from sandik.table_times import named

ZONE = "Europe/Istanbul"


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("2019-06-23T1915.csv", "2019-06-23T16:15:00"),
        ("results-2019-06-23T19:15.csv", "2019-06-23T16:15:00"),
        ("results_20190623-191530.csv.gz", "2019-06-23T16:15:30"),
        ("2019-06-23_19.15.json", "2019-06-23T16:15:00"),
        ("2019-06-23 19h15.xml", "2019-06-23T16:15:00"),
        ("2019.06.23.19-15-30.csv", "2019-06-23T16:15:30"),
        ("2019-06-23T1915Z.csv", "2019-06-23T19:15:00"),
        ("2019-06-23T191530+0200.csv", "2019-06-23T17:15:30"),
        ("2019-06-23T19:15-03:30.csv", "2019-06-23T22:45:00"),
        ("20190623T000000-20190623T191500.csv", "2019-06-23T16:15:00"),
        ("2019-06-24T0005.csv", "2019-06-23T21:05:00"),
        ("2019-06-23T1900-2019-06-23T1915.csv", "2019-06-23T16:15:00"),
    ],
)
def test_a_time_in_a_name_is_found_and_has_the_nights_zone_unless_it_brings_its_own(
    name: str, at: str
) -> None:
    """People name files by the clock on their wall."""
    assert datetime.fromisoformat(at).replace(tzinfo=UTC) == named(name, ZONE)


@pytest.mark.parametrize(
    "name",
    [
        "results.csv",
        "2019-06-23.csv",
        "2019-06-23T9915.csv",
        "2019-13-23T1915.csv",
        "120190623-191512345.csv",
    ],
)
def test_what_is_no_time_of_any_day_is_no_time_in_a_name(name: str) -> None:
    """A number that looks like one must not put a table into another hour."""
    assert named(name, ZONE) is None


def test_an_hour_that_the_clock_has_twice_is_refused_with_both_and_the_way_out() -> None:
    """An hour wrong, a table would be older than one that it came after, and change nothing."""
    with pytest.raises(UsageError) as error:
        named("results-2024-10-27T0230.csv", "Europe/Berlin")
    assert (
        "results-2024-10-27T0230.csv: '2024-10-27T0230' is there twice when the clock changes that night: "
        "say which with its zone, 2024-10-27T02:30:00+02:00 or 2024-10-27T02:30:00+01:00. It may stand so in "
        "the file's name; or give the file with --at."
    ) == str(error.value)


def test_an_hour_that_the_clock_skips_is_refused() -> None:
    """Whoever wrote it has another clock than the night's."""
    with pytest.raises(UsageError, match=r"is skipped .* 2024-03-31T03:30:00\+02:00\. It may stand so"):
        named("2024-03-31T0230.csv", "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("2024-10-27T0230+0200.csv", "2024-10-27T00:30:00"),
        ("2024-10-27T02:30:00+01:00.csv", "2024-10-27T01:30:00"),
        ("2024-10-27T0130.csv", "2024-10-26T23:30:00"),
        ("2024-10-27T0300.csv", "2024-10-27T02:00:00"),
        ("2024-10-27T0230-2024-10-27T0315.csv", "2024-10-27T02:15:00"),
    ],
)
def test_the_hours_around_it_and_a_name_with_its_zone_are_read(name: str, at: str) -> None:
    """Of several times in a name only the last has to be clear."""
    assert datetime.fromisoformat(at).replace(tzinfo=UTC) == named(name, "Europe/Berlin")
