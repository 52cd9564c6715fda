"""Whether what is refused is told the same way each time, with its bytes, and never too large to be told."""

import hashlib
from base64 import b64decode
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.checks import Finding
from election.wire.records import BUNDLE_REPORTS_MAX, encode
from election.wire.topics import Scope
from streams.gathered import Gathered, Grounds
from streams.refused import (
    BYTES_MAX,
    FINDINGS_MAX,
    MESSAGE_MAX,
    PAPERS_BYTES_MAX,
    Refusal,
    refusal_record,
)
from streams.spans import Received
from tests.streams import made

TAKEN_MAX = 1_000_000
"""Bytes of the largest record that the stream processor's producer sends, if it is told nothing else."""
FINDING = Finding("E105", "E", "valid", "The field valid is missing.")


def received(value: bytes = b"{", offset: int = 7, partition: int = 3) -> Received:
    """A record at a place in the log."""
    return Received("replay.practice.reports", partition, offset, value)


def test_a_refusal_says_where_what_and_why() -> None:
    """A person finds the record in the log, the paper in the record, and the sentence for its sender."""
    refusals = [Refusal(4, "adalar-1", (FINDING,)), Refusal(None, None, (FINDING,))]
    told = orjson.loads(refusal_record(received(b"rubbish"), refusals, 100))
    place = {"topic": "replay.practice.reports", "partition": 3, "offset": 7}
    finding = {"code": "E105", "level": "E", "field": "valid", "message": FINDING.message}
    papers = [
        {"row": 4, "box": "adalar-1", "findings": [finding]},
        {"row": None, "box": None, "findings": [finding]},
    ]
    assert place == {name: told[name] for name in place}
    assert ("refused", 1, papers, 0) == (told["t"], told["v"], told["papers"], told["left_out"])
    assert (7, b"rubbish") == (told["size"], b64decode(told["bytes"]))


def test_the_id_is_made_from_the_place_in_the_log() -> None:
    """A batch that comes again says the same again, and whoever reads it can tell."""
    first = refusal_record(received(), [Refusal(None, None, (FINDING,))], 100)
    assert first == refusal_record(received(), [Refusal(None, None, (FINDING,))], 100)
    expected = hashlib.sha256(b"replay.practice.reports/3/7").hexdigest()[:16]
    assert expected == orjson.loads(first)["id"]
    places = [received(), received(offset=8), received(partition=4), received(offset=37, partition=0)]
    assert len(places) == len({orjson.loads(refusal_record(place, [], 100))["id"] for place in places})


def test_a_long_record_is_cut_and_its_length_told() -> None:
    """What is cut off stands in the log."""
    told = orjson.loads(refusal_record(received(b"0123456789"), [], 4))
    assert (10, b"0123") == (told["size"], b64decode(told["bytes"]))


def test_of_one_paper_a_few_findings_are_told_each_cut_to_a_length() -> None:
    """A feed may put anything into a name, and there may be as many columns as it likes."""
    long = Finding("E104", "E", "votes." + "x" * 9000, "There is no choice " + "x" * 9000)
    told = orjson.loads(refusal_record(received(), [Refusal(0, "y" * 9000, (long,) * 90)], 4))
    paper = told["papers"][0]
    assert FINDINGS_MAX == len(paper["findings"])
    cut = {len(finding[name]) for finding in paper["findings"] for name in ("field", "message")}
    assert {MESSAGE_MAX} == cut | {len(paper["box"])}


@pytest.mark.parametrize("sign", ["x", "\0", "\U0001f600", '"', "\U000e0001"])
def test_the_worst_bundle_is_told_in_a_record_that_kafka_takes(sign: str) -> None:
    """Else the worker would end at it, come back to it, and end at it again: the night would stand still."""
    night, scope = made.night(), Scope("replay", made.night().id)
    ground = made.ground(night)
    row = made.good_row(night, ground.contest, ground.source, ground.units[0], [80, 60, 20])
    good = made.bundle("mayor", "council", "box", [row] * BUNDLE_REPORTS_MAX)
    nobodys = {sign * 59 + str(number): [1] * len(good) for number in range(9)}
    worst = replace(good, box=[sign * MESSAGE_MAX] * len(good), votes={**good.votes, **nobodys})
    gathered = Gathered(Grounds(night), scope, 8000, BYTES_MAX)
    gathered.add(received(encode(worst, scope)))
    batch = gathered.finish()
    assert len(batch.refused[0]) < TAKEN_MAX
    told = orjson.loads(batch.refused[0])
    assert BUNDLE_REPORTS_MAX == len(told["papers"]) + told["left_out"]
    assert {7: {"mayor": BUNDLE_REPORTS_MAX}} == batch.spans[0].refused


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
FINDINGS = st.builds(Finding, st.just("E104"), st.just("E"), st.text(), st.text())
REFUSALS = st.builds(Refusal, st.none() | st.integers(0, 199), ANYTHING, st.lists(FINDINGS).map(tuple))


@given(st.lists(REFUSALS, max_size=20), st.binary(max_size=300), st.integers(1, 2**40))
def test_whatever_is_refused_can_be_told(refusals: list[Refusal], value: bytes, bytes_max: int) -> None:
    """The name of a box may be a list of objects; the telling of it must not fail."""
    record = refusal_record(received(value), refusals, bytes_max)
    told = orjson.loads(record)
    assert len(refusals) == len(told["papers"]) + told["left_out"]
    assert value[:bytes_max] == b64decode(told["bytes"])


def test_at_the_limit_the_first_papers_are_told_and_the_rest_is_counted() -> None:
    """However much may be kept of the record itself."""
    refusals = [Refusal(row, "y" * 900, (FINDING,) * FINDINGS_MAX) for row in range(9000)]
    record = refusal_record(received(b"x" * 9_000_000), refusals, 9_000_000)
    told = orjson.loads(record)
    assert list(range(len(told["papers"]))) == [paper["row"] for paper in told["papers"]]
    assert 9000 == len(told["papers"]) + told["left_out"]
    assert PAPERS_BYTES_MAX * 0.9 < len(orjson.dumps(told["papers"])) < PAPERS_BYTES_MAX * 1.1
    assert BYTES_MAX == len(b64decode(told["bytes"]))
    assert len(record) < TAKEN_MAX
