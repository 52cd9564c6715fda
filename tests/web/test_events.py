"""What is told: to everybody who wants it, everything, once and in order, from wherever they stand."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from election.alerts import Told
from election.night import ContestId
from tests.streams.facts import told
from tests.web.made import Wire, Worker, do, hub, night, records
from web.events import Story
from web.hub import Hub, Limits, Turn
from web.seats import Seat
from web.wanted import DESK_KINDS, EVENT, PUBLIC_KINDS, Wanted

MAYOR = ContestId("mayor")
KINDS = ("lead-change", "call-proposed", "counted", "lead-noted", "source-stalled")
PUBLIC = (1, 3, 5, 6, 8, 10)
"""The numbers of `facts(10)` that are for everybody."""


def facts(many: int) -> tuple[Told, ...]:
    """So many facts, of five kinds in turn; two of these are not for everybody."""
    return tuple(told(seq, KINDS[(seq - 1) % len(KINDS)]) for seq in range(1, many + 1))


class Reader:
    """A client of one story, without a hub around it."""

    def __init__(self, story: Story, after: int | None, kinds: frozenset[str] = PUBLIC_KINDS) -> None:
        self.story, self.ear = story, story.ear(kinds, after)
        self.client, self.frames = Wire(), list[Any]()
        self.begin()

    def begin(self) -> None:
        """Begins, at first or again."""
        for write in self.ear.begin(self.client, Seat(), "e", ""):
            self.frames.append(json.loads(write.text))

    def events(self) -> list[int]:
        """The numbers it was told, each of which follows on from the one before."""
        at = 0
        numbers = []
        for frame in self.frames:
            if frame["t"] == "subscribed":
                at = frame["seq"]
                continue
            assert ("event", "e", "mayor", at) == tuple(frame[x] for x in ("t", "sub", "contest", "prev"))
            assert (frame["seq"], frame["id"], frame["kind"]) == tuple(
                frame["d"][x] for x in ("seq", "id", "kind")
            )
            at = frame["seq"]
            numbers.append(at)
        return numbers


class Room(Story):
    """A story, and everybody who reads it."""

    def __init__(self, known: int = 0) -> None:
        super().__init__(MAYOR)
        self.readers: list[Reader] = []
        self.hear(facts(known))

    def reader(self, after: int | None, kinds: frozenset[str] = PUBLIC_KINDS) -> Reader:
        """One more."""
        self.readers.append(Reader(self, after, kinds))
        return self.readers[-1]

    def spread(self) -> None:
        """Tells everybody who is there, as a hub does that nobody is too slow for."""
        readers = {id(reader.ear): reader for reader in self.readers}
        for there, news in self.tell():
            for _, _, ear in there:
                ear.given(news)
                readers[id(ear)].frames += [json.loads(text) for text in news.texts]


def test_from_now_on_from_a_number_and_from_the_beginning() -> None:
    """The answer says where one stands; what there is comes at once, what is told later when it is told."""
    story = Room(6)
    now, from_three, all_of_it = story.reader(None), story.reader(3), story.reader(0)
    assert [6, 3, 0] == [one.frames[0]["seq"] for one in (now, from_three, all_of_it)]
    assert {
        "t": "subscribed",
        "sub": "e",
        "contest": "mayor",
        "kind": "event",
        "seq": 3,
    } == from_three.frames[0]
    assert [[], [5, 6], [1, 3, 5, 6]] == [one.events() for one in (now, from_three, all_of_it)]
    story.hear(facts(10))
    story.spread()
    assert [[8, 10], [5, 6, 8, 10], list(PUBLIC)] == [one.events() for one in (now, from_three, all_of_it)]
    story.spread()
    assert 2 + 4 + 6 == story.sent.events


def test_after_what_is_not_known_yet() -> None:
    """Whoever comes from a gateway that is ahead is told what is new to it, once it is known here."""
    story = Room(3)
    ahead = story.reader(8)
    for many in (5, 8, 9, 10):
        story.hear(facts(many))
        story.spread()
    assert (8, [10]) == (ahead.frames[0]["seq"], ahead.events())


def test_kinds_and_the_desk() -> None:
    """Only what was asked for; proposals only to those who may see them."""
    story = Room()
    some, desk = story.reader(0, frozenset({"counted"})), story.reader(0, DESK_KINDS)
    none = story.reader(0, frozenset())
    story.hear(facts(10))
    story.spread()
    assert [3, 8] == some.events()
    assert [1, 2, 3, 5, 6, 7, 8, 10] == desk.events()
    assert [] == none.events()


def test_a_store_that_is_counted_anew_tells_nothing_twice() -> None:
    """For a while it knows less; what it then tells again is known, and only what is new is told."""
    story = Room()
    one = story.reader(0)
    for many in (6, 0, 3, 6, 10):
        story.hear(facts(many))
        story.spread()
        late = story.reader(None)
        assert max(many, 6) == late.frames[0]["seq"]
    assert list(PUBLIC) == one.events()


def test_another_story_leads_back_to_where_it_parts_from_the_old_one() -> None:
    """A night that is played again: everybody is told where they stand now, and everything from there."""
    story = Room()
    one, away, early = story.reader(0), story.reader(0), story.reader(0, frozenset({"first-boxes"}))
    story.hear(facts(6))
    story.spread()
    away.ear.pause(away.client, "e")
    other = (*facts(2), told(3, "first-boxes"), told(4, "lead-change"))
    story.hear(other)
    story.spread()
    away.begin()
    for who in (one, away):
        assert [1, 3, 5, 6, 3, 4] == who.events()
        assert ["subscribed", 2] == [who.frames[5]["t"], who.frames[5]["seq"]]
    assert [3] == early.events()
    assert [{"seq": 0}] == [{"seq": f["seq"]} for f in early.frames if f["t"] == "subscribed"]


def test_one_encoding_for_all_who_stand_at_the_same_place() -> None:
    """And under the same name; each of the others has frames of its own."""
    story = Room(3)
    ears = [story.ear(PUBLIC_KINDS, after) for after in (None, None, None, 1)]
    wires = [Wire() for _ in ears]
    for ear, wire, sub in zip(ears, wires, "eeff", strict=True):
        ear.begin(wire, Seat(), sub, "")
    story.hear(facts(5))
    groups = [([client for client, _, _ in there], len(news.texts)) for there, news in story.tell()]
    assert [(wires[:2], 1), (wires[2:], 1)] == groups


def test_who_is_gone_is_forgotten() -> None:
    """Nothing is kept for subscriptions that are over."""
    story = Room()
    ears = [story.ear(frozenset({kind}), 0) for kind in PUBLIC_KINDS]
    for ear in ears:
        ear.begin(wire := Wire(), Seat(), "e", "")
        ear.pause(wire, "e")
        ear.end()
    assert (0, 0) == (len(story._lines), len(story._ears))


@given(
    st.lists(st.tuples(st.sampled_from(["tell", "come", "away", "back"]), st.integers(0, 9)), max_size=30),
    st.sets(st.sampled_from(KINDS)),
)
def test_everybody_hears_everything(steps: list[tuple[str, int]], kinds: set[str]) -> None:
    """Whoever comes, goes and comes back whenever: all of its kinds after the first place, in order."""
    story, many = Room(), 0
    for what, number in steps:
        if what == "tell":
            many += number
            story.hear(facts(many))
            story.spread()
        elif what == "come":
            story.reader(number, frozenset(kinds))
        elif story.readers:
            who = story.readers[number % len(story.readers)]
            who.ear.pause(who.client, "e")
            if what == "back":
                who.begin()
    for who in story.readers:
        who.ear.pause(who.client, "e")
        who.begin()
        first = who.frames[0]["seq"]
        assert [fact.seq for fact in facts(many) if fact.seq > first and fact.kind in kinds] == who.events()


# At the hub.


def known(to: Hub, worker: Worker, many: int) -> None:
    """The hub hears that so much was told."""
    to.hold(MAYOR, replace(worker.state(MAYOR), told=facts(many)))


def kinds(wire: Wire) -> list[str]:
    """What it was sent, by kind."""
    return [json.loads(text)["t"] for text in wire.frames]


def listening(to: Hub, *, merge: bool = True) -> Wire:
    """A client that follows events and, if it is wanted, what is so."""
    wire = Wire("mayor") if merge else Wire()
    to.join(wire)
    if merge:
        do(to.subscribe(wire, "mayor", Wanted(MAYOR), 0.0))
    do(to.subscribe(wire, "e", Wanted(MAYOR, EVENT, after=0), 0.0))
    return wire


def test_events_go_before_the_change_that_shows_them() -> None:
    """At a tick; and between two ticks as soon as they are known, without any change."""
    to, worker = hub(night()), Worker(night())
    worker.count(records()[:20])
    known(to, worker, 0)
    to.turn(0.0)
    wire = listening(to)
    worker.count(records()[20:40])
    known(to, worker, 3)
    do(to.turn(0.0))
    assert ["snapshot", "subscribed", "event", "event", "change"] == kinds(wire)
    worker.count(records()[40:60])
    known(to, worker, 5)
    do(to.tell(0.0))
    assert "event" == kinds(wire)[-1]
    assert Turn() == to.tell(0.0)
    do(to.turn(0.0))
    assert ["event", "change"] == kinds(wire)[-2:]
    assert (1, 3) == (to.snapshots_sent, to.events_sent)


def test_who_was_behind_hears_everything_it_missed() -> None:
    """And then a snapshot; while it was behind it was given nothing, and the others were not kept waiting."""
    to, worker = Hub(night(), "replay", Limits(8000, 3.0, 6.0)), Worker(night())
    known(to, worker, 0)
    to.turn(0.0)
    slow, fast = listening(to), listening(to, merge=False)
    slow.reading = False
    for second, many in enumerate((2, 4, 6, 8)):
        worker.count(records()[20 * second : 20 * second + 20])
        known(to, worker, many)
        do(to.turn(float(second)))
    assert to.is_behind(slow)
    assert not to.is_behind(fast)
    waiting = slow.waiting_bytes()
    known(to, worker, 9)
    do(to.tell(3.5))
    assert (waiting, 8) == (slow.waiting_bytes(), json.loads(fast.frames[-1])["seq"])
    slow.reading = True
    slow.read()
    sent = len(slow.frames)
    known(to, worker, 10)
    do(to.turn(4.0))
    everything = [json.loads(text)["seq"] for text in slow.frames if json.loads(text)["t"] == "event"]
    assert list(PUBLIC) == everything
    assert "snapshot" == kinds(slow)[-1]
    assert {"event"} == set(kinds(slow)[sent:-1])
    assert [] == slow.viewer.faults
