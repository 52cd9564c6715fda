"""What became of an election: the day that a ruling names."""

from datetime import date

import pytest

from election.lineage import day_of


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-12-01", date(2024, 12, 1)),
        ("soon", None),
        ("2024-13-01", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_a_day_that_cannot_be_read_is_none(value: object, day: date | None) -> None:
    """A ruling's data is whatever somebody typed."""
    assert day == day_of(value)
