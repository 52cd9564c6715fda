"""Whether rulings are read whatever stands in their topic, and taken in after what was refused is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.errors import OutsideError
from election.night import ContestId
from election.rulings import Clearance
from election.wire.records import RULING_KINDS, Bundle, Ruling, encode
from election.wire.topics import Scope
from streams import calling
from streams.answers import Answer, Applied, Gap, OtherNight
from streams.calling import Docket, TakesRulings, docket, settles
from streams.counting import CannotCountError
from streams.gathered import Grounds
from streams.looking import Head
from streams.progress import Progress
from streams.spans import Received, Ruled, Span
from streams.store import Store
from streams.stretch import Stretch
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
TOPIC = SCOPE.topic("rulings")
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
GROUND = made.ground(NIGHT)
LIFTED, ANNOUNCED = "embargo-lifted", "embargo-announced"


def at(minute: int) -> datetime:
    """A minute of the night."""
    return made.START + timedelta(minutes=minute)


def ruling(kind: str = LIFTED, contest: str = "mayor", minute: int = 20) -> Ruling:
    """A ruling that was heard a minute after it counts."""
    return Ruling(contest, kind, at(minute), at(minute + 1), "council", "the council", "…")


def bundle() -> Bundle:
    """What has no place in this topic."""
    row = made.good_row(NIGHT, GROUND.contest, GROUND.source, GROUND.units[0], [80, 60, 20])
    return made.bundle("mayor", "council", "box", [row])


def received(values: Sequence[Ruling | Bundle | bytes], first: int = 0) -> list[Received]:
    """Records as they stand in the topic."""
    return [
        Received(TOPIC, 0, first + place, value if isinstance(value, bytes) else encode(value, SCOPE))
        for place, value in enumerate(values)
    ]


def docket_of(records: Sequence[Received]) -> Docket:
    """Records as one docket."""
    stretch = Stretch(partial(docket, NIGHT, SCOPE, 1000))
    for record in records:
        assert stretch.follows(record)
        stretch.add(record)
    return stretch.finish()


@pytest.mark.parametrize("kind", RULING_KINDS)
def test_only_the_councils_word_on_the_embargo_settles_anything(kind: str) -> None:
    """A concession is no grounds for anything; what was announced lifts it then, and says that it was."""
    expected = {
        LIFTED: {"lifted_at": "2024-10-06T15:20:00.000Z"},
        ANNOUNCED: {"lifted_at": "2024-10-06T15:20:00.000Z", "announced_at": "2024-10-06T15:20:00.000Z"},
    }
    assert expected.get(kind, {}) == settles(ruling(kind))


def test_a_clearance_names_one_paper_of_the_night() -> None:
    """A source, a box of it and a revision; the docket says which paper is meant."""
    data: dict[str, Any] = {"source": "council", "box": GROUND.units[0], "revision": 2}
    right = replace(ruling("quarantine-cleared"), data=data)
    assert {MAYOR: [Clearance(GROUND.source.id, GROUND.units[0], 2)]} == docket_of(received([right])).cleared
    upheld = replace(ruling("quarantine-upheld"), data=data)
    assert {} == docket_of(received([upheld])).cleared
    for wrong in ({"source": "moon"}, {"box": "moon-1"}, {"revision": 0}, {"revision": True}, {"box": 7}):
        found = docket_of(received([replace(right, data=data | wrong)]))
        assert 1 == len(found.refused), wrong


def test_rulings_are_kept_as_they_came_by_contest_and_in_order() -> None:
    """Byte for byte with their offsets; a contest without one learns the offsets all the same."""
    records = received(
        [ruling(ANNOUNCED, minute=30), ruling(LIFTED, "bridge"), ruling("concession"), ruling()], first=5
    )
    found = docket_of(records)
    assert Span(f"{TOPIC}/0", 5, 9) == found.span
    assert set(NIGHT.contests) == set(found.rulings)
    assert [5, 7, 8] == [kept.offset for kept in found.rulings[MAYOR]]
    assert [records[place].value for place in (0, 2, 3)] == [kept.value for kept in found.rulings[MAYOR]]
    lifts = {"lifted_at": "2024-10-06T15:20:00.000Z"}
    assert [Ruled(6, "2024-10-06T15:21:00.000Z", records[1].value, lifts)] == found.rulings[BRIDGE]
    assert () == tuple(found.refused)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "R001"),
        (b"{}", "R003"),
        (encode(ruling(), Scope("live", NIGHT.id)), "R004"),
        (encode(ruling("rumour"), SCOPE), "R010"),
        (encode(bundle(), SCOPE), "R010"),
        (encode(ruling(contest="moon"), SCOPE), "E101"),
        (encode(ruling("quarantine-cleared"), SCOPE), "R006"),
    ],
)
def test_what_is_no_ruling_of_this_night_is_refused_and_the_next_one_counts(value: bytes, code: str) -> None:
    """Told with its code, counted at every contest as something that could not be read."""
    found = docket_of(received([value, ruling()]))
    (told,) = [orjson.loads(record) for record in found.refused]
    assert (0, code) == (told["offset"], told["papers"][0]["findings"][0]["code"])
    assert {0: {None: 1}} == found.span.refused
    assert "0:0:1;" == found.span.refusals(BRIDGE)
    assert [1] == [kept.offset for kept in found.rulings[MAYOR]]


RIGHT: dict[str, Any] = orjson.loads(encode(ruling(), SCOPE))
CELLS = (
    st.none() | st.booleans() | st.integers(-5, 2**53) | st.text(max_size=9) | st.sampled_from(RULING_KINDS)
)
VALUES = CELLS | st.lists(CELLS, max_size=3) | st.dictionaries(st.text(max_size=3), CELLS, max_size=3)
TIMES = st.datetimes().map(lambda time: time.isoformat() + "+03:00")
NEARLY = st.dictionaries(st.sampled_from([*RIGHT, "at", "heard_at"]), VALUES | TIMES, max_size=3).map(
    lambda odd: orjson.dumps({**RIGHT, **odd})
)


@given(st.lists(st.binary(max_size=40) | NEARLY, min_size=1, max_size=6), st.integers(0, 2**40))
@settings(max_examples=200, deadline=None)
def test_nothing_that_can_stand_in_the_topic_raises_and_every_offset_is_accounted_for(
    values: list[bytes], first: int
) -> None:
    """Each record is kept or told as refused: one that raised would raise again after every restart."""
    found = docket_of(received(values, first))
    kept = [ruled.offset for rulings in found.rulings.values() for ruled in rulings]
    told = [orjson.loads(record) for record in found.refused]
    assert list(range(first, first + len(values))) == sorted([*kept, *(record["offset"] for record in told)])
    assert (first, first + len(values)) == (found.span.first, found.span.following)
    assert {record["offset"] for record in told} == set(found.span.refused)
    assert "R000" not in {record["papers"][0]["findings"][0]["code"] for record in told}


class Desk:
    """A topic of refused and a store, and what came to them in which order."""

    def __init__(self, answer: Answer, refuses: Exception | None = None) -> None:
        self.answer, self.refuses, self.heard = answer, refuses, list[str]()
        self.progress = Progress()
        self.takes = TakesRulings(cast("Store", self), Grounds(NIGHT), self.send, self.progress)

    async def send(self, records: Sequence[bytes]) -> None:
        """The topic of refused."""
        if self.refuses:
            raise self.refuses
        self.heard.append(f"{len(records)} refused")

    async def rule(self, span: Span, work: Mapping[ContestId, Sequence[Ruled]]) -> dict[ContestId, Answer]:
        """The store: the last contest gives the answer of this test, the others take it."""
        self.heard.append(f"{sum(map(len, work.values()))} rulings at {len(work)} contests")
        return {contest: Applied("e", 1) for contest in work} | {list(work)[-1]: self.answer}


async def test_what_is_refused_is_told_before_the_offset_is_stored() -> None:
    """Once it is stored nobody comes back to this record."""
    desk = Desk(Applied("e", 1))
    await desk.takes.take_in(docket_of(received([b"{}", ruling(), b"{"])))
    assert ["2 refused", f"1 rulings at {len(NIGHT.contests)} contests"] == desk.heard
    assert {f"{TOPIC}/0": 3} == desk.progress.applied


async def test_where_it_cannot_be_told_nothing_is_stored() -> None:
    """The record comes again, to be told then."""
    desk = Desk(Applied("e", 1), refuses=OutsideError("Kafka is away"))
    with pytest.raises(OutsideError):
        await desk.takes.take_in(docket_of(received([b"{}", ruling()])))
    assert [] == desk.heard
    assert {} == desk.progress.applied


@pytest.mark.parametrize("answer", [Gap(f"{TOPIC}/0", 0), OtherNight("abc")])
async def test_a_docket_that_one_contest_does_not_take_is_not_done(answer: Answer) -> None:
    """The worker ends, nothing is acknowledged, and all of it comes again."""
    desk = Desk(answer)
    with pytest.raises(CannotCountError) as caught:
        await desk.takes.take_in(docket_of(received([ruling()])))
    assert answer == caught.value.why
    assert {} == desk.progress.applied


class Heads:
    """A store that comes further each time it is asked, and an evaluator that comes after it."""

    def __init__(self, evaluates: bool = True) -> None:
        self.keys = {MAYOR: None}
        self.stored, self.noted, self.evaluates = 0, 0, evaluates

    async def positions(self, partitions: Sequence[str]) -> dict[str, int]:
        """One record more."""
        self.stored += 1
        return dict.fromkeys(partitions, self.stored)

    async def ask_each(self, question: object) -> dict[ContestId, Head]:
        """Epoch, version, and what was noted of them."""
        self.noted += self.evaluates
        return {MAYOR: Head.of(b"e", b"3", b"e %d" % self.noted)}


async def test_a_replayed_ruling_waits_for_its_reports_and_for_what_they_give_rise_to() -> None:
    """Read from two topics, in the order in which they were heard."""
    heads = Heads()
    takes = TakesRulings(cast("Store", heads), Grounds(NIGHT), Desk(Applied("e", 1)).send, Progress())
    assert await takes._in_order({"replay.practice.reports/0": 5})
    assert (5, 3) == (heads.stored, heads.noted)


@pytest.mark.parametrize("limit", ["IN_ORDER_WITHIN_S", "ASKED_WITHIN_S"])
async def test_a_replayed_ruling_does_not_wait_for_ever(
    limit: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the reports never come it is said; where nobody evaluates, that is no reason to hold it back."""
    monkeypatch.setattr(calling, limit, 0.05)
    takes = TakesRulings(
        cast("Store", Heads(evaluates=False)), Grounds(NIGHT), Desk(Applied("e", 1)).send, Progress()
    )
    late = limit == "IN_ORDER_WITHIN_S"
    assert await takes._in_order({"replay.practice.reports/0": 2**40 if late else 1})
    assert late == ("is not counted yet" in caplog.text)


async def test_a_ruling_that_is_put_down_waits_no_longer_and_is_not_applied() -> None:
    """It is read again by whoever has its partition then, and ruled once."""
    desk = Desk(Applied("e", 1))
    takes = TakesRulings(cast("Store", Heads()), Grounds(NIGHT), desk.send, desk.progress)
    takes.dropped = lambda: True
    docket = docket_of([replace(one, after={"replay.practice.reports/0": 5}) for one in received([ruling()])])
    await takes.take_in(docket)
    assert {} == desk.progress.applied
