"""Records are read or refused with a code; the same words are the same bytes everywhere."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import ModeError, RecordError
from election.night import NightId
from election.report import MISSING, Claim
from election.wire.records import (
    BUNDLE_REPORTS_MAX,
    DATA_BYTES_MAX,
    DATA_DEPTH_MAX,
    LANGUAGE_MAX,
    RECORD_BYTES_MAX,
    RULING_KINDS,
    TEXT_MAX,
    Bundle,
    Ruling,
    decode,
    decode_after,
    encode,
    encode_after,
    identity,
    read_time,
    stamp,
)
from election.wire.topics import Scope
from tests.election.strategies import NOON, bundle, histories, paper
from tests.election.test_rehearsal import unspoilt

SCOPE = Scope("rehearsal", NightId("kent-2024"))
SESSION = Scope("rehearsal", NightId("kent-2024"), "s1")
TIMES = (
    st.datetimes(timezones=st.just(UTC))
    .filter(lambda at: 1 < at.year < 9999)
    .map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
)
RULINGS = st.builds(
    Ruling,
    contest=st.text(max_size=9), kind=st.sampled_from(RULING_KINDS), at=TIMES, heard_at=TIMES,
    source=st.text(max_size=9), actor=st.text(max_size=9), text=st.text(max_size=50),
    data=st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=5), max_size=3),
)  # fmt: skip
CELLS = (
    st.none()
    | st.integers(-5, 2**53)
    | st.booleans()
    | st.text(max_size=3)
    | st.lists(st.integers(-9, 9), max_size=2)
)


@st.composite
def any_bundles(draw: st.DrawFn) -> Bundle:
    """Columns of anything, some of them absent, some said once for all rows."""
    rows = draw(st.integers(1, 5))
    column = st.lists(CELLS, min_size=rows, max_size=rows)
    absent = st.just([])
    return Bundle(
        contest=draw(st.text(max_size=5)), source=draw(st.text(max_size=5)), area="kent", level="box",
        heard_at=draw(TIMES), box=draw(column), revision=draw(column | st.integers(1, 9) | st.just(MISSING)),
        registered=draw(column | absent), voters=draw(column | absent), valid=draw(column | absent),
        invalid=draw(column | absent), votes=draw(st.dictionaries(st.text(max_size=4), column, max_size=3)),
        cause=draw(column | st.sampled_from(["first", "guess"]) | st.just(MISSING)),
        state=draw(column | st.just("counted") | st.just(MISSING)), boxes=draw(st.none() | column),
    )  # fmt: skip


@given(any_bundles() | RULINGS, st.sampled_from([None, SCOPE, SESSION]))
def test_a_record_is_the_same_bytes_after_every_reading(record: Bundle | Ruling, scope: Scope | None) -> None:
    """Record, replay, record: nothing is lost, whatever figures are in it and whatever is absent."""
    value = encode(record, scope)
    again = decode(value, scope)
    assert value == encode(again, scope)
    assert replace(record, id=identity(record)) == again
    assert identity(record) == identity(again)


@given(histories())
def test_papers_come_back_from_a_bundle_as_they_went_in(told: list[Claim]) -> None:
    """Row by row; a choice that is absent from a paper is null in the column."""
    kept = [claim for claim in told if unspoilt(bundle([claim]))]
    if not kept:
        return
    heard = decode(encode(bundle(kept)))
    assert isinstance(heard, Bundle)
    names = list(heard.votes)
    said = [
        replace(claim, votes={name: claim.votes.get(name) for name in names}, heard_at=kept[0].heard_at)
        for claim in kept
    ]
    assert said == list(heard.claims())
    assert len(kept) == len(heard)


def test_scalars_stand_for_every_row() -> None:
    """One cause, one state, one revision for all; an absent column misses in each row."""
    record = bundle([paper("k1-1"), paper("k1-2")], revision=3, cause="recount", state="counted", voters=[])
    rows = list(record.claims())
    assert [(3, "recount", "counted", MISSING)] * 2 == [
        (row.revision, row.cause, row.state, row.voters) for row in rows
    ]


def test_the_same_words_have_the_same_id() -> None:
    """Sent twice it is one event; another word makes another."""
    one = bundle([paper()])
    assert identity(one) == identity(replace(one, id="whatever"))
    assert identity(one) != identity(replace(one, source="party"))
    assert 16 == len(identity(one)) == len(orjson.loads(encode(one))["id"])


def test_a_record_for_kafka_says_its_scope_and_one_for_a_recording_does_not() -> None:
    """The first line of a recording says it once."""
    own = {"mode", "night", "session"}
    said = [own & set(orjson.loads(encode(bundle([paper()]), scope))) for scope in (None, SCOPE, SESSION)]
    assert [set(), {"mode", "night"}, own] == said


def body(**changes: Any) -> dict[str, Any]:
    """A bundle's fields, with what a test wants otherwise; MISSING takes one away."""
    made = orjson.loads(encode(bundle([paper(), paper("k1-2")]), SCOPE)) | changes
    return {name: value for name, value in made.items() if value is not MISSING}


def ruling(**changes: Any) -> dict[str, Any]:
    """The same for a ruling."""
    said = Ruling("mayor", "concession", NOON, NOON, "press", "A", "B")
    return dict(orjson.loads(encode(said, SCOPE)) | changes)


def deep(levels: int) -> dict[str, Any]:
    """An object of so many levels, itself among them."""
    inside: Any = "x"
    for _ in range(levels - 1):
        inside = [inside]
    return {"scope": inside}


REFUSED: list[tuple[str, str, bytes | dict[str, Any]]] = [
    ("R001", "record", b"{"),
    ("R001", "record", b""),
    ("R001", "record", b"\xff\xfe"),
    ("R001", "record", b"NaN"),
    ("R001", "record", b"[" * 100_000),
    ("R001", "record", orjson.dumps(body())[:-1] + b',"deep":' + b"[" * 400 + b"]" * 400 + b"}"),
    ("R002", "record", b"[]"),
    ("R002", "record", b"null"),
    ("R002", "record", b'"text"'),
    ("R003", "v", body(v=2)),
    ("R003", "v", body(v=MISSING)),
    ("R003", "v", {}),
    ("R004", "mode", body(mode="live")),
    ("R004", "mode", body(mode=MISSING)),
    ("R004", "mode", body(mode=["rehearsal"])),
    ("R005", "night", body(night="another")),
    ("R005", "night", body(night=MISSING)),
    ("R005", "session", body(session="s1")),
    ("R006", "box", body(box=[])),
    ("R006", "box", body(box="k1-1")),
    ("R006", "box", body(box=MISSING)),
    ("R006", "votes", body(votes=[])),
    ("R006", "votes", body(votes=MISSING)),
    ("R006", "votes.ada", body(votes={"ada": [1]})),
    ("R006", "votes.ada", body(votes={"ada": 1})),
    ("R006", "voters", body(voters=[1, 2, 3])),
    ("R006", "voters", body(voters=7)),
    ("R006", "revision", body(revision=[1])),
    ("R006", "cause", body(cause=["first"] * 3)),
    ("R006", "boxes", body(boxes=[1])),
    ("R006", "data", ruling(data=[])),
    ("R007", "box", body(box=["k1-1"] * (BUNDLE_REPORTS_MAX + 1))),
    ("R008", "record", b" " * (RECORD_BYTES_MAX + 1)),
    ("R008", "record", b"x" * (10 * 1024 * 1024)),
    ("R009", "heard_at", body(heard_at="yesterday")),
    ("R009", "heard_at", body(heard_at="2024-10-06T12:00:00")),
    ("R009", "heard_at", body(heard_at=1728216000)),
    ("R009", "heard_at", body(heard_at=MISSING)),
    ("R009", "heard_at", body(heard_at="0001-01-01T00:00:00+14:00")),
    ("R009", "heard_at", body(heard_at="9999-12-31T23:30:00Z")),
    ("R009", "at", ruling(at="")),
    ("R010", "t", body(t="tally")),
    ("R010", "t", body(t=MISSING)),
    ("R010", "t", body(t=["bundle"])),
    ("R010", "kind", ruling(kind="annulment")),
    ("R010", "kind", ruling(kind=None)),
    ("R011", "contest", body(contest=7)),
    ("R011", "source", body(source="x" * 201)),
    ("R011", "area", body(area=None)),
    ("R011", "id", body(id=[])),
    ("R011", "text", ruling(text="x" * (TEXT_MAX + 1))),
    ("R011", "actor", ruling(actor="x" * 201)),
    ("R011", "data", ruling(data={"date": "x" * DATA_BYTES_MAX})),
    ("R011", "data", ruling(data=deep(DATA_DEPTH_MAX + 1))),
    ("R011", "texts", ruling(texts={"x" * (LANGUAGE_MAX + 1): "early"})),
    ("R011", "actors", ruling(actors={"x" * (LANGUAGE_MAX + 1): "the council"})),
]


@pytest.mark.parametrize(
    ("code", "place", "value"),
    REFUSED,
    ids=[f"{code}-{place}-{number}" for number, (code, place, _) in enumerate(REFUSED)],
)
def test_what_cannot_be_read_is_refused_with_code_and_place(
    code: str, place: str, value: bytes | dict[str, Any]
) -> None:
    """And a sentence of readable length; another mode, night or session is an error of its own."""
    with pytest.raises(RecordError) as refusal:
        decode(value if isinstance(value, bytes) else orjson.dumps(value), SCOPE)
    assert (code, place) == (refusal.value.code, refusal.value.place)
    assert (code in ("R004", "R005")) == isinstance(refusal.value, ModeError)
    assert 0 < len(str(refusal.value)) < 400


def test_every_code_of_the_reference_is_reached() -> None:
    """R001 to R011."""
    assert [f"R{number:03d}" for number in range(1, 12)] == sorted({code for code, _, _ in REFUSED})


@given(st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["t", "v", "box", "votes", "mode", "night"]), inner, max_size=5),
).map(orjson.dumps))  # fmt: skip
def test_rubbish_is_refused_and_never_another_exception(value: bytes) -> None:
    """Whatever bytes come."""
    with pytest.raises(RecordError):
        decode(value, SCOPE)


@given(
    st.sampled_from(list(body())),
    st.none()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=4)
    | st.lists(st.integers(-9, 9), max_size=2),
)
def test_a_record_with_one_odd_field_is_read_or_refused(place: str, value: object) -> None:
    """A bad figure refuses one paper later; a bad frame refuses the record now."""
    with suppress(RecordError):
        assert encode(decode(orjson.dumps(body(**{place: value})), SCOPE), SCOPE)


def test_the_largest_bundle_is_read() -> None:
    """200 reports; the 201st is another bundle's."""
    many = bundle([paper()] * BUNDLE_REPORTS_MAX)
    heard = decode(encode(many))
    assert isinstance(heard, Bundle)
    assert BUNDLE_REPORTS_MAX == len(heard)


def test_a_bracket_in_a_text_is_no_depth() -> None:
    """Only nesting that could not be written again is refused."""
    many = bundle([paper("[" * 300)])
    assert "[" * 300 == decode(encode(many)).box[0]


@given(TIMES, TIMES)
def test_stamps_order_as_the_times_they_name(one: datetime, other: datetime) -> None:
    """UTC, milliseconds, Z; read back it is the same time."""
    assert (one < other) == (stamp(one) < stamp(other))
    assert one == read_time(stamp(one), "at")
    assert 24 == len(stamp(one))


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    """19:15 in Istanbul is 16:15."""
    istanbul = timezone(timedelta(hours=3))
    assert "2019-06-23T16:15:00.000Z" == stamp(datetime(2019, 6, 23, 19, 15, tzinfo=istanbul))
    assert UTC == read_time("2019-06-23T19:15:00+03:00", "at").tzinfo


def test_a_time_is_known_to_the_millisecond_that_is_written_of_it() -> None:
    """Else a ruling's hour were not the one that the store holds of it, and the fact would name no ruling."""
    one = read_time("2019-06-23T19:15:00.123987+03:00", "at")
    assert datetime(2019, 6, 23, 16, 15, 0, 123000, tzinfo=UTC) == one == read_time(stamp(one), "at")


@given(st.dictionaries(st.text(max_size=20), st.integers(0, 2**53)))
def test_what_a_ruling_comes_after_is_read_as_it_was_written(ends: dict[str, int]) -> None:
    """Partition by partition."""
    assert ends == decode_after(encode_after(ends))


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"a":-1}', b'{"a":true}', b'{"a":"1"}', b"null"])
def test_a_header_that_says_nothing_usable_says_nothing(value: bytes) -> None:
    """Anybody may write one; a ruling is then taken in as it comes."""
    assert {} == decode_after(value)
