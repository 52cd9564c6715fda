"""What a fact says in `d` is read before it is believed: each field, and that no reader of facts ever fails.

Know before changing: the strategy makes fields that are nearly right more often than rubbish, because rubbish
is refused at the first field and would prove little.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from election.alerts import KINDS, Told
from election.calls.state import OPEN, CallState
from election.errors import RecordError
from election.headline_call import public
from election.memory import Memory
from election.wire import told_fields as fields
from election.wire.frames_told import Heard, alert_json, told_json
from election.wire.records import stamp
from election.wire.told import call_json, decode, encode, shown_call
from election.wire.told_fields import FIELDS, Type, check, fault, fields_list
from tests.election.strategies import LAW_OPENS_AT, contest_of, night
from tests.election.tellings import HERE, SCOPE, d_of, ruling, seen, teller
from tests.election.test_watches_sources import sources
from tests.election.views import view as plain_view

RESTING = CallState(OPEN, {"en": "The margin is 1 vote.", "tr": "Fark 1 oy."})
SAID = {"en": "said", "tr": "dendi"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = st.sampled_from(
    ["ada", "bora", "nobody", "council", "agency", "certain", "oracle", "desk", "rule", ""]
)
STAMP = stamp(LAW_OPENS_AT)
TIMES = st.sampled_from([STAMP, "2024-10-06T18:00", "9999-12-31T23:59:59Z", "", "soon"])
LISTS = st.lists(NAMES, max_size=2)
FIGURES = st.lists(st.integers(-5, 900), max_size=4)
NEARLY = st.one_of(
    NAMES, LISTS, st.integers(-3, 10**19), st.booleans(), st.none(), FIGURES, TIMES,
    st.dictionaries(NAMES, st.integers(-9, 9), max_size=2), st.dictionaries(NAMES, LISTS, max_size=2),
    st.dictionaries(st.just("date"), TIMES | st.integers(-9, 9)), st.floats(allow_nan=False),
    st.just([{"id": "embargo", "word": "clear", "numbers": {}, "because": SAID}]),
)  # fmt: skip
LIKELY: Mapping[Type, st.SearchStrategy[Any]] = {
    fields.TIME: TIMES, fields.TIME_OR_NULL: TIMES | st.none(), fields.VOTES: FIGURES, fields.CHOICES: LISTS,
    fields.ELECTED: LISTS, fields.CHOICE: NAMES, fields.SOURCE: NAMES, fields.TEXT: NAMES,
    fields.OBJECT: st.dictionaries(st.just("date"), TIMES | st.integers(-9, 9)),
}  # fmt: skip
"""What a field of a type may well hold, rightly or wrongly."""


@st.composite
def spoilt(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """What a fact of the kind says, with some fields otherwise, and rarely one missing."""
    d = d_of(kind)
    for name, of in FIELDS[kind].items():
        if draw(st.integers(0, 2)) == 0:
            d[name.removesuffix("?")] = draw(LIKELY.get(of, NEARLY))
        elif draw(st.integers(0, 40)) == 0:
            d[name.removesuffix("?")] = draw(NEARLY | JSON)
        elif draw(st.integers(0, 40)) == 0:
            d.pop(name, None)
    return d


KIND = st.sampled_from(sorted(KINDS))
ANY_D = st.dictionaries(st.text(max_size=6) | st.sampled_from(["pct", "ahead", "elected", "source"]), JSON)
SPOILT = KIND.flatmap(lambda kind: st.tuples(st.just(kind), ANY_D | spoilt(kind)))
STALLED = d_of("source-stalled", source="agency")


def stalled(**more: Any) -> tuple[str, dict[str, Any]]:
    """The agency is silent."""
    return "source-stalled", STALLED | {"votes": [500, 100, 0], "valid": 600} | more


RESUMED = ("source-resumed", d_of("source-resumed", source="agency"))


def written(kind: str, d: Mapping[str, Any], seq: int = 1, prev: str = "") -> bytes:
    """A fact as any program may write it."""
    return encode(
        Told(SCOPE, "mayor", seq, prev, kind, str(seq), LAW_OPENS_AT, 1, {}, SAID, SAID, dict(d)), HERE
    )


def read(value: bytes) -> Told | RecordError:
    """The fact, or why it is refused; nothing else is ever raised."""
    try:
        return decode(value, HERE)
    except RecordError as error:
        return error


def enters(value: bytes) -> Told | None:
    """The fact if it is let in."""
    fact = read(value)
    return fact if isinstance(fact, Told) and fault(fact, night()) is None else None


@given(SPOILT)
def test_whatever_stands_in_d_is_refused_or_readable(one: tuple[str, dict[str, Any]]) -> None:
    """Refused with the field's name, or nothing that reads facts fails: memory, alerts, the state shown."""
    kind, d = one
    fact = read(written(kind, d))
    if isinstance(fact, RecordError):
        assert fact.code in ("R006", "R009", "R011")
        assert fact.place.removeprefix("d.") in {name.removesuffix("?") for name in FIELDS[kind]}
        return
    memory = Memory()
    assert memory.take(fact)
    assert fact.kind == alert_json(fact)["kind"]
    assert shown_call(call_json(memory), RESTING)["state"]
    heard = Heard(contest_of())
    heard.hear([fact])
    told = told_json(heard, RESTING, plain_view((90, 10, 0)))
    assert public(told["call"], told["lineage"]).state


@settings(deadline=None, max_examples=40)
@example([stalled(votes=[*[0] * 7, 500, 100]), RESUMED], (900, 10, 0), 10, [])
@example([stalled(last_at="2024-10-06T18:00")], (900, 10, 0), 10, [])
@example([("call-made", d_of("call-made") | {"elected": []})], (0, 900, 0), 10, ["call-retracted"])
@example([RESUMED, ("source-skewed", d_of("source-skewed", source="agency"))], (900, 10, 0), 10, [])
@example([("rerun-set", d_of("rerun-set") | {"data": {"date": "soon"}})], (9, 1, 0), 10, ["annulled"])
@given(
    st.lists(SPOILT, min_size=1, max_size=10), st.tuples(*[st.integers(0, 900)] * 3), st.integers(0, 30),
    st.lists(st.sampled_from(["call-approved", "call-refused", "call-retracted", "annulled"]), max_size=2),
)  # fmt: skip
def test_a_teller_goes_on_after_whatever_was_let_in(
    facts: list[tuple[str, dict[str, Any]]], votes: tuple[int, int, int], last: int, ruled: list[str]
) -> None:
    """Whatever a foreign program told, in whatever order: what there is to tell next can be said."""
    who = teller()
    heard = Heard(contest_of())
    for kind, d in facts:
        fact = enters(written(kind, d, who.memory.seq + 1, who.memory.last))
        if fact is not None:
            assert who.take(fact)
            heard.hear([*heard.told, fact])
    assert heard.memory == who.memory
    call, proposal = who.memory.call, who.memory.proposal
    names = {"proposal": proposal.id if proposal else "none", "call": call.id if call else "none"}
    rulings = [ruling(kind, version=1, scope="all", date="soon", **names) for kind in ruled]
    for view in (seen(who, votes, 5), sources(who, votes, last=last, now=30)):
        for fact in who.tell(view, {}, rulings):
            assert enters(encode(fact, HERE)) == fact
    told = told_json(heard, RESTING, plain_view((90, 10, 0)))
    assert public(told["call"], told["lineage"]).state


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_field_is_asked_for(kind: str) -> None:
    """Without it, or with something else in it, the fact is refused by its name; more may stand beside."""
    good = d_of(kind)
    check(kind, good | {"more": [1]})
    assert fault(decode(written(kind, good), HERE), night()) is None
    for name in FIELDS[kind]:
        field = name.removesuffix("?")
        others: list[dict[str, Any]] = [good | {field: object()}]
        if field == name:
            others.append({other: value for other, value in good.items() if other != field})
        for other in others:
            with pytest.raises(RecordError, match=f"d.{field} of {kind} is") as caught:
                check(kind, other)
            assert (f"d.{field}", True) == (caught.value.place, caught.value.code in ("R006", "R009", "R011"))


@pytest.mark.parametrize(
    ("kind", "d", "code", "place"),
    [
        ("lead-change", {"ahead": ["ada", "eve"]}, "E104", "d.ahead"),
        ("call-made", {"elected": ["eve"]}, "E104", "d.elected"),
        ("call-made", {"choice": "eve"}, "E104", "d.choice"),
        ("source-stalled", {"source": "gossip"}, "E102", "d.source"),
        ("source-stalled", {"leader": "eve"}, "E104", "d.leader"),
        ("source-stalled", {"votes": [1, 2]}, "R006", "d.votes"),
        ("sources-disagree", {"ahead": {"council": ["eve"]}}, "E104", "d.ahead"),
        ("sources-disagree", {"ahead": {"gossip": []}}, "E102", "d.ahead"),
        ("correction", {"moved": [1, 2, 3, 4]}, "R006", "d.moved"),
    ],
)
def test_what_is_not_of_this_night_is_a_finding(kind: str, d: dict[str, Any], code: str, place: str) -> None:
    """A choice, a source or a figure too many; the source of a ruling is whoever it came from."""
    found = fault(decode(written(kind, d_of(kind) | d), HERE), night())
    assert found is not None
    assert (code, place) == (found.code, found.field)
    assert fault(decode(written("annulled", d_of("annulled") | {"source": "desk"}), HERE), night()) is None


def test_a_contest_of_another_night_is_a_finding() -> None:
    """By its code."""
    body = orjson.loads(written("annulled", d_of("annulled")))
    other = Told(SCOPE, "moon", 1, "", "annulled", "1", LAW_OPENS_AT, 1, {}, SAID, SAID, d_of("annulled"))
    found = fault(decode(orjson.dumps(body | {"contest": "moon", "id": other.id}), HERE), night())
    assert found is not None
    assert "E101" == found.code


def test_every_kind_has_its_fields_and_the_reference_says_them() -> None:
    """In the order of the kinds; what each type says is part of a sentence."""
    assert set(KINDS) == set(FIELDS)
    page = Path(__file__).parents[2] / "docs" / "reference" / "alerts.md"
    assert fields_list() in page.read_text()
    types: set[Type] = {of for fields in FIELDS.values() for of in fields.values()}
    assert all(of.words.startswith(("a ", "an ", "true ")) for of in types)
