"""The checker itself: it is content with a good history, and finds each way in which one can be bad."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from election.rehearsal import Rehearsal
from election.wire.frames_told import for_everybody
from faults.watching import Line, Notes, broken, note_end, note_told, read
from tests.web import vectors
from tests.web.house import MAYOR, House, house, until
from tests.web.made import Worker, night, parts, records
from web.viewer import Copy, Feed, Viewer

HASHES = {1: "a1", 3: "a3", 4: "a4"}


def took(by: str, version: int, prev: int | None = None, epoch: str = "e") -> Line:
    """A snapshot, a change or a resume that was taken."""
    return {"t": "took", "sub": "a", "by": by, "epoch": epoch, "version": version, "prev": prev}


def shown(version: int, epoch: str = "e", **more: Any) -> Line:
    """What was shown then."""
    facts = {"sub": "a", "contest": "mayor", "epoch": epoch, "version": version, "open": True, "whole": True}
    return {"t": "shown", **facts, "hash": HASHES[version]} | more


def event(seq: int, prev: int, **more: Any) -> Line:
    """An event that was taken."""
    facts = {"sub": "e", "contest": "mayor", "seq": seq, "prev": prev, "id": f"f{seq}", "again": False}
    return {"t": "event", **facts} | more


HELLO, LOST = {"t": "hello"}, {"t": "lost", "code": 1006}
ASKED = {"t": "asked", "sub": "a", "resume": None, "after": None}
JOINED = {"t": "joined", "sub": "e", "contest": "mayor", "seq": 1}
GOOD: list[Line] = [
    HELLO, ASKED, took("snapshot", 1), shown(1), took("change", 3, 1), shown(3), JOINED, event(2, 1),
    LOST, HELLO, ASKED, took("resumed", 3), took("change", 4, 3), shown(4), JOINED | {"seq": 2}, event(5, 2),
    {"t": "compared", "sub": "a", "epoch": "e", "version": 4, "ours": "a4", "theirs": "a4"},
]  # fmt: skip
GATEWAY: list[Line] = [
    *(
        {"t": "at", "contest": "mayor", "epoch": "e", "version": version, "open": True, "hash": digest}
        for version, digest in HASHES.items()
    ),
    {"t": "end", "contest": "mayor", "epoch": "e", "version": 4, "hash": "a4"},
    *({"t": "told", "contest": "mayor", "seq": seq, "id": f"f{seq}"} for seq in (1, 2, 5)),
]


def test_a_good_history_is_accepted() -> None:
    """A break, a resume, events on both sides of it; and a client that left is not asked for the end."""
    assert [] == broken([GOOD, GOOD[:9]], [GATEWAY])


@pytest.mark.parametrize(
    ("place", "line", "found"),
    [
        (13, shown(1), "P3: client 1, line 14: a shows version 1 after 3"),
        (13, shown(4, hash="a9"), "P4: client 1, line 14: a shows a9 at ('mayor', 'e', 4)"),
        (4, took("change", 3, 2), "P3: client 1, line 5: a takes a change from 2 but held ('e', 1)"),
        (2, took("change", 1, 0), "and had not been answered"),
        (11, took("resumed", 1), "P3: client 1, line 12: a is resumed at ('e', 1) but held ('e', 3)"),
        (11, {"t": "hello"}, "takes a change from 3 but held ('e', 3), and had not been answered"),
        (5, shown(4), "P3: client 1, line 6: a shows 4 but held ('e', 3)"),
        (16, {**GOOD[16], "ours": "a0"}, "P4: client 1, line 17: a has the hash a0, and the server a4"),
        (15, event(5, 4), "events: client 1, line 16: e takes 5 after 4, and was at 2"),
        (15, event(2, 2), "events: client 1, line 16: e takes 2 after 2"),
        (15, event(5, 2, id="f2"), "takes f2 again, which it took in line 8"),
        (15, {"t": "hello"}, "events: client 1: e was never told 5 (f5)"),
        (14, JOINED, "events: client 1, line 16: e takes 5 after 2, and was at 1"),
    ],
)
def test_each_kind_of_fault_is_found(place: int, line: Line, found: str) -> None:
    """One line of the good history is another one: a sentence says what it breaks, and where."""
    bad = [*GOOD[:place], line, *GOOD[place + 1 :]]
    assert any(found in fault for fault in broken([bad], [GATEWAY])), broken([bad], [GATEWAY])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([{"t": "fault", "sub": "a", "because": "gap"}, took("change", 4, 3)], "after the gap in line 7"),
        ([{"t": "fault", "sub": "a", "because": "gap"}], "never asked again after the gap in line 7"),
        (
            [
                took("snapshot", 1, epoch="f"),
                shown(1, "f", hash="a1"),
                LOST,
                HELLO,
                ASKED,
                took("snapshot", 4),
                shown(4),
            ],
            "line 13: a shows epoch e, which was over",
        ),
        ([took("snapshot", 3), shown(3, open=False)], "shows an embargo that had been open"),
        ([], "P4: client 1: a ends at ('mayor', 'e', 3) with a3, the server at ('mayor', 'e', 4) with a4"),
    ],
)
def test_each_bad_ending_is_found(lines: list[Line], found: str) -> None:
    """The beginning of the good history goes on in another way."""
    faults = broken([[*GOOD[:6], *lines]], [GATEWAY])
    assert any(found in fault for fault in faults), faults


SERVES: list[Line] = [{"t": "serves", "gateway": "g1"}, *GATEWAY]
OTHER: list[Line] = [{"t": "serves", "gateway": "g2"}, GATEWAY[0]]
AT_G1 = HELLO | {"gateway": "g1"}
NAMED = [AT_G1 if line == HELLO else line for line in GOOD]
"""The good history, of a client whose gateway wrote down what it published."""


def test_what_a_gateway_published_is_what_its_clients_may_show() -> None:
    """Another one may have skipped a version, or published it again after it was started anew."""
    assert [] == broken([NAMED, GOOD], [SERVES, OTHER])
    assert [] == broken([NAMED], [[*SERVES, *SERVES]])


@pytest.mark.parametrize(
    ("client", "gateways", "found"),
    [
        (NAMED, [[*SERVES[:2], *SERVES[3:]]], "a3 at ('mayor', 'e', 3), its gateway g1 published nothing"),
        (
            [*NAMED[:5], shown(3, hash="a9"), *NAMED[6:]],
            [SERVES],
            "P4: client 1, line 6: a shows a9 at ('mayor', 'e', 3), its gateway g1 published a3",
        ),
        (
            [*NAMED[:9], HELLO | {"gateway": "g2"}, *NAMED[10:]],
            [SERVES, OTHER],
            "line 14: a shows a4 at ('mayor', 'e', 4), its gateway g2 published nothing there",
        ),
        (NAMED, [OTHER], "P4: client 1, line 4: a shows a1 at ('mayor', 'e', 1), its gateway g1 published"),
        (
            NAMED,
            [SERVES, [OTHER[0], GATEWAY[0] | {"hash": "a9"}]],
            "P4: the gateways published ('mayor', 'e', 1) as a1 and as a9",
        ),
    ],
)  # fmt: skip
def test_what_no_gateway_published_is_found(
    client: list[Line], gateways: list[list[Line]], found: str
) -> None:
    """A version that its own one skipped, or has as something else, or that two have as two."""
    faults = broken([client], gateways)
    assert any(found in fault for fault in faults), faults


def test_while_a_ban_is_on_the_hour_changes_what_a_version_shows() -> None:
    """It opens without any news, on one gateway a moment before the other."""
    banned = GATEWAY[0] | {"open": False, "hash": "a0"}
    assert [] == broken([NAMED], [[SERVES[0], banned, *GATEWAY]])


@pytest.mark.parametrize("file", vectors.FILES, ids=lambda file: file.stem)
def test_the_reference_client_keeps_the_promises_in_every_conversation(file: Path, tmp_path: Path) -> None:
    """Its histories of the vectors are good ones, but for the hashes that the vectors make differ."""
    notes = Notes()
    viewer = Viewer(note=notes.note)
    viewer.copies["a"], viewer.feeds["e"] = Copy({"contest": "mayor"}), Feed({"contest": "mayor"})
    for step in vectors.steps(file):
        viewer.lost(step["drop"]) if "drop" in step else viewer.hear(json.dumps(step["hear"]))
    notes.write(tmp_path / "watch-1.jsonl")
    lines = read(tmp_path / "watch-1.jsonl")
    assert lines
    assert [] == [fault for fault in broken([lines]) if "has the hash" not in fault]


CLIENTS, SEEDS = 6, (1, 2, 3)


class Wanderer:
    """A client that is dropped again and again, and comes back at either of two gateways."""

    def __init__(self, *houses: House, dice: random.Random) -> None:
        self.notes = Notes()
        self.viewer = Viewer([MAYOR], events=True, after=0, note=self.notes.note)
        self.stays = False
        self._houses, self._dice = houses, dice
        self.task = asyncio.create_task(self._wander())

    async def _wander(self) -> None:
        while True:
            code = None
            frames = self._dice.randint(1, 12)
            of = await connect(self._dice.choice(self._houses).ws, max_size=None)
            try:
                while self.stays or frames > 0:
                    frames -= 1
                    self.viewer.hear(await of.recv())
                    self.viewer.take_told()
                    for command in self.viewer.take_commands():
                        await of.send(command, text=True)
            except ConnectionClosed as closed:
                code = closed.rcvd and closed.rcvd.code
            finally:
                of.transport.abort()
            self.viewer.lost(code)

    def shows(self, worker: Worker) -> bool:
        """Whether it shows all that was counted, and was told all of it."""
        copy, feed = self.viewer.copies[MAYOR], self.viewer.feeds[f"told/{MAYOR}"]
        told = [fact.seq for fact in worker.rehearsal.told[MAYOR] if for_everybody(fact)]
        return copy.shown.get("version") == worker.versions[MAYOR] and [feed.seq] == told[-1:]


@pytest.mark.parametrize("seed", SEEDS)
async def test_clients_that_wander_between_two_gateways_keep_the_promises(seed: int) -> None:
    """One gateway hears of everything later than the other; nobody shows an older value after a newer."""
    dice = random.Random(seed)
    worker, notes = Worker(night()), (Notes(), Notes())
    worker.rehearsal = Rehearsal(night(), "replay", telling=True)
    async with house(tick_ms=5, note=notes[0].note) as swift, house(tick_ms=5, note=notes[1].note) as slow:
        first, *batches = parts(records(), 3)
        worker.count(first)
        for at in (swift, slow):
            at.gateway.hold(MAYOR, worker.state(MAYOR))
            at.worker = worker
        await until(
            lambda: swift.gateway.hub.groups[MAYOR].epoch == slow.gateway.hub.groups[MAYOR].epoch != ""
        )
        wanderers = [Wanderer(swift, slow, dice=dice) for _ in range(CLIENTS)]
        late = []
        for batch in batches:
            swift.count(batch)
            late.append(worker.state(MAYOR))
            if dice.random() < 0.3:
                slow.gateway.hold(MAYOR, late[dice.randrange(len(late) // 2, len(late))])
                late.clear()
            await asyncio.sleep(0.005)
        slow.gateway.hold(MAYOR, worker.state(MAYOR))
        for one in wanderers:
            one.stays = True
        await until(lambda: all(one.shows(worker) for one in wanderers))
        for at, its in zip((swift, slow), notes, strict=True):
            note_end(at.gateway.hub, its)
        note_told(
            notes[0], MAYOR, [(one.seq, one.id) for one in worker.rehearsal.told[MAYOR] if for_everybody(one)]
        )
        histories = [Notes(one.notes) for one in wanderers]
        for one in wanderers:
            one.task.cancel()
        ended = await asyncio.gather(*(one.task for one in wanderers), return_exceptions=True)
    assert all(isinstance(error, asyncio.CancelledError) for error in ended), ended
    assert [] == broken(histories, notes)
    assert [] == [line for history in histories for line in history if line["t"] == "fault"]
    ways = [line["by"] for history in histories for line in history if line["t"] == "took"]
    assert {"snapshot", "resumed", "change"} == set(ways)
