"""Whether a stretch of the log becomes one batch whatever stands in it: nothing raises, nothing is lost."""

import logging
from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.checks import Finding
from election.night import ContestId
from election.wire.records import Bundle, Ruling, encode
from election.wire.topics import Scope
from streams import gathered as module
from streams.gathered import NOBODY_THOUGHT_OF, Batch, Gathered, Grounds, read_record
from streams.ground import Ground
from streams.spans import Received
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
TOPIC = SCOPE.topic("reports")
GROUND = made.ground(NIGHT)
GROUNDS = Grounds(NIGHT)


def good(unit: int, revision: int = 1) -> Bundle:
    """A bundle of one plain good paper."""
    row = made.good_row(NIGHT, GROUND.contest, GROUND.source, GROUND.units[unit], [80, 60, 20])
    return made.bundle("mayor", "council", "box", [{**row, "revision": revision}])


def elsewhere(unit: int) -> Bundle:
    """The same in another contest; what it says is read later than it is measured."""
    return replace(good(unit), contest="assembly")


def received(values: list[Bundle | Ruling | bytes], partition: int = 0, first: int = 0) -> list[Received]:
    """Records as they stand in a partition."""
    return [
        Received(TOPIC, partition, first + at, value if isinstance(value, bytes) else encode(value, SCOPE))
        for at, value in enumerate(values)
    ]


def batch_of(records: list[Received]) -> Batch:
    """Records of the log as one batch."""
    found = Gathered(GROUNDS, SCOPE, 8000, 1000)
    for one in records:
        found.add(one)
    return found.finish()


def told(batch: Batch) -> list[tuple[int, list[str]]]:
    """What was refused: the offset of each record and the codes of its papers."""
    records = [orjson.loads(record) for record in batch.refused]
    return [
        (record["offset"], [finding["code"] for paper in record["papers"] for finding in paper["findings"]])
        for record in records
    ]


# ------------------------------------------------------------------------------------------ any bytes

KEYS = (
    "t", "v", "mode", "night", "session", "contest", "source", "area", "level", "heard_at", "cause", "state",
    "box", "revision", "registered", "voters", "valid", "invalid", "votes", "boxes", "id", "kind", "data",
)  # fmt: skip
CELLS = (
    st.sampled_from(made.ODD) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
    | st.sampled_from([*GROUND.units[:3], "first", "withdrawn", "counted", "illegible", "liman"])
)  # fmt: skip
VALUES = st.recursive(
    CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
RIGHT: dict[str, Any] = orjson.loads(encode(good(0), SCOPE))


@st.composite
def nearly(draw: st.DrawFn) -> bytes:
    """A right record of which some fields are anything."""
    body = {**RIGHT, **draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))}
    for gone in draw(st.lists(st.sampled_from(KEYS), max_size=2)):
        body.pop(gone, None)
    columns = st.lists(VALUES, min_size=1, max_size=1)
    for name in draw(st.lists(st.sampled_from(["box", "voters", "valid", "revision", "state", "boxes"]))):
        body[name] = draw(columns)
    if draw(st.booleans()):
        choices = st.sampled_from(["deniz", "toprak", "ruzgar", "nobody", ""])
        body["votes"] = draw(st.dictionaries(choices, columns))
    try:
        return orjson.dumps(body)
    except TypeError:  # a whole number that JSON as we write it cannot hold
        return b"{}"


BYTES = st.binary(max_size=60) | nearly() | st.just(encode(good(1), SCOPE))


@given(st.lists(BYTES, max_size=6), st.integers(0, 2**40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_that_can_stand_in_a_record_raises_and_every_offset_is_accounted_for(
    values: list[bytes], first: int
) -> None:
    """A record that raised would raise again after every restart, and the night would stand still at it."""
    batch = batch_of(received(list(values), first=first))
    spans = [(span.partition, span.first, span.following) for span in batch.spans]
    assert ([(f"{TOPIC}/0", first, first + len(values))] if values else []) == spans
    # Each report was accepted or is counted as refused at its offset, and the topic of refused tells it.
    accepted = sum(int(reading.accepted.sum()) for reading in batch.readings)
    tallied = Counter(
        {offset: sum(by.values()) for span in batch.spans for offset, by in span.refused.items()}
    )
    unreadable = sum(len(codes) == 1 and codes[0].startswith("R") for _, codes in told(batch))
    assert batch.reports == accepted + sum(tallied.values()) - unreadable
    assert set(tallied) == {offset for offset, _ in told(batch)}
    assert [] == [codes for _, codes in told(batch) if NOBODY_THOUGHT_OF in codes]


@given(made.bundles(NIGHT, GROUND, 30))
@settings(max_examples=100, deadline=None)
def test_every_paper_of_a_bundle_is_read_or_refused(bundle: Bundle) -> None:
    """Whatever its cells hold: papers beside a refused one are counted."""
    try:
        value = encode(bundle, SCOPE)
    except TypeError:
        return
    batch = batch_of(received([value]))
    refused = sum(count for span in batch.spans for by in span.refused.values() for count in by.values())
    assert len(bundle) == sum(int(reading.accepted.sum()) for reading in batch.readings) + refused


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "R001"),
        (b"[]", "R002"),
        (b'{"v":2}', "R003"),
        (encode(good(0), Scope("live", NIGHT.id)), "R004"),
        (encode(good(0), Scope("replay", NIGHT.id, "other")), "R005"),
        (b"x" * (1024 * 1024 + 1), "R008"),
        (encode(Ruling("mayor", "concession", made.START, made.START, "s", "a", "t"), SCOPE), "R010"),
    ],
)
def test_a_record_that_is_no_bundle_of_this_night_is_refused_and_the_next_one_counts(
    value: bytes, code: str
) -> None:
    """It is nobody's, so every contest says that there was one; a ruling among bundles is refused, too."""
    batch = batch_of(received([value, good(1)]))
    assert [(0, [code])] == told(batch)
    assert [{0: {None: 1}}] == [dict(span.refused) for span in batch.spans]
    assert [1] == batch.readings[0].units.tolist()


@pytest.mark.parametrize(
    ("bundle", "code", "whose"),
    [
        (replace(good(0), contest="moon"), "E101", None),
        (replace(good(0), source="rumour"), "E102", ContestId("mayor")),
        (replace(good(0), box=["nowhere"]), "E103", ContestId("mayor")),
        (replace(good(0), level="town"), "E108", ContestId("mayor")),
    ],
)
def test_a_paper_of_a_known_contest_is_refused_there(
    bundle: Bundle, code: str, whose: ContestId | None
) -> None:
    """So that a contest shows how many of its papers were refused, and not those of others."""
    batch = batch_of(received([bundle]))
    assert [(0, [code])] == told(batch)
    assert [{0: {whose: 1}}] == [dict(span.refused) for span in batch.spans]


def test_the_refused_papers_of_a_record_are_told_together() -> None:
    """With their rows; the good ones beside them count."""
    papers = [
        {**made.good_row(NIGHT, GROUND.contest, GROUND.source, unit, [80, 60, 20]), "voters": voters}
        for unit, voters in zip(GROUND.units, (162, -1, 162, None), strict=False)
    ]
    batch = batch_of(received([made.bundle("mayor", "council", "box", papers)]))
    (record,) = batch.refused
    assert [(1, ["E106"]), (3, ["E105"])] == [
        (paper["row"], [finding["code"] for finding in paper["findings"]])
        for paper in orjson.loads(record)["papers"]
    ]
    assert [0, 2] == batch.readings[0].units.tolist()
    assert {0: {"mayor": 2}} == batch.spans[0].refused


def test_a_bundle_at_which_our_own_reading_fails_is_refused_and_those_beside_it_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours, told in the log with its place; and still no reason to stop the night."""
    right = module.read

    def fails_at_revision_7(bundles: list[Bundle], ground: Ground) -> Any:
        if any(bundle.revision == [7] for bundle in bundles):
            raise ZeroDivisionError("an error of ours")
        return right(bundles, ground)

    monkeypatch.setattr(module, "read", fails_at_revision_7)
    with caplog.at_level(logging.ERROR):
        batch = batch_of(received([good(0), good(1, 7), good(2)]))
        alone = batch_of(received([good(1, 7)]))
    assert [(1, [NOBODY_THOUGHT_OF])] == told(batch)
    assert [[0, 2]] == [reading.units.tolist() for reading in batch.readings]
    assert ([(0, [NOBODY_THOUGHT_OF])], []) == (told(alone), list(alone.readings))
    assert f"{TOPIC}/0/1 could not be read" in caplog.text


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError])
def test_bundles_that_can_be_read_one_by_one_and_not_together_are_not_left_out(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Nobody would hear of them: it is raised, and they are read again."""
    right = module.read

    def fails_together(bundles: list[Bundle], ground: Ground) -> Any:
        if len(bundles) > 1:
            raise error("an error of ours")
        return right(bundles, ground)

    monkeypatch.setattr(module, "read", fails_together)
    with pytest.raises(error):
        batch_of(received([good(0), good(1)]))
    assert 1 == len(batch_of(received([good(0)])).readings)


def test_a_bundle_for_which_there_was_no_memory_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is as good as before: refused, it would be missing for good."""

    def fails(bundles: list[Bundle], ground: Ground) -> Any:
        raise ZeroDivisionError("an error of ours") if len(bundles) > 1 else MemoryError

    monkeypatch.setattr(module, "read", fails)
    with pytest.raises(MemoryError):
        batch_of(received([good(0), good(1)]))


def test_bytes_at_which_our_own_decoding_fails_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the errors that somebody thought of."""

    def fails(value: bytes, scope: Scope) -> None:
        raise RecursionError(f"at {len(value)} bytes of {scope.name}")

    monkeypatch.setattr(module, "decode", fails)
    found = read_record(received([good(0)])[0], SCOPE)
    assert isinstance(found, Finding)
    assert (NOBODY_THOUGHT_OF, "E") == (found.code, found.level)


# ------------------------------------------------------------------------------------- one after the other


def test_a_record_follows_only_if_it_is_the_next_of_its_partition() -> None:
    """A hole inside a batch would be jumped over for good: the script looks at the ends only."""
    found = Gathered(GROUNDS, SCOPE, 8000, 1000)
    first, second, third = received([good(0), good(1), good(2)], first=5)
    other = received([good(3)], partition=1, first=90)[0]
    assert found.follows(first)
    found.add(first)
    assert (False, True, False) == (found.follows(first), found.follows(second), found.follows(third))
    assert found.follows(other)
    found.add(other)
    found.add(second)
    assert found.follows(third)
    spans = found.finish().spans
    assert [(f"{TOPIC}/0", 5, 7), (f"{TOPIC}/1", 90, 91)] == [
        (span.partition, span.first, span.following) for span in spans
    ]


def test_a_batch_is_full_at_its_limit_of_reports_and_a_bad_record_is_one_too() -> None:
    """Else rubbish without end would make one step without end."""
    found = Gathered(GROUNDS, SCOPE, 3, 1000)
    fullness = []
    for record in received([good(0), b"rubbish", b"more"]):
        fullness.append(found.full)
        found.add(record)
    assert [False, False, False] == fullness
    assert found.full


def test_a_batch_is_full_when_one_contest_has_its_limit_and_not_before() -> None:
    """The limit is how long the store's script of one contest may keep others from it."""
    found = Gathered(GROUNDS, SCOPE, 2, 1000)
    fullness = []
    for record in received([good(0), elsewhere(0), good(1), elsewhere(1)]):
        fullness.append(found.full)
        found.add(record)
    assert [False, False, False, True] == fullness


def test_a_batch_is_full_when_all_contests_together_have_theirs() -> None:
    """What is gathered lies in this process' memory, of however many contests it is."""
    found = Gathered(GROUNDS, SCOPE, 100, 1000, reports_in_all_max=3)
    fullness = []
    for record in received([good(0), elsewhere(0), b"rubbish"]):
        fullness.append(found.full)
        found.add(record)
    assert [False, False, False] == fullness
    assert found.full


def test_readings_are_by_contest_and_source_in_the_order_of_the_log() -> None:
    """Sources never meet in one sum."""
    agency = made.ground(NIGHT, "mayor", "agency")
    row = made.good_row(NIGHT, agency.contest, agency.source, agency.units[0], [80, 60, 20])
    town = made.bundle("mayor", "agency", "town", [row])
    batch = batch_of(received([good(2), town, good(0), good(1)]))
    found = {reading.ground.source.id: reading.units.tolist() for reading in batch.readings}
    assert {"council": [2, 0, 1], "agency": [0]} == found
    assert 4 == batch.reports


def test_the_ground_of_a_contest_and_source_is_made_once() -> None:
    """It is large; and there is none of what the night does not know."""
    assert GROUNDS.find("mayor", "council") is GROUNDS.find("mayor", "council")
    assert GROUNDS.find("moon", "council") is None
    assert GROUNDS.find("mayor", "rumour") is None
