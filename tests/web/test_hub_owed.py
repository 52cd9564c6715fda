"""What a client is owed: a subscription whose beginning could not be given yet, and how nothing is lost."""

import json

from election.night import AreaId, ContestId, SourceId
from election.wire.frames import dumps
from tests.web.made import Wire, Worker, do, follow, hub, night, parts, records
from tests.web.test_group import PAPERS, counted
from web.hub import Hub, Limits, Turn
from web.seats import BEGINNINGS_BYTES_MAX
from web.wanted import EVENT, Wanted

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")


def kinds(wire: Wire) -> list[str]:
    """What it was sent, by kind."""
    return [json.loads(text)["t"] for text in wire.frames]


def full() -> tuple[Hub, Worker, Wire]:
    """A client for whom a snapshot waits that is larger than the limit, and which it does not read."""
    to, worker = Hub(night(), "replay", Limits(1000, 3.0, 6.0)), Worker(night())
    do(counted(to, worker, records()[:30]))
    wire = Wire("assembly", "mayor", "bridge", "a", "b", "c")
    to.join(wire)
    wire.reading = False
    do(to.subscribe(wire, "assembly", Wanted(ContestId("assembly")), 0.0))
    assert wire.waiting_bytes() > 1000
    return to, worker, wire


def test_a_snapshot_waits_until_there_is_room() -> None:
    """However much is subscribed to at once; meanwhile nothing comes under the name, and then all of it."""
    to, worker, wire = full()
    waiting = wire.waiting_bytes()
    for contest in (MAYOR, BRIDGE):
        assert Turn() == to.subscribe(wire, contest, Wanted(contest), 0.0)
    do(counted(to, worker, [one for one in records()[30:60] if one.contest != "assembly"]))
    assert waiting == wire.waiting_bytes()
    wire.reading = True
    wire.read()
    do(to.turn(1.0))
    do(to.turn(1.1))
    assert ["snapshot"] * 3 == kinds(wire)
    do(counted(to, worker, records()[60:]))
    assert ["change"] * 3 == kinds(wire)[3:]
    assert [] == wire.viewer.faults
    assert (0, 3) == (to.fell_behind, to.snapshots_sent)


def test_one_beginning_at_a_time_beyond_the_limit() -> None:
    """The one that goes beyond the limit is whole, and the next ones wait until that was read."""
    to, worker, wire = Hub(night(), "replay", Limits(12_000, 3.0, 6.0)), Worker(night()), Wire()
    do(counted(to, worker, records()[:30]))
    to.join(wire)
    wire.reading = False
    for number in range(6):
        do(to.subscribe(wire, f"{number}", Wanted(MAYOR), 0.0))
    given = len(to.groups[MAYOR].everybody.snapshot("0")[0])
    assert (2, 6_000 < given < 12_000) == (len(wire.unread), True)
    for turn, many in enumerate((4, 6), 1):
        wire.reading = True
        wire.read()
        wire.reading = False
        do(to.turn(float(turn)))
        assert many == len(wire.frames) + len(wire.unread)
    assert 0 == to.fell_behind


def test_who_never_reads_is_cut_whatever_it_is_owed() -> None:
    """What waits here for a client does not keep it alive."""
    to, _, wire = full()
    to.subscribe(wire, "mayor", Wanted(MAYOR), 0.0)
    cut = [now for now in range(20) if wire in to.turn(float(now)).cut]
    assert [11] == cut
    assert (1, 1) == (to.fell_behind, to.cut)


def test_what_is_owed_may_be_given_back() -> None:
    """Or begun anew as something else, or left behind: nothing of it comes then."""
    to, _, wire = full()
    for sub in ("a", "b", "c"):
        to.subscribe(wire, sub, Wanted(MAYOR, areas=frozenset({AreaId("liman")})), 0.0)
    to.unsubscribe(wire, "a")
    to.subscribe(wire, "b", Wanted(BRIDGE), 0.0)
    wire.unread.clear()
    wire.reading = True
    do(to.turn(1.0))
    do(to.turn(1.1))
    assert [("b", "bridge"), ("c", "mayor")] == sorted(
        (frame["sub"], frame["d"]["contest"]) for frame in map(json.loads, wire.frames)
    )
    to.leave(wire)
    assert (0, 0, 0) == (to.groups_now(), to.subscriptions_now(), to.clients_now())


def test_a_beat_has_no_hash_of_what_is_owed() -> None:
    """A client could not know what it is the hash of."""
    to, _, wire = full()
    to.subscribe(wire, "mayor", Wanted(MAYOR), 0.0)
    do(to.beat(0.0, "", None, with_hash=True))
    assert {"assembly"} == set(json.loads(wire.unread[-1])["hash"])
    wire.reading = True
    wire.read()
    do(to.turn(1.0))
    do(to.beat(1.0, "", None, with_hash=True))
    assert to.groups[MAYOR].shown["hash"] == json.loads(wire.frames[-1])["hash"]["mayor"]


def test_resuming_under_a_name_that_one_has() -> None:
    """After a gap a client asks from its position, without a break: it gets what it missed since then."""
    to, worker, wire = hub(night()), Worker(night()), Wire("mayor")
    do(counted(to, worker, PAPERS[:3]))
    follow(to, wire)
    resume = json.loads(wire.frames[-1])["resume"]
    for batch in list(parts(PAPERS[3:], 3))[:3]:
        do(counted(to, worker, batch))
    do(to.subscribe(wire, "mayor", Wanted(MAYOR, resume=resume), 0.0))
    assert ["resumed", "change", "change", "change"] == kinds(wire)[-4:]
    assert resume == json.loads(wire.frames[-4])["resume"]
    do(counted(to, worker, PAPERS[12:15]))
    assert json.loads(wire.frames[-1])["prev"] == json.loads(wire.frames[-2])["version"]
    assert (1, 1) == (to.resumed, to.snapshots_sent)


def test_all_clients_together_are_given_only_so_much() -> None:
    """A crowd waits here and not in memory of its own; nobody is behind because of it."""
    to, wire, other = hub(night()), Wire("mayor"), Wire("mayor")
    for one in (wire, other):
        to.join(one)
    to._seats.given(wire, to._seats.all[wire], BEGINNINGS_BYTES_MAX, 0.0)
    assert Turn() == to.subscribe(other, "mayor", Wanted(MAYOR), 0.0)
    assert Turn() != to.turn(0.1)
    assert not to.is_behind(other)


def test_one_text_for_everybody() -> None:
    """Who keeps up gets it; who is behind does not."""
    to, _, wire = full()
    idle = Wire()
    to.join(idle)
    to.everybody(b"{}", 0.0)
    do(to.everybody(b"{}", 4.0))
    assert ([b"{}"], True) == (idle.frames, to.is_behind(wire))
    assert 1 == to.behind_now()


def test_what_is_counted() -> None:
    """For whoever watches over the gateway: clients, what they follow, and what they were given."""
    to, one, two = hub(night()), Wire("mayor", "bridge"), Wire("mayor")
    for wire in (one, two):
        follow(to, wire)
    do(to.subscribe(two, "e", Wanted(MAYOR, EVENT), 0.0))
    do(to.subscribe(two, "p", Wanted(MAYOR, source=SourceId("party")), 0.0))
    assert (2, 5, 3, 4) == (to.clients_now(), to.subscriptions_now(), to.groups_now(), to.snapshots_sent)
    assert (0, 0, 0, 0) == (to.behind_now(), to.cut, to.resumed, to.events_sent)


def test_hello_names_the_gateway_and_what_one_may_do() -> None:
    """Beside what it always said; and whether figures are invented."""
    hello = json.loads(Hub(night(), "replay", Limits(), gateway="7f3a").hello("", 5.0, 250, {"view", "desk"}))
    assert ("7f3a", ["desk", "view"], True) == tuple(hello[x] for x in ("gateway", "scopes", "simulated"))
    assert dumps(hello) == Hub(night(), "replay", Limits(), gateway="7f3a").hello(
        "", 5.0, 250, {"view", "desk"}
    )
