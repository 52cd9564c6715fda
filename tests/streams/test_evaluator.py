"""Whether an evaluator keeps still where it may not speak: elsewhere held, behind the log, nothing new.

What it tells, and that it is told once, is tested with a real store (tests/live/test_telling.py).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from election.alerts import Told
from election.night import ContestId, SourceId
from election.wire.told import encode
from election.wire.topics import Scope
from streams import evaluator as module
from streams.answers import Looked
from streams.evaluator import Evaluator, OddFactError, wanted_areas
from streams.looking import Looks
from streams.settings import Settings
from streams.share import Share
from streams.store import Store
from tests.patience import PATIENCE_S
from tests.streams import made

NIGHT = made.night()
MAYOR = ContestId("mayor")
SCOPE = Scope("replay", NIGHT.id)
TOLD = f"{SCOPE.topic('told')}/0"
REPORTS = f"{SCOPE.topic('reports')}/0"
OPEN = {"version": "3", "epoch": "e", "at": "2024-10-06T18:40:00.000Z"}
"""The hour of the law has come: there is a ban lifted to tell of."""


class Stage:
    """A store that shows what a test wants, and a topic."""

    def __init__(self, looked: Looked, end: int | None = 0) -> None:
        self.looked, self.end, self.sent, self.asked = looked, end, list[bytes](), list[int]()
        self.totals = 0
        """How often totals were read."""
        self.noted, self.told, self.again = list[int](), asyncio.Event(), asyncio.Event()
        """`told`: something was sent; `again`: it was looked at a third time."""
        self.evaluator = Evaluator(
            NIGHT, MAYOR, SCOPE, Settings(), cast("Store", self), self.send, lambda: self.end, Share()
        )
        self.evaluator._looks = cast("Looks", self)

    async def look(
        self, contest: ContestId, areas: Mapping[SourceId, object], rulings_from: int, told_after: int
    ) -> Looked:
        """What the store holds."""
        self.asked.append(told_after)
        self.totals += bool(areas)
        if len(self.asked) > 2:
            self.again.set()
        return replace(self.looked, told=self.looked.told[told_after:])

    async def newer(self, contest: ContestId, version: int, wait_s: float) -> None:
        """At once."""

    async def evaluated(self, contest: ContestId, epoch: str, version: int) -> None:
        """Nothing more is to be told."""
        self.noted.append(version)

    async def positions(self, partitions: Sequence[str]) -> Mapping[str, int]:
        """All that was sent is applied."""
        return dict.fromkeys(partitions, len(self.sent))

    async def send(self, topic: str, key: bytes, value: bytes) -> int:
        """The topic."""
        self.sent.append(value)
        self.told.set()
        return len(self.sent) - 1


def looked(
    meta: Mapping[str, str] = OPEN, told: Sequence[bytes] = (), stored: int = 0, reports: int = 0
) -> Looked:
    """What a store may hold; `stored` is how much of the topic of what was told it has."""
    return Looked(meta, {TOLD: stored, REPORTS: reports}, {}, {}, (), told)


def fact(positions: Mapping[str, int], **other: Any) -> Told:
    """A fact that was told when the log was counted so far."""
    said = {"en": "first boxes", "tr": "ilk sandıklar"}
    fields: dict[str, Any] = {
        "scope": SCOPE.name, "contest": "mayor", "seq": 1, "prev": "", "kind": "first-boxes", "key": "first",
        "at": made.START, "version": 2, "positions": positions, "title": said, "because": said,
        "d": {"boxes": 1, "boxes_total": 50},
    }  # fmt: skip
    return Told(**fields | other)


async def test_it_tells_when_it_holds_the_topic_and_the_store_has_all_of_it() -> None:
    """Then, and in none of the other cases of this page."""
    stage = Stage(looked())
    assert 3 == await stage.evaluator.step()
    assert stage.sent


@pytest.mark.parametrize(
    ("end", "told", "reports", "positions"),
    [
        (None, 0, 9, {}),
        (2, 1, 9, {}),
        (1, 1, 8, {REPORTS: 9}),
    ],
    ids=["another holds the topic", "facts are not in the store yet", "totals older than the last fact's"],
)
async def test_it_keeps_still_where_the_store_is_behind(
    end: int | None, told: int, reports: int, positions: Mapping[str, int]
) -> None:
    """A store that is being made again shows standings that were never shown."""
    values = [encode(fact(positions), SCOPE)] if told else []
    meta = {**OPEN, **({"told": fact(positions).id, "told_seq": "1"} if told else {})}
    stage = Stage(looked(meta, values, told, reports), end)
    await stage.evaluator.step()
    assert [] == stage.sent
    assert 0 == stage.totals


async def test_totals_are_read_only_where_something_may_be_new_to_tell() -> None:
    """A country's are megabytes: read twenty times a second, they slow the count that is behind."""
    stage = Stage(looked({**OPEN, "at": "2024-10-06T12:00:00.000Z"}))
    await stage.evaluator.step()
    assert 1 == stage.totals
    await stage.evaluator.step()
    assert 1 == stage.totals
    stage.looked = looked({**OPEN, "at": "2024-10-06T12:00:00.000Z", "version": "4"})
    await stage.evaluator.step()
    assert 2 == stage.totals


async def test_it_begins_again_where_the_store_holds_less_than_it_knows() -> None:
    """A flushed store: what it remembers is not what anybody was told of this life."""
    known = encode(fact({}), SCOPE)
    stage = Stage(looked({**OPEN, "told": fact({}).id, "told_seq": "1"}, [known], 1), 1)
    await stage.evaluator.step()
    assert 1 == stage.evaluator.memory.seq
    stage.looked, stage.end = looked(), 1
    await stage.evaluator.step()
    assert [0, 1, 1, 0] == stage.asked
    assert 0 == stage.evaluator.memory.seq


async def test_it_begins_again_in_a_new_epoch_also_where_nothing_was_told_before() -> None:
    """A replay that goes back: rulings it remembers were not given yet."""
    stage = Stage(looked({**OPEN, "at": "2024-10-06T12:00:00.000Z"}))
    await stage.evaluator.step()
    before = stage.evaluator.teller
    await stage.evaluator.step()
    assert before is stage.evaluator.teller
    stage.looked = looked({**OPEN, "at": "2024-10-06T12:00:00.000Z", "epoch": "f"})
    await stage.evaluator.step()
    assert before is not stage.evaluator.teller


async def test_a_fact_that_does_not_follow_ends_it_with_a_way_out() -> None:
    """The store accepts no such fact: somebody else wrote it."""
    odd = encode(fact({}, seq=4, prev="0" * 16), SCOPE)
    stage = Stage(looked({**OPEN, "told": "x", "told_seq": "4"}, [odd], 1), 1)
    with pytest.raises(OddFactError, match="sandik verify --rebuild"):
        await stage.evaluator.step()


async def test_a_fact_that_would_be_refused_is_not_sent_and_what_comes_before_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Sent, it would be made again at the next look, and so on: by the morning the log is full of it."""
    stage, right = Stage(looked()), fact({})
    odd = fact({}, seq=2, prev=right.id, kind="counted", key="25")
    after = fact({}, seq=3, prev=odd.id, key="third")
    monkeypatch.setattr(stage.evaluator.teller, "tell", lambda *what, **more: [right, odd, after])
    await stage.evaluator.step()
    assert [encode(right, SCOPE)] == stage.sent
    assert "mayor: counted 25 cannot be told, nor what comes after it (d.pct of counted is" in caplog.text
    monkeypatch.setattr(stage.evaluator.teller, "tell", lambda *what, **more: [odd, after])
    await stage.evaluator.step()
    assert (1, []) == (len(stage.sent), stage.noted)


@pytest.mark.parametrize("damaged", ["a fact", "a fact that does not follow", "a ruling"])
async def test_what_was_told_is_damaged_and_the_count_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, damaged: str
) -> None:
    """It is said, and asked again; an evaluation that ends takes its worker with it, and the next one too."""
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0)
    odd = {"a fact": b"{", "a ruling": b""}.get(damaged, encode(fact({}, seq=4, prev="0" * 16), SCOPE))
    meta = {**OPEN, "told": "x", "told_seq": "4"}
    bad = replace(looked(meta, [odd], 1) if odd else looked(), rulings=() if odd else [b"{"])
    stage = Stage(bad, 1 if odd else 0)
    running = asyncio.create_task(stage.evaluator.run())
    async with asyncio.timeout(PATIENCE_S):
        await stage.again.wait()
    assert [] == stage.sent
    assert "mayor: nothing is told: " in caplog.text
    stage.looked = looked(stored=stage.end or 0)
    async with asyncio.timeout(PATIENCE_S):
        await stage.told.wait()
    running.cancel()


async def test_a_log_that_has_not_come_as_far_as_what_was_told_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One that has lost records may never; nobody would know why no alert comes any more."""
    monkeypatch.setattr(module, "WAITS_S", 0)
    told = fact({REPORTS: 9})
    meta = {**OPEN, "told": told.id, "told_seq": "1"}
    stage = Stage(looked(meta, [encode(told, SCOPE)], 1, 8), 1)
    await stage.evaluator.step()
    assert f"nothing is told before {REPORTS} is counted up to offset 9" in caplog.text
    assert "it is counted up to 8" in caplog.text
    caplog.clear()
    stage.looked = looked(meta, [], 1, 9)
    await stage.evaluator.step()
    assert ("", True) == (caplog.text, bool(stage.sent))


async def test_a_log_that_is_a_moment_behind_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    """As after every start of the store."""
    told = fact({REPORTS: 9})
    stage = Stage(looked({**OPEN, "told": told.id, "told_seq": "1"}, [encode(told, SCOPE)], 1, 8), 1)
    await stage.evaluator.step()
    assert "" == caplog.text


class Live(Stage):
    """The same of a live night long after its polls closed: nobody has spoken, by the clock."""

    def __init__(self, counted: Mapping[str, int], ends: Mapping[str, int]) -> None:
        super().__init__(Looked({"version": "3", "epoch": "e"}, counted, {}, {}, (), ()))
        self.said = ends
        self.evaluator = Evaluator(
            NIGHT, MAYOR, Scope("live", NIGHT.id), Settings(mode="live"), cast("Store", self), self.send,
            lambda: self.end, Share(),
        )  # fmt: skip
        self.evaluator._looks = cast("Looks", self)

    async def ends(self, contest: ContestId) -> Mapping[str, int]:
        """How far the log goes."""
        return self.said


LOGGED = f"{Scope('live', NIGHT.id).topic('reports')}/"
RULED = f"{Scope('live', NIGHT.id).topic('rulings')}/0"


@pytest.mark.parametrize(
    ("counted", "ends", "silent"),
    [
        ({}, {}, False),
        ({}, {f"{LOGGED}0": 0}, True),
        ({f"{LOGGED}0": 5}, {f"{LOGGED}0": 5, RULED: 2}, True),
        ({f"{LOGGED}0": 5}, {f"{LOGGED}0": 4}, True),
        ({f"{LOGGED}0": 4}, {f"{LOGGED}0": 5}, False),
        ({}, {f"{LOGGED}0": 5}, False),
        ({f"{LOGGED}0": 5, f"{LOGGED}1": 5}, {f"{LOGGED}0": 5}, False),
        ({f"{LOGGED}0": 5, RULED: 2}, {f"{LOGGED}0": 5}, True),
    ],
    ids=[
        "no worker has said", "an empty log", "all of it", "more by now", "all but one", "nothing",
        "of one partition", "rulings apart",
    ],
)  # fmt: skip
async def test_live_nobody_is_called_silent_before_the_log_is_counted_to_its_end(
    counted: Mapping[str, int], ends: Mapping[str, int], silent: bool
) -> None:
    """After an outage of the workers the store is old, and what the sources said meanwhile is in the log."""
    stage = Live(counted, ends)
    await stage.evaluator.step()
    assert silent == any(b'"source-stalled"' in value for value in stage.sent)


def test_of_the_published_source_every_leaf_area_is_asked_about_of_others_the_whole() -> None:
    """Rules by strata need the leaves; sources side by side need one figure each."""
    wanted = wanted_areas(NIGHT, NIGHT.contests[MAYOR])
    leaves = NIGHT.areas_of_level[NIGHT.leaf_level]
    assert {"kizilcay", *leaves} == set(wanted[SourceId("council")])
    assert ["kizilcay"] == list(wanted[SourceId("party")]) == list(wanted[SourceId("agency")])
