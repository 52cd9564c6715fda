"""What the clock alone changes of a group in live: for how long each count has said nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from election.wire import frames
from tests.web.made import Wire, Worker, do, follow, hub, night, records
from tests.web.test_group import MAYOR, PAPERS, counted
from web import group as module
from web.hub import Turn


def silent_s(snapshot: Any) -> dict[str, int]:
    """For how long each count has been silent, as a board says it."""
    return {source["id"]: source["silent_s"] for source in snapshot["sources"]}


def test_in_live_a_count_that_says_nothing_grows_old_without_any_news() -> None:
    """As a change of the same version that follows on; of a replay the night's own time is the clock."""
    clock, hour = datetime(2024, 10, 6, 23, tzinfo=UTC), timedelta(hours=1)
    for mode, moves in (("live", 3600), ("replay", 0)):
        to, worker, wire = hub(night(), mode=mode), Worker(night(), mode=mode), Wire("mayor")
        follow(to, wire)
        do(counted(to, worker, PAPERS))
        do(to.turn(0.0, clock if moves else None))
        before, name = wire.viewer.copies["mayor"].shown, to.groups[MAYOR].name
        do(to.turn(1.0, clock + hour if moves else None))
        after = wire.viewer.copies["mayor"].shown
        assert {id: s + moves for id, s in silent_s(before).items()} == silent_s(after)
        assert (before["version"], before["hash"]) == (after["version"], after["hash"])
        assert [] == wire.viewer.faults
        assert (name != to.groups[MAYOR].name) is bool(moves)
        assert silent_s(after) == silent_s(to.groups[MAYOR].shown)


def test_the_clock_alone_makes_no_snapshot_in_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked now and then, and contests that moved at one moment are not all looked at in one turn."""
    clock, made = datetime(2024, 10, 6, 23, tzinfo=UTC), list[str]()
    to, worker = hub(night(), mode="live"), Worker(night(), mode="live")
    for contest, _ in worker.count(records()):
        to.hold(contest, worker.state(contest))
    to.turn(0.0, clock)
    snapshot = frames.Board.snapshot

    def noted(board: frames.Board, *asked: Any) -> Any:
        made.append(board.contest.id)
        return snapshot(board, *asked)

    monkeypatch.setattr(frames.Board, "snapshot", noted)
    at_once = []
    for tick in range(4 * int(2 * module.CLOCK_EVERY_S)):
        del made[:]
        assert Turn() == to.turn(0.0, clock + timedelta(seconds=tick / 4))
        at_once.append(tuple(made))
    assert {(contest,) for contest in night().contests} == {looks for looks in at_once if looks}
    assert 2 * len(night().contests) >= sum(map(len, at_once))
