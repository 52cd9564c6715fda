"""When a table was so: times in names.

Know before changing: the clock on the wall of those who name files is the night's.
"""

from datetime import UTC, datetime

import pytest

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
