"""Reports out of a bundle and back into one."""

from dataclasses import replace

from election.report import Cause
from election.wire.records import Bundle
from producers.faulty_reports import cell, columns, one_report, plain
from sandik import folders, recordings

PRACTICE = folders.load("practice")
BUNDLE = next(
    one
    for one in recordings.heard(PRACTICE.recording, PRACTICE.night)
    if isinstance(one, Bundle) and len(one) > 1
)


def test_a_column_is_a_list_or_one_value_for_all() -> None:
    """And an absent one has no value."""
    assert (3, 7, 7, None) == (cell([2, 3], 1), cell(7, 0), cell(7, 5), cell([], 0))


def test_reports_taken_out_go_back_in_as_they_were() -> None:
    """Every figure of every report."""
    rows = [one_report(BUNDLE, number) for number in range(len(BUNDLE))]
    back = replace(BUNDLE, box=[row["box"] for row in rows], **columns(rows))
    assert [rows[0], rows[1]] == [one_report(back, 0), one_report(back, 1)]


def test_votes_can_be_moved_only_in_a_report_that_counts() -> None:
    """Not in one that was withdrawn, nor where nobody has two votes."""
    row = one_report(BUNDLE, 0)
    assert plain(row)
    assert not plain({**row, "cause": Cause.WITHDRAWN.value})
    assert not plain({**row, "votes": dict.fromkeys(row["votes"], 1)})
    assert not plain({**row, "valid": None})
