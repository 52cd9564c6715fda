"""NIST in JSON: what is no report says so, half a report says nothing."""

import pytest

from producers.formats import nist_json
from producers.formats.document import Document, FeedError, Seen
from tests.producers import tiny
from tests.producers.election_reports import as_json, contest, report, unit

REPORT = report(contest({"ada": {"p1": 10, "p2": 5}}))


def read(content: bytes, size: int = 10**6) -> list[object]:
    """Everything that is read."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return list(nist_json.survey(Document("r.json", pieces, tiny.HEARD_AT)))


@pytest.mark.parametrize("size", [1, 9, 10**6])
def test_a_report_is_the_same_in_pieces_of_any_size(size: int) -> None:
    """However it is fetched."""
    assert read(as_json(REPORT)) == read(as_json(REPORT), size)


def test_a_report_may_name_its_units_after_its_counts() -> None:
    """As programs that sort names do."""
    sorted_ = dict(sorted(REPORT.items()))
    assert list(sorted_) != list(REPORT)
    mine = [(one.unit, one.votes) for one in read(as_json(REPORT)) if isinstance(one, Seen)]
    theirs = [(one.unit, one.votes) for one in read(as_json(sorted_)) if isinstance(one, Seen)]
    assert mine == theirs


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"Format": "summary-contest"}', "no ElectionReport"),
        (b"[]", "no ElectionReport"),
        (b"<html><title>Log in", "page of HTML"),
        (as_json(REPORT)[:-1], "ends in the middle"),
        (as_json(REPORT)[:400], "ends in the middle"),
    ],
)
def test_what_is_no_whole_report_is_refused(content: bytes, says: str) -> None:
    """Nothing of it is told: what lies lowest is known at the end."""
    with pytest.raises(FeedError, match=says):
        read(content)


def test_a_report_is_judged_by_a_night() -> None:
    """Boxes that the night does not know are refused with their codes."""
    ada = contest({"ada": {"n-1": 10, "x-9": 1}}, OtherCounts=[{"GpUnitId": "n-1", "Undervotes": 2}])
    ada["ContestSelection"][0]["@id"] = "ada"
    units = [unit("town", ("n-1", "x-9"), "city"), unit("n-1"), unit("x-9")]
    document = Document("r.json", [as_json(report(ada, units=units))], tiny.HEARD_AT)
    made, refused = nist_json.parse(document, tiny.night())
    assert ("mayor", "n-1", 12) == (made.contest, made.unit, made.voters)  # type: ignore[union-attr]
    assert "E103" == refused.code  # type: ignore[union-attr]
