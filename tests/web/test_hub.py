"""The hub: one encoding for everybody, nothing older after something newer, and nobody waits for the slow."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from election.night import ContestId
from election.wire.frames import ContestState, state_hash
from election.wire.records import Bundle
from tests.web.made import JUNE, Wire, Worker, do, follow, hub, night, parts, records, with_other_figures
from web.group import MEMO_MAX
from web.hub import Hub, Limits, Turn
from web.wanted import Wanted

LIMITS = Limits(buffer_bytes_max=100_000, lag_max_s=3.0, behind_max_s=6.0)
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")


def told(to: Hub, worker: Worker, batch: Any, now: float = 0.0, clock: datetime | None = None) -> Turn:
    """The worker counts a batch, the hub hears it and takes a turn."""
    for contest, _ in worker.count(batch):
        to.hold(contest, worker.state(contest))
    return to.turn(now, clock)


def kinds(wire: Wire) -> list[str]:
    """What it was sent, by kind."""
    return [json.loads(text)["t"] for text in wire.frames]


def test_a_night_arrives_whole() -> None:
    """A client that follows all contests from the start ends where the count ends, without a fault."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor", "assembly", "bridge")
    follow(to, wire)
    for batch in parts(records(), 4):
        do(told(to, worker, batch))
    assert [] == wire.viewer.faults
    for contest, group in to.groups.items():
        assert group.shown == worker.rehearsal.boards[contest].snapshot(
            worker.state(contest), worker.state(contest).at
        )
        assert group.shown["hash"] == state_hash(wire.viewer.copies[contest].shown)


def test_one_encoding_for_everybody() -> None:
    """A change is one text, given once with all the clients that get it."""
    to, worker, wires = hub(night()), Worker(night()), [Wire("mayor") for _ in range(3)]
    for wire in wires:
        follow(to, wire)
    (write,) = told(to, worker, [one for one in records() if one.contest == "mayor"][:5]).writes
    assert tuple(wires) == write.clients


def test_a_newcomer_gets_what_the_others_have() -> None:
    """Its snapshot is at the version the others were sent, so the next change follows on for all of them."""
    to, worker, first = hub(night()), Worker(night()), Wire("mayor")
    follow(to, first)
    batches = list(parts(records(), 20))
    do(told(to, worker, batches[0]))
    for contest, _ in worker.count(batches[1]):
        to.hold(contest, worker.state(contest))  # newer, but nobody was shown it yet
    late = Wire("mayor")
    follow(to, late)
    assert first.viewer.copies["mayor"].version == late.viewer.copies["mayor"].version
    do(to.turn(0.0))
    assert ["snapshot", "change"] == kinds(late)
    assert first.viewer.copies["mayor"].shown == late.viewer.copies["mayor"].shown
    assert ([], []) == (first.viewer.faults, late.viewer.faults)


def test_values_between_two_turns_may_be_skipped() -> None:
    """Several versions make one change, whose `prev` is the version sent before."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor")
    follow(to, wire)
    for batch in list(parts(records(), 5))[:8]:
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
    do(to.turn(0.0))
    change = json.loads(wire.frames[-1])
    assert ["snapshot", "snapshot"] == kinds(wire)  # the first state at all begins an epoch
    for batch in list(parts(records(), 5))[8:16]:
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
    do(to.turn(0.0))
    assert change["version"] == json.loads(wire.frames[-1])["prev"]
    assert change["version"] + 1 < json.loads(wire.frames[-1])["version"]


def test_nothing_new_is_not_sent() -> None:
    """A turn without news is empty, and a state that shows the same is no news."""
    to, worker = hub(night()), Worker(night())
    follow(to, Wire("mayor"))
    told(to, worker, records()[:10])
    to.hold(MAYOR, worker.state(MAYOR))
    assert Turn() == to.turn(0.0)


def test_a_new_epoch_begins_from_a_snapshot() -> None:
    """Nothing is taken over from another life of the projection, whatever its version."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor")
    follow(to, wire)
    do(told(to, worker, records()[:30]))
    again = Worker(night(), epoch="e2")
    do(told(to, again, records()[:3]))
    assert ["snapshot", "snapshot", "snapshot"] == kinds(wire)
    assert ("e2", 3) == (wire.viewer.copies["mayor"].epoch, again.versions[MAYOR] + 2)
    assert to.groups[MAYOR].shown == wire.viewer.copies["mayor"].shown


def test_two_names_for_one_contest() -> None:
    """Each subscription has its frames under its own name, and goes when it is given back."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor")
    follow(to, wire)
    do(to.subscribe(wire, "again", Wanted(MAYOR), 0.0))
    do(told(to, worker, records()[:10]))
    assert {"mayor", "again"} == {json.loads(text)["sub"] for text in wire.frames[-2:]}
    to.unsubscribe(wire, "again")
    sent = len(wire.frames)
    do(told(to, worker, records()[10:20]))
    assert ["mayor"] == [json.loads(text)["sub"] for text in wire.frames[sent:]]


def test_a_name_that_is_said_again_begins_anew() -> None:
    """The same name for another contest: a snapshot of that one, and nothing of the first any more."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor")
    follow(to, wire)
    do(to.subscribe(wire, "mayor", Wanted(BRIDGE), 0.0))
    do(told(to, worker, records()))
    assert ["mayor", "bridge", "bridge"] == [json.loads(text)["d"]["contest"] for text in wire.frames]
    to.leave(wire)
    assert Turn() == told(to, worker, records()[:30])


def test_who_leaves_is_forgotten() -> None:
    """A client that is gone is in nobody's way, also one that was behind."""
    to, worker, wire = hub(night(), Limits(buffer_bytes_max=1)), Worker(night()), Wire("mayor")
    wire.reading = False
    follow(to, wire)
    told(to, worker, records()[:10])
    to.leave(wire)
    to.leave(wire)
    assert Turn() == told(to, worker, records()[10:20], now=100.0)
    assert 0 == len(to)


def test_a_client_that_does_not_read_is_cut() -> None:
    """It falls behind, is sent nothing more, and is cut when it has been behind for too long."""
    to, worker, wire, other = hub(night(), LIMITS), Worker(night()), Wire("mayor"), Wire("mayor")
    follow(to, wire)
    follow(to, other)
    wire.reading = False
    waiting = []
    for second, batch in enumerate(list(parts(records(), 5))[:14]):
        do(told(to, worker, batch, now=float(second)))
        waiting.append(wire.waiting_bytes())
        if wire.was_cut:
            to.leave(wire)
    assert wire.was_cut
    assert (1, 1) == (to.fell_behind, to.cut)
    assert 1 == len({waiting[4], waiting[-1]})  # nothing more was given to it once it was behind
    assert [] == other.viewer.faults
    assert to.groups[MAYOR].version == other.viewer.copies["mayor"].version


def test_a_full_buffer_means_behind_at_once() -> None:
    """Memory a client may cost is bounded by bytes, not only by time: its snapshot, and no more than that."""
    to, worker, wire = hub(night(), Limits(buffer_bytes_max=1)), Worker(night()), Wire("mayor")
    do(told(to, worker, records()[:20]))
    wire.reading = False
    follow(to, wire)
    assert not to.is_behind(wire)
    do(told(to, worker, records()[20:50]))
    waiting = wire.waiting_bytes()
    do(told(to, worker, records()[50:60]))
    assert (1, waiting) == (to.fell_behind, wire.waiting_bytes())


def test_who_catches_up_goes_on_from_a_snapshot() -> None:
    """After it has read everything, a client that was behind gets the newest state whole, then changes."""
    to, worker, wire = hub(night(), LIMITS), Worker(night()), Wire("mayor")
    follow(to, wire)
    batches = list(parts(records(), 5))
    wire.reading = False
    for second, batch in enumerate(batches[:7]):
        do(told(to, worker, batch, now=float(second)))
    wire.reading = True
    wire.read()
    sent = len(wire.frames)
    for second, batch in enumerate(batches[7:10]):
        do(told(to, worker, batch, now=7.0 + second))
    assert ["snapshot", "change", "change"] == kinds(wire)[sent:]
    assert [] == wire.viewer.faults
    assert to.groups[MAYOR].version == wire.viewer.copies["mayor"].version
    assert not wire.was_cut


def test_slow_but_reading_is_not_behind() -> None:
    """Something may always be on its way to a client, as long as now and then all of it has arrived."""
    to, worker, wire = hub(night(), LIMITS), Worker(night()), Wire("mayor")
    follow(to, wire)
    for second, batch in enumerate(parts(records(), 5)):
        wire.reading = second % 3 == 0
        wire.read()
        do(told(to, worker, batch, now=float(second)))
    assert 0 == to.fell_behind


def test_beats() -> None:
    """A heartbeat says the versions; each client's own hashes, if asked for; how old the data are, if old."""
    to, worker = hub(night()), Worker(night())
    one, two, idle = Wire("mayor"), Wire("mayor", "bridge"), Wire()
    for wire in (one, two, idle):
        follow(to, wire)
    do(told(to, worker, records()))
    do(to.beat(0.0, "now", None, with_hash=True))
    beats = [json.loads(wire.frames[-1]) for wire in (one, two, idle)]
    assert [to.versions()] * 3 == [beat["versions"] for beat in beats]
    hashes = {contest: to.groups[contest].shown["hash"] for contest in (MAYOR, BRIDGE)}
    assert [{"mayor": hashes[MAYOR]}, hashes, None] == [beat.get("hash") for beat in beats]
    assert all("stale_s" not in beat for beat in beats)
    do(to.beat(0.0, "now", 12.34, with_hash=False))
    assert 12.3 == one.viewer.stale_s
    assert [] == one.viewer.faults + two.viewer.faults


def test_hello() -> None:
    """The first frame says what can be followed, and where each contest stands."""
    hello = json.loads(hub(night(), mode="rehearsal").hello("desk-1", 5.0, 250))
    assert ("hello", 1, "rehearsal", "practice", "desk-1") == tuple(
        hello[key] for key in ("t", "v", "mode", "night", "session")
    )
    assert ["mayor", "assembly", "bridge"] == [one["id"] for one in hello["contests"]]
    assert ({"mayor": 0, "assembly": 0, "bridge": 0}, {""}) == (
        hello["versions"], set(hello["epochs"].values()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "speed", "said"),
    [("replay", 60.0, "60"), ("replay", 0.5, "0.5"), ("replay", 0.0, "None"), ("live", 60.0, "None")],
)
def test_the_speed_of_a_replay_is_shown(mode: str, speed: float, said: str) -> None:
    """It stands in every snapshot of a replay, as one writes it; where it is not known nothing does."""
    to, wire = Hub(night(), mode, Limits(), LAW, speed), Wire("mayor", "bridge")
    follow(to, wire)
    for copy in wire.viewer.copies.values():
        assert said == str(copy.shown.get("speed"))


LAW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
BEFORE, AFTER = LAW.replace(hour=17, minute=59), LAW.replace(minute=1)


def test_live_the_embargo_opens_by_the_clock() -> None:
    """At the law's hour totals appear without any news, as a change that follows on, under another tag."""
    to, worker, wire = hub(night(), mode="live"), Worker(night(), mode="live"), Wire("mayor")
    follow(to, wire)
    papers = [one for one in records() if isinstance(one, Bundle)]
    do(told(to, worker, papers[:40], clock=BEFORE))
    closed, tag = wire.viewer.copies["mayor"].shown, to.groups[MAYOR].tag
    assert ("bulletins", None) == (closed["embargo"]["state"], closed.get("valid"))
    assert Turn() == to.turn(1.0, BEFORE)
    do(to.turn(2.0, AFTER))
    opened = wire.viewer.copies["mayor"].shown
    assert ("open", worker.versions[MAYOR]) == (opened["embargo"]["state"], opened["version"])
    assert opened["valid"] > 0
    assert tag != to.groups[MAYOR].tag
    assert [] == wire.viewer.faults


def texts(of: str, size: int, other: int | None, mode: str = "replay") -> list[bytes]:
    """Everything a client is sent until the embargo opens; with other figures, if `other` is given."""
    to, worker, wire = hub(night(of), mode=mode), Worker(night(of), mode=mode), Wire(*night(of).contests)
    follow(to, wire)
    clock = datetime(2000, 1, 1, tzinfo=UTC) if mode == "live" else None
    for batch in parts(records(of), size):
        for contest, _ in worker.count(batch):
            state = worker.state(contest)
            if worker.rehearsal.boards[contest].embargo(state, clock or state.at).is_open:
                return wire.frames
            to.hold(contest, state if other is None else with_other_figures(state, other))
        do(to.turn(0.0, clock))
        do(to.beat(0.0, "", None, with_hash=True))
    return wire.frames


@settings(deadline=None, max_examples=10)
@given(size=st.integers(1, 30), other=st.integers(0, 10**6), mode=st.sampled_from(["replay", "live"]))
def test_under_the_embargo_figures_make_no_difference(size: int, other: int, mode: str) -> None:
    """Were every vote another one, clients would be sent the same bytes: so nothing of them can leak."""
    assert texts("practice", size, None, mode) == texts("practice", size, other, mode)


def test_under_the_embargo_istanbul_too() -> None:
    """The same on the night with 95 % of boxes in when the ban is lifted."""
    plain = texts(JUNE, 200, None)
    assert plain == texts(JUNE, 200, 12345)
    assert len(plain) > 20


class Night(RuleBasedStateMachine):
    """Clients come, stall, read and go while a night is counted, sometimes anew: each shows what is so."""

    def __init__(self) -> None:
        super().__init__()
        self.hub, self.lives, self.now = hub(night(), Limits(60_000, 3.0, 6.0)), 1, 0.0
        self.worker, self.rest = Worker(night(), "e1"), list(parts(records(), 3))
        self.wires: list[Wire] = []

    @rule(contests=st.lists(st.sampled_from(["mayor", "bridge"]), unique=True))
    def come(self, contests: list[str]) -> None:
        """Somebody joins."""
        self.wires.append(Wire(*contests))
        if contests:
            follow(self.hub, self.wires[-1], self.now)
        else:
            self.hub.join(self.wires[-1])

    @precondition(lambda self: self.wires)
    @rule(data=st.data())
    def stall_or_read(self, data: st.DataObject) -> None:
        """Somebody stops reading, or reads on."""
        wire = data.draw(st.sampled_from(self.wires))
        wire.reading = not wire.reading
        wire.read()

    @precondition(lambda self: self.wires)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        """Somebody leaves."""
        wire = data.draw(st.sampled_from(self.wires))
        self.hub.leave(wire)
        self.wires.remove(wire)

    @precondition(lambda self: self.rest)
    @rule(count=st.integers(1, 5))
    def hear(self, count: int) -> None:
        """The worker counts on."""
        for batch in self.rest[:count]:
            for contest, _ in self.worker.count(batch):
                self.hub.hold(contest, self.worker.state(contest))
        del self.rest[:count]

    @rule()
    def begin_anew(self) -> None:
        """The store was flushed and is counted again."""
        self.lives += 1
        self.worker, self.rest = Worker(night(), f"e{self.lives}"), list(parts(records(), 3))
        for contest in night().contests:
            self.hub.hold(contest, ContestState(epoch=self.worker.epoch))

    @rule(seconds=st.floats(0, 4))
    def turn(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        turn = self.hub.turn(self.now)
        do(turn)
        for wire in turn.cut:
            self.hub.leave(wire)
            self.wires = [one for one in self.wires if one is not wire]

    @rule()
    def beat(self) -> None:
        """The heart beats, with hashes."""
        do(self.hub.beat(self.now, "", None, with_hash=True))

    @invariant()
    def nobody_sees_anything_wrong(self) -> None:
        """No gap, no wrong hash, no older version within an epoch; who reads shows what the hub shows."""
        for wire in self.wires:
            assert [] == wire.viewer.faults
            for sub, copy in wire.viewer.copies.items():
                epoch, version = wire.seen.get(sub, ("", -1))
                assert copy.epoch != epoch or copy.version >= version
                wire.seen[sub] = (copy.epoch, copy.version)
                group = self.hub.groups[ContestId(sub)]
                if wire.reading and not self.hub.is_behind(wire):
                    assert group.shown["hash"] == state_hash(copy.shown)


TestNight = Night.TestCase
TestNight.settings = settings(deadline=None, max_examples=30, stateful_step_count=40)


def test_many_names_cost_no_memory() -> None:
    """Clients that invent names are served, and what is kept for them has a limit."""
    to = hub(night())
    for number in range(MEMO_MAX + 10):
        wire = Wire()
        to.join(wire)
        do(to.subscribe(wire, f"name-{number}", Wanted(MAYOR), 0.0))
        assert "snapshot" == json.loads(wire.frames[-1])["t"]
    assert MEMO_MAX == len(to.groups[MAYOR].everybody._snapshots)
