"""NIST in XML says what NIST in JSON says."""

import json
from pathlib import Path

import pytest

from producers.formats import nist_json, nist_xml
from producers.formats.document import Document, FeedError, Refusal, Seen
from tests.producers import tiny
from tests.producers.election_reports import as_json, as_xml, cast, contest, count, others, report, unit
from tests.web.shapes import counted


def from_xml(content: bytes, size: int = 10**6) -> list[Seen | Refusal]:
    """Everything that is read of XML, without lines."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return [_bare(one) for one in nist_xml.survey(Document("r", pieces, tiny.HEARD_AT))]


def from_json(content: bytes) -> list[Seen | Refusal]:
    """Everything that is read of JSON, without lines."""
    return [_bare(one) for one in nist_json.survey(Document("r", [content], tiny.HEARD_AT))]


def _bare(one: Seen | Refusal) -> Seen | Refusal:
    from dataclasses import replace

    return replace(one, line=0)


REPORTS = {
    "plain": report(contest({"ada": {"p1": 10, "p2": 5}, "bulut": {"p1": 7}})),
    "ballots": report(
        contest({"ada": {"p1": 10}}, OtherCounts=[others("p1", Overvotes=1, Undervotes=2)], VotesAllowed=2),
        contest({"yes": {"p1": 10}}, "bridge"),
        ballots=[cast("p1", 20, BallotsRejected=3)],
    ),
    "mistakes": report(
        contest(
            {
                "ada": [
                    count("p1", -1),
                    count("nowhere", 2),
                    count("p2", 4, "absentee"),
                    count("p2", 1, "early"),
                ]
            }
        )
    ),
    "status": report(
        contest({"ada": {"p1": 0, "p2": 3}}),
        units=[
            unit("town", ("p1", "p2"), "other", OtherType="Büyükşehir"),
            unit(
                "p1",
                CountStatus=[
                    {"@type": "ElectionResults.CountStatus", "Type": "total", "Status": "not-processed"}
                ],
            ),
            unit("p2", VotersRegistered=30),
        ],
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_xml_and_json_say_the_same(name: str) -> None:
    """Statements, refusals and paths."""
    assert from_json(as_json(REPORTS[name])) == from_xml(as_xml(REPORTS[name]))


@pytest.mark.parametrize("contest_id", ["mayor", "bridge"])
def test_our_own_report_says_the_same_in_xml(contest_id: str) -> None:
    """With every kind of field that we write."""
    made = json.loads(counted().bytes_of("nist-v2.json", {"contest": [contest_id]}))
    assert from_json(as_json(made)) == from_xml(as_xml(made), 999)


@pytest.mark.real_data
@pytest.mark.parametrize("file", ["nist_err_v2_istanbul_sample.json", "err-gen-01.json"])
def test_the_samples_say_the_same_in_xml(real_data: Path, file: str) -> None:
    """NIST's own example, and the one with Turkish names."""
    content = (real_data / "formats/nist-err-v2" / file).read_bytes()
    assert from_json(content) == from_xml(as_xml(json.loads(content)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<ElectionResult/>", "begins with <ElectionResult> and not with <ElectionReport>"),
        (b"<ElectionReport/>", "no ElectionReport of NIST"),
        (as_xml(REPORTS["plain"])[:-20], "ends in the middle"),
        (b"<!DOCTYPE ElectionReport [<!ENTITY x 'y'>]><ElectionReport>&x;</ElectionReport>", "document type"),
        (b"<!doctype html><html>", "broken|HTML"),
    ],
)
def test_what_is_no_whole_report_is_refused(content: bytes, says: str) -> None:
    """Nothing of it is told."""
    with pytest.raises(FeedError, match=says):
        from_xml(content)


def test_one_thing_with_a_hundred_thousand_parts_is_refused() -> None:
    """It would be held whole."""
    parts = b"<ExternalIdentifier>x</ExternalIdentifier>" * 100_001
    with pytest.raises(FeedError, match="more than 100000"):
        from_xml(b"<ElectionReport><GpUnit ObjectId='a'>" + parts)
