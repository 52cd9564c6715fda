"""A report is a whole statement; the words it may use are few and fixed."""

from dataclasses import FrozenInstanceError

import pytest

from election.checks import check
from election.report import COUNT_MAX, COUNTED_STATE, MISSING, REVISION_MAX, BoxReport, Cause
from tests.election.strategies import night, paper


def test_a_report_is_never_changed() -> None:
    """A correction is another report with a higher revision."""
    report = check(paper(), night()).report
    assert isinstance(report, BoxReport)
    with pytest.raises(FrozenInstanceError):
        report.voters = 1


def test_the_causes_are_those_of_the_law() -> None:
    """Seven reasons a paper may be written for."""
    words = ["first", "recount", "invalid-review", "objection", "typo", "withdrawn", "reinstated"]
    assert words == [cause.value for cause in Cause]


def test_every_night_knows_the_state_in_which_figures_count() -> None:
    """Other states are the night's to name."""
    assert night().states[COUNTED_STATE]


def test_the_limits_are_exact_in_every_json_reader_and_in_redis() -> None:
    """Doubles hold whole numbers exactly below 2^53, and a column of a row is 64 bits wide."""
    assert 2**31 - 1 == COUNT_MAX
    assert REVISION_MAX == int(float(REVISION_MAX)) < 2**53


def test_a_missing_field_is_not_a_null_one() -> None:
    """Both are told apart, though a paper in order has neither."""
    assert MISSING is not None
    assert paper(voters=MISSING) != paper(voters=None)
