"""Whether facts are read whatever stands in their topic, and applied after what was refused is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import orjson
import pytest

from election.alerts import Told
from election.errors import OutsideError
from election.night import ContestId
from election.rehearsal import Rehearsal
from election.wire.records import Ruling, encode
from election.wire.told import encode as encode_told
from election.wire.topics import Scope
from streams.answers import Answer, Applied, Gap
from streams.counting import CannotCountError
from streams.progress import Progress
from streams.spans import Fact, Received, Span
from streams.store import Store
from streams.telling import Chapter, TakesFacts, facts
from tests.election.tellings import d_of
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
TOPIC = SCOPE.topic("told")
AT = datetime(2024, 10, 6, 18, 40, tzinfo=UTC)


def told(seq: int = 1, prev: str = "", contest: str = "mayor") -> Told:
    """A fact of the evening."""
    said = {"en": "the ban on publishing is lifted", "tr": "yayın yasağı kalktı"}
    d = d_of("embargo-lifted")
    return Told(SCOPE.name, contest, seq, prev, "embargo-lifted", f"open-{seq}", AT, 3, {}, said, said, d)


def read(*values: bytes, first: int = 0) -> Chapter:
    """Records of the topic as one chapter."""
    records = [Received(TOPIC, 0, first + place, value) for place, value in enumerate(values)]
    return facts(NIGHT, SCOPE, 1000, records)


def test_facts_are_kept_as_they_came_by_contest_and_in_order() -> None:
    """Byte for byte with offset, id, number and the one before; a contest without one learns the offsets."""
    first = told()
    second = told(2, first.id)
    other = told(contest="bridge")
    values = [encode_told(fact, SCOPE) for fact in (first, other, second)]
    chapter = read(*values, first=7)
    assert Span(f"{TOPIC}/0", 7, 10) == chapter.span
    assert [Fact(7, first.id, "", 1, values[0]), Fact(9, second.id, first.id, 2, values[2])] == list(
        chapter.facts[ContestId("mayor")]
    )
    assert [8] == [fact.offset for fact in chapter.facts[ContestId("bridge")]]
    assert set(NIGHT.contests) == set(chapter.facts)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "R001"),
        (encode(Ruling("mayor", "concession", AT, AT, "council", "x", "y"), SCOPE), "R010"),
        (encode_told(told(contest="moon"), SCOPE), "E101"),
        (encode_told(replace(told(), d={"early": "yes"}), SCOPE), "R009"),
        (encode_told(replace(told(), kind="counted", d={"pct": "many"}), SCOPE), "R006"),
        (encode_told(replace(told(), kind="call-made", d=d_of("call-made", "nobody")), SCOPE), "E104"),
    ],
)
def test_what_is_no_fact_of_this_night_is_refused_and_the_next_one_counts(value: bytes, code: str) -> None:
    """Told with its code; the offset is accounted for."""
    chapter = read(value, encode_told(told(), SCOPE))
    (record,) = [orjson.loads(one) for one in chapter.refused]
    assert (0, code) == (record["offset"], record["papers"][0]["findings"][0]["code"])
    assert {0: {None: 1}} == chapter.span.refused
    assert [1] == [fact.offset for fact in chapter.facts[ContestId("mayor")]]


def test_everything_told_of_a_shipped_night_is_taken_in() -> None:
    """What this program writes it also reads: nothing of it is refused."""
    night = made.night("practice")
    rehearsal = Rehearsal(night, "replay", telling=True).hear_all(made.recording("practice"))
    chapter = read(*(encode_told(fact, SCOPE) for told in rehearsal.told.values() for fact in told))
    assert [] == list(chapter.refused)
    assert {contest: len(told) for contest, told in rehearsal.told.items()} == {
        contest: len(kept) for contest, kept in chapter.facts.items()
    }
    assert any(chapter.facts.values())


class Shelf:
    """A topic of refused and a store, and what came to them in which order."""

    def __init__(self, answer: Answer, refuses: Exception | None = None) -> None:
        self.answer, self.refuses, self.heard = answer, refuses, list[str]()
        self.progress = Progress()
        self.takes = TakesFacts(cast("Store", self), self.send, self.progress)

    async def send(self, records: Sequence[bytes]) -> None:
        """The topic of refused."""
        if self.refuses:
            raise self.refuses
        self.heard.append(f"{len(records)} refused")

    async def tell(self, span: Span, work: Mapping[ContestId, Sequence[Fact]]) -> dict[ContestId, Answer]:
        """The store."""
        self.heard.append(f"{sum(map(len, work.values()))} facts at {len(work)} contests")
        return dict.fromkeys(work, self.answer)


async def test_what_is_refused_is_told_before_the_offset_is_stored() -> None:
    """Once it is stored nobody comes back to this record."""
    shelf = Shelf(Applied("e", 1))
    await shelf.takes.take_in(read(b"{", encode_told(told(), SCOPE)))
    assert ["1 refused", f"1 facts at {len(NIGHT.contests)} contests"] == shelf.heard
    assert {f"{TOPIC}/0": 2} == shelf.progress.applied


@pytest.mark.parametrize("shelf", [Shelf(Gap(TOPIC, 0)), Shelf(Applied("e", 1), OutsideError("away"))])
async def test_a_chapter_that_cannot_be_applied_is_not_done(shelf: Shelf) -> None:
    """The worker ends or tries again, nothing is acknowledged, and all of it comes again."""
    with pytest.raises((CannotCountError, OutsideError)):
        await shelf.takes.take_in(read(b"{", encode_told(told(), SCOPE)))
    assert {} == shelf.progress.applied
