"""A group: one difference for all views, a name for one content, and the way on from there or none."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from election.night import AreaId, ContestId, SourceId
from election.wire import frames
from election.wire.frames import difference, dumps, merged, state_hash
from tests.web.made import Wire, Worker, do, follow, hub, night, parts, records, with_other_figures
from web import group as module
from web.body import Body
from web.group import RESUME_BYTES_MIN, Group, View
from web.hub import Hub, Limits, Turn
from web.ring import Step
from web.seats import Seat
from web.wanted import Wanted

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
LIMAN = frozenset({AreaId("liman")})
PAPERS = tuple(one for one in records() if one.contest == "mayor")
"""Of one contest, so that each batch of them moves it."""


def counted(to: Hub, worker: Worker, batch: Any) -> Turn:
    """The worker counts, the hub hears it and takes a turn."""
    for contest, _ in worker.count(batch):
        to.hold(contest, worker.state(contest))
    return to.turn(0.0)


def begun(steps: int = 0) -> tuple[Hub, Worker, Group]:
    """A hub in its first epoch, so many steps on."""
    to, worker = hub(night()), Worker(night())
    for batch in list(parts(PAPERS, 3))[: steps + 1]:
        do(counted(to, worker, batch))
    return to, worker, to.groups[MAYOR]


def given(view: View, resume: str = "", sub: str = "a") -> list[Any]:
    """The frames that a newcomer is given."""
    return [json.loads(write.text) for write in view.begin(Wire(), Seat(), sub, resume)]


def bare(value: Any) -> Any:
    """A value without its nulls."""
    return merged({}, value)


def led(state: Any, answer: list[Any]) -> Any:
    """What the frames after `resumed` make of a state."""
    for frame in answer[1:]:
        assert ("change", frame["version"]) == (frame["t"], frame["d"].get("version", frame["version"]))
        state = merged(state, frame["d"])
    return state


@pytest.mark.parametrize("areas", [None, LIMAN, frozenset[AreaId]()])
def test_what_was_missed_leads_to_what_is_shown(areas: frozenset[AreaId] | None) -> None:
    """From every content that was shown, for everybody and behind a filter, which has its own hash."""
    to, worker, group = begun()
    view, seen = group.view(areas), []
    for batch in list(parts(PAPERS, 3))[1:9]:
        seen.append((view.name, view.shown))
        do(counted(to, worker, batch))
    for place, (name, state) in enumerate(seen):
        answer = given(view, name)
        assert ("resumed", state["epoch"], state["version"]) == tuple(
            answer[0][field] for field in ("t", "epoch", "version")
        )
        assert len(seen) - place == len(answer) - 1
        assert bare(view.shown) == bare(led(bare(state), answer))
        assert view.name == answer[-1]["resume"]
        prevs = [frame["prev"] for frame in answer[1:]]
        assert [state["version"], *(frame["version"] for frame in answer[1:-1])] == prevs
    assert view.shown["hash"] == state_hash(view.shown)
    assert [("resumed", view.shown["version"])] == [(f["t"], f["version"]) for f in given(view, view.name)]
    assert len(seen) + 1 == to.resumed


def test_what_cannot_be_resumed_is_a_snapshot() -> None:
    """Another filter's text, another contest's, another epoch's, the future, nonsense: never a part."""
    to, _, group = begun(3)
    everybody, liman, yayla = (
        group.view(areas) for areas in (None, LIMAN, frozenset({AreaId("yayla")}))
    )  # fmt: skip
    others = [f"{group.name}:0", "", "x", "e1:99:00000000", to.groups[BRIDGE].name, liman.name + "0"]
    for view, texts in (
        (everybody, [*others, liman.name]), (liman, [*others, everybody.name, yayla.name]),
    ):  # fmt: skip
        for text in texts:
            assert ["snapshot"] == [frame["t"] for frame in given(view, text)]
    before = everybody.name
    again = Worker(night(), epoch="e2")
    do(counted(to, again, PAPERS[:3]))
    assert ["snapshot"] == [frame["t"] for frame in given(everybody, before)]
    assert 0 == to.resumed


def test_who_misses_the_same_shares_the_encoding() -> None:
    """Behind a filter it is made once for all who come from the same place, and anew when more was missed."""
    to, worker, group = begun()
    view = group.view(LIMAN)
    name, state = view.name, bare(view.shown)
    for batch in list(parts(PAPERS, 3))[1:4]:
        do(counted(to, worker, batch))
        assert bare(view.shown) == bare(led(state, given(view, name)))
        assert given(view, name) == given(view, name)
        assert [name] == list(view._missed)


def test_a_snapshot_that_is_shorter_is_sent_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was away for long gets what is so now, and not everything that it missed."""
    _, _, group = begun()
    view = group.view(None)
    name, size = view.name, len(view.body)
    assert size < RESUME_BYTES_MIN
    many, few = b" " * RESUME_BYTES_MIN, b" "
    for number, patch in enumerate((few, many, few)):
        group.ring.add(Step(number, number + 1, f"{number}", patch + b"{}"))
    assert ["snapshot"] == [frame["t"] for frame in given(view, name)]
    assert ["resumed", "change"] == [frame["t"] for frame in given(view, "1")]
    monkeypatch.setattr(module, "RESUME_BYTES_MIN", 0)
    assert ["resumed", "change"] == [frame["t"] for frame in given(view, "1")]


def test_a_name_is_of_one_content_on_every_gateway() -> None:
    """Two gateways that show the same call it the same, and whatever differs has another name."""
    one, two = hub(night(), mode="live"), hub(night(), mode="live")
    worker, names = Worker(night(), mode="live"), dict[str, Any]()
    hours = [datetime(2024, 10, 6, hour, 30, tzinfo=UTC) for hour in (16, 17, 18, 19)]
    for batch in parts(PAPERS, 10):
        worker.count(batch)
        for to in (one, two):
            to.hold(MAYOR, worker.state(MAYOR))
            to.groups[MAYOR].view(LIMAN)
        for hour in hours:
            for to in (one, two):
                to.turn(0.0, hour)
                to.hold(MAYOR, worker.state(MAYOR))
            for view, other in zip(one.groups[MAYOR].views, two.groups[MAYOR].views, strict=True):
                assert view.name == other.name
                assert view.shown == other.shown
                assert names.setdefault(view.name, view.shown) == view.shown
                assert len(view.name) <= 200
    assert len(names) > 2 * len(list(parts(PAPERS, 10)))


def test_all_views_cost_one_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter is what is left of everybody's patch: it makes no difference, and one encoding."""
    to, worker, _ = begun()
    asks = (None, LIMAN, frozenset({AreaId("liman"), AreaId("yayla")}), frozenset[AreaId]())
    wires = [Wire() for _ in range(2 * len(asks))]
    for number, wire in enumerate(wires):
        to.join(wire)
        do(to.subscribe(wire, "a", Wanted(MAYOR, areas=asks[number % len(asks)]), 0.0))
    made: list[Any] = []

    def noted(old: Any, new: Any) -> Any:
        made.append(new)
        return difference(old, new)

    monkeypatch.setattr(module, "difference", noted)
    for batch in list(parts(PAPERS, 3))[1:5]:
        turn = counted(to, worker, batch)
        assert len(asks) == len(turn.writes)
        assert [2] * len(asks) == [len(write.clients) for write in turn.writes]
        assert all(write.keep for write in turn.writes)
    assert 4 == len(made)


def test_a_filter_shows_its_areas_and_everything_else() -> None:
    """The state behind a filter, at every step: the same but for the areas, and the hash of these."""
    to, worker, group = begun()
    view = group.view(LIMAN)
    for batch in list(parts(PAPERS, 3))[1:]:
        do(counted(to, worker, batch))
        assert {"liman": group.shown["areas"]["liman"]} == view.shown["areas"]
        assert view.shown["hash"] == state_hash(view.shown)
        rest = {name: value for name, value in view.shown.items() if name not in ("areas", "hash")}
        assert rest == {name: value for name, value in group.shown.items() if name not in ("areas", "hash")}
        assert view.body.whole == dumps(view.shown)
    assert group.body == dumps(group.shown)


def test_another_source_is_followed_only_while_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its board is made for those who want it and for a minute more; who comes back meanwhile resumes."""
    to, worker, _ = begun()
    asked: list[SourceId | None] = []
    board = frames.Board.snapshot

    def noted(self: Any, state: Any, now: Any, source: SourceId | None = None) -> Any:
        asked.append(source)
        return board(self, state, now, source)

    monkeypatch.setattr(frames.Board, "snapshot", noted)
    wire, party = Wire("mayor"), Wanted(MAYOR, source=SourceId("party"))
    to.join(wire)
    do(to.subscribe(wire, "mayor", party, 0.0))
    shown = wire.viewer.copies["mayor"].state
    assert ("party", False) == (shown["source"], shown["published"])
    do(counted(to, worker, PAPERS[3:9]))
    assert ["party", None, "party"] == asked
    resume = json.loads(wire.frames[-1])["resume"]
    to.leave(wire)
    for batch in list(parts(PAPERS[9:], 3))[:4]:
        do(counted(to, worker, batch))
    assert "party" == asked[-1]
    back = Wire()
    to.join(back)
    do(to.subscribe(back, "p", Wanted(MAYOR, source=SourceId("party"), resume=resume), 1.0))
    assert ["resumed", *["change"] * 4] == [json.loads(text)["t"] for text in back.frames]
    to.leave(back)
    for now in (2.0, 70.0, 70.1):
        to.turn(now)
    del asked[:]
    do(counted(to, worker, PAPERS[30:33]))
    assert [None] == asked


def test_a_count_that_is_only_asked_for_is_followed_as_long_as_it_is() -> None:
    """By its address, without a subscription; the published one by its name is the usual group."""
    to, worker, group = begun()
    assert group is to.by(MAYOR) is to.by(MAYOR, SourceId("council"))
    party = to.by(MAYOR, SourceId("party"))
    do(counted(to, worker, PAPERS[3:9]))
    assert (group.version, False) == (party.version, party.shown["published"])
    to.turn(10.0)
    assert party is to.by(MAYOR, SourceId("party"))
    for now in (60.0, 90.0):
        to.turn(now)
    assert party is to.by(MAYOR, SourceId("party"))
    for now in (100.0, 170.0):
        to.turn(now)
    assert party is not to.by(MAYOR, SourceId("party"))


def test_a_newcomer_of_another_source_is_not_ahead() -> None:
    """It begins where everybody has been led to, and goes on with them."""
    to, worker, group = begun(2)
    for contest, _ in worker.count(PAPERS[9:12]):
        to.hold(contest, worker.state(contest))
    wire = Wire("mayor")
    to.join(wire)
    do(to.subscribe(wire, "mayor", Wanted(MAYOR, source=SourceId("party")), 0.0))
    assert group.version == wire.viewer.copies["mayor"].version
    do(to.turn(0.0))
    assert ["snapshot", "change"] == [json.loads(text)["t"] for text in wire.frames]
    assert worker.versions[MAYOR] == wire.viewer.copies["mayor"].version


def test_filters_have_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the most finds no room, until one is given back; the same filter twice is one."""
    monkeypatch.setattr("web.hub.VIEWS_MAX", 2)
    to, wire = hub(night()), Wire()
    to.join(wire)
    one, two, three = (Wanted(MAYOR, areas=frozenset({AreaId(id)})) for id in ("liman", "yayla", "baglar"))
    assert to.room([one, two, one])
    assert not to.room([one, two, three])
    do(to.subscribe(wire, "a", one, 0.0))
    do(to.subscribe(wire, "b", two, 0.0))
    assert to.room([one, two, Wanted(BRIDGE)])
    assert not to.room([three])
    assert 2 == to.groups_now()
    do(to.subscribe(wire, "b", one, 0.0))
    assert (True, 1, 2) == (to.room([three]), to.groups_now(), to.subscriptions_now())


def test_many_names_in_many_filters_cost_no_more_memory_than_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for newcomers has one limit for all of a hub, and is given back when nobody follows."""
    to, worker, group = begun(2)
    views = [group.view(frozenset({area})) for area in to.offer.areas[MAYOR]]
    most = sum(len(one.text) for one in views[0].snapshot("name-00"))
    monkeypatch.setattr(module, "MEMO_BYTES_MAX", 10 * most)
    for number in range(5):
        for view in views:
            assert "snapshot" == given(view, sub=f"name-{number:02}")[0]["t"]
    assert 0 < to.sent.kept_bytes <= 10 * most
    assert to.sent.kept_bytes == sum(len(one.text) for view in views for one in kept_frames(view))
    for view in views[1:]:
        view.end()
    assert to.sent.kept_bytes == sum(len(one.text) for one in kept_frames(views[0]))
    counted(to, worker, PAPERS)
    given(views[0])
    assert to.sent.kept_bytes == len(views[0].snapshot("a")[0].text)


def kept_frames(view: View) -> list[Any]:
    """The snapshot frames that a view keeps."""
    return [one for frames in view._snapshots.values() for one in frames]


def test_a_large_snapshot_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the same position; the text to resume from is in the last: nobody resumes from half of it."""
    monkeypatch.setattr(module, "Body", lambda shown, runs: Body(shown, runs, 3000))
    _, _, group = begun(2)
    answer = given(group.view(None))
    assert len(answer) > 2
    assert [(n + 1, len(answer)) for n in range(len(answer))] == [(f["part"], f["parts"]) for f in answer]
    assert 1 == len({(frame["epoch"], frame["version"]) for frame in answer})
    assert (
        [group.name] == [frame["resume"] for frame in answer if "resume" in frame] == [answer[-1]["resume"]]
    )
    state: Any = {}
    for frame in answer:
        state = merged(state, frame["d"])
    assert bare(group.shown) == state


def texts(other: int | None) -> list[bytes]:
    """Everything that a client of other sources and filters is sent until the embargo opens."""
    to, worker, wire = hub(night()), Worker(night()), Wire()
    to.join(wire)
    for source in ("party", "agency"):
        do(to.subscribe(wire, source, Wanted(MAYOR, source=SourceId(source)), 0.0))
    do(to.subscribe(wire, "liman", Wanted(MAYOR, areas=LIMAN), 0.0))
    for batch in parts(records(), 7):
        for contest, _ in worker.count(batch):
            state = worker.state(contest)
            if worker.rehearsal.boards[contest].embargo(state, state.at).is_open:
                return wire.frames
            to.hold(contest, state if other is None else with_other_figures(state, other))
        do(to.turn(0.0))
        do(to.beat(0.0, "", None, with_hash=True))
    return wire.frames


def test_under_the_embargo_no_source_and_no_filter_tells_anything() -> None:
    """Were every vote another one, clients would be sent the same bytes, names of contents included."""
    assert texts(None) == texts(12345)
    assert len(texts(None)) > 10


def test_a_new_epoch_of_a_large_contest_waits_for_each_client() -> None:
    """What is too large to be given to all at once is given to each as it reads, as its beginning was."""
    to, worker, wires = (
        Hub(night(), "replay", Limits(1000, 3.0, 6.0)),
        Worker(night()),
        [Wire("mayor"), Wire("mayor")],
    )
    for wire in wires:
        follow(to, wire)
    wires[1].reading = False
    wires[1].unread.append(b"x" * 1001)
    do(counted(to, worker, PAPERS[:9]))
    assert to.groups[MAYOR].version == wires[0].viewer.copies["mayor"].version
    assert (2 + 1, 0) == (to.snapshots_sent, to.fell_behind)
    wires[1].unread.pop()
    wires[1].reading = True
    do(to.turn(1.0))
    do(counted(to, worker, PAPERS[9:12]))
    assert wires[0].viewer.copies["mayor"].shown == wires[1].viewer.copies["mayor"].shown
    assert ["snapshot", "snapshot", "change"] == [json.loads(text)["t"] for text in wires[1].frames]
