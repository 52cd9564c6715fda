"""`sandik watch`: what a terminal says of a night, when, and what it says when there is nothing to watch."""

import asyncio
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from election.errors import OutsideError, UsageError
from election.night import ContestId
from election.rehearsal import Rehearsal
from election.wire.frames import Json, dumps
from election.wire.frames_told import for_everybody
from faults.watching import Notes, broken, read
from producers.history import History
from tests.web.house import House, house, until
from tests.web.made import Worker, night, parts, records
from web.viewer import Viewer
from web.watch import LINE_EVERY_S, Screen, Wish, address, area_lines, line, told_line, watch

HELLO = {"t": "hello", "mode": "replay", "simulated": True, "contests": [{"id": "mayor", "title": "Mayor"}]}
MAYOR = ContestId("mayor")


def shown() -> Json:
    """The practice night's snapshot of the mayor at its end."""
    worker = Worker(night())
    worker.rehearsal.hear_all(records())
    made: Json = worker.rehearsal.snapshot(MAYOR)
    return made


class Terminal:
    """A screen, what it said and the facts it gave."""

    def __init__(self, **wanted: Any) -> None:
        self.viewer = Viewer(["mayor"], events=True, **wanted)
        self.lines: list[str] = []
        self.facts: list[Json] = []
        self.screen = Screen(self.viewer, self.lines.append, self.facts.append)
        self.hear(0.0, **HELLO)

    def hear(self, now: float, **frame: Any) -> list[str]:
        """The lines that a frame comes to."""
        del self.lines[:]
        self.screen.hear(self.viewer.hear(dumps(frame)), now)
        return self.lines

    def show(self, now: float, version: int, **patch: Any) -> list[str]:
        """The lines that a whole new snapshot comes to."""
        d = shown() | {"epoch": "e", "version": version} | patch
        return self.hear(now, t="snapshot", sub="mayor", epoch="e", version=version, d=d)


def test_a_line_for_a_terminal() -> None:
    """Night time, mode, what may be said of boxes, and the headline."""
    said = line(shown())
    assert said.startswith("16:28:00Z [replay, SIMULATED] mayor 55/60 boxes: Aydın leads by 914 votes")


def test_before_the_embargo_opens_boxes_received_are_said() -> None:
    """And nothing that was counted."""
    closed = {"embargo": {"state": "closed"}, "headline": {"en": "Nothing may be told yet."}}
    assert "58/60 boxes: Nothing may be told yet." in line(shown() | closed)
    assert "liman" not in "".join(area_lines(shown() | closed | {"areas": {}}, {}))


def test_another_source_has_no_headline_and_says_its_votes() -> None:
    """In the order of the votes, with whose count it is."""
    state = shown() | {"source": "party"}
    del state["headline"]
    assert line(state).endswith("boxes: party's count: Aydın 5,525 · Kaya 4,611 · Ak 656")


def test_an_alert_is_a_line_that_names_the_night_and_the_contest_once() -> None:
    """Its title begins with both; the line begins with them already."""
    told = {"at": "2024-10-06T18:31:05.000Z", "title": "REPLAY · Mayor: Kaya leads", "because": "872 to 860"}
    event = {"contest": "mayor", "kind": "lead-change", "d": told}
    said = told_line(event, "replay", "Mayor")
    assert "18:31:05Z [replay] mayor ● Kaya leads (lead-change) · 872 to 860" == said
    assert "● REPLAY · Mayor: Kaya leads (lead-change)" in told_line(event, "replay")


def test_areas_that_were_asked_for_have_lines_of_their_own_when_they_move() -> None:
    """All at first, then those that are not as they were."""
    terminal = Terminal(levels=["ward"])
    said = terminal.show(0.0, 1)
    assert len(shown()["areas"]) + 1 == len(said)
    moved = json.loads(json.dumps(shown()["areas"]))
    first = next(iter(moved.values()))
    first["counted"]["boxes"] += 1
    assert [f"    {first['name']} "] == [
        text[: len(first["name"]) + 5] for text in terminal.show(LINE_EVERY_S, 2, areas=moved)[1:]
    ]


def test_numbers_come_at_most_once_a_second_and_the_newest_is_never_skipped() -> None:
    """Alerts and calls come at once."""
    terminal = Terminal()
    assert 1 == len(terminal.show(10.0, 1))
    assert [] == terminal.show(10.1, 2)
    assert [] == terminal.show(10.2, 3, headline={"en": "Kaya leads"})
    wait_s = terminal.screen.wait_s(10.25)
    assert wait_s is not None
    assert 0.75 == pytest.approx(wait_s)
    terminal.screen.hear([], 11.0)
    assert 1 == len(terminal.lines)
    assert [1, 3] == [fact["d"]["version"] for fact in terminal.facts]
    assert terminal.screen.wait_s(11.0) is None
    terminal.hear(11.1, t="subscribed", sub="told/mayor", contest="mayor", kind="event", seq=1)
    facts = {"title": "Kaya leads", "at": "2024-10-06T18:31:05.000Z"}
    event = {
        "t": "event",
        "sub": "told/mayor",
        "contest": "mayor",
        "seq": 2,
        "prev": 1,
        "id": "f",
        "d": facts,
    }
    assert ["18:31:05Z [replay, SIMULATED] mayor ● Kaya leads (call-made)"] == terminal.hear(
        11.2, kind="call-made", **event
    )
    assert {"mode": "replay", "simulated": True, "id": "f"}.items() <= terminal.facts[-1].items()


def test_a_line_that_says_nothing_new_is_not_said_again() -> None:
    """Something else of the contest moved; programs are told nevertheless."""
    terminal = Terminal()
    assert 1 == len(terminal.show(0.0, 1))
    assert [] == terminal.show(LINE_EVERY_S, 2, refused=99)
    assert [1, 2] == [fact["d"]["version"] for fact in terminal.facts]


def test_stale_is_said_once_when_it_begins_and_once_when_it_ends() -> None:
    """With the mode, and how old the data are."""
    terminal = Terminal()
    beat = {"t": "beat", "versions": {}}
    assert ["[replay, SIMULATED] STALE: the gateway cannot read its store for 12 s"] == terminal.hear(
        0, **beat, stale_s=12.2
    )
    assert [] == terminal.hear(1, **beat, stale_s=13.2)
    assert ["[replay, SIMULATED] fresh again: the gateway reads its store"] == terminal.hear(2, **beat)
    assert [12.2, None] == [fact["stale_s"] for fact in terminal.facts]


def test_what_a_gateway_says_cannot_move_the_cursor() -> None:
    """Control characters in a stranger's words are blanks."""
    terminal = Terminal()
    said = terminal.show(0, 1, headline={"en": "Aydın\x1b[2Jleads\n"})
    assert said[0].endswith("Aydın [2Jleads ")


@pytest.mark.parametrize(
    ("typed", "place", "contest"),
    [
        ("http://127.0.0.1:8080/", "ws://127.0.0.1:8080/ws", ""),
        ("http://127.0.0.1:8080/?contest=bridge&lang=tr", "ws://127.0.0.1:8080/ws", "bridge"),
        ("https://night.example.org", "wss://night.example.org/ws", ""),
        ("ws://127.0.0.1:8080/ws", "ws://127.0.0.1:8080/ws", ""),
        ("localhost:8080", "ws://localhost:8080/ws", ""),
        ("wss://example.org/istanbul/ws", "wss://example.org/istanbul/ws", ""),
        ("https://user:secret@example.org/istanbul/", "wss://example.org/istanbul/ws", ""),
    ],
)
def test_an_address_is_taken_as_people_have_it(typed: str, place: str, contest: str) -> None:
    """The page's, the websocket's, or host and port."""
    assert (place, contest) == address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "", "ftp://example.org", "http://", "ws://host:port/ws", "host:99999999", "http://[::1", "a..b",
        f"http://{'a' * 64}.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said(typed: str) -> None:
    """One sentence with an address as it should be."""
    with pytest.raises(UsageError, match="is no address of a gateway"):
        address(typed)


class Watching:
    """A `watch` at work, and what it said."""

    def __init__(self, at: House, *contests: str, wish: Wish | None = None, note: Any = None) -> None:
        self.lines: list[str] = []
        self.facts: list[Json] = []
        self.task = asyncio.create_task(
            watch(at.ws, contests, self.lines.append, _Dice(), wish, self.facts.append, note)
        )

    async def ended(self) -> BaseException | None:
        """What it ended with."""
        await asyncio.wait([self.task])
        return self.task.exception()

    async def stop(self) -> None:
        """Ends it; whatever went wrong is raised."""
        self.task.cancel()
        await asyncio.wait([self.task])
        if not self.task.cancelled():
            self.task.result()

    def version(self, contest: str) -> int:
        """The newest that it gave as a fact."""
        found = [
            one["d"]["version"] for one in self.facts if one["t"] == "shown" and one["contest"] == contest
        ]
        return found[-1] if found else -1


class _Dice(random.Random):
    """Comes back soon."""

    def uniform(self, a: float, b: float) -> float:
        """In ms."""
        return 100.0


async def test_what_is_not_there_is_said_in_the_gateways_words() -> None:
    """A contest that the night does not have ends it as wrong use."""
    async with house() as at:
        error = await Watching(at, "king").ended()
        assert isinstance(error, UsageError)
        assert "king" in str(error) or "mayor" in str(error)


async def test_nobody_there_at_the_very_first_try_is_an_outside_error() -> None:
    """It says what would start one; later on the same is only said, and tried again."""
    async with house() as at:
        watching = Watching(at)
        await until(lambda: any("boxes" in text for text in watching.lines))
    await until(lambda: any("it cannot be reached" in text for text in watching.lines))
    await watching.stop()
    error = await Watching(at).ended()
    assert isinstance(error, OutsideError)
    assert "sandik demo" in str(error)


async def test_an_address_with_no_gateway_behind_it_is_wrong_use() -> None:
    """Another server's answer is no gateway that is only away."""
    async with house() as at:
        at_page = f"ws://127.0.0.1:{at.gateway.port}/nothing/ws"
        with pytest.raises(UsageError, match="no gateway"):
            await watch(at_page, [], print, _Dice())


@pytest.mark.parametrize(
    "greeting", ["welcome to the chat", "[]", '{"t":"hello"}', '{"t":"change"}', '"hello"']
)
async def test_a_websocket_of_something_else_is_wrong_use(greeting: str) -> None:
    """What it says is no greeting of ours; that is a sentence, and no traceback."""

    async def greet(socket: ServerConnection) -> None:
        await socket.send(greeting)
        await socket.wait_closed()

    async with serve(greet, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(UsageError, match="no gateway"):
            await watch(f"127.0.0.1:{port}", [], print, _Dice())


async def test_a_night_is_watched_over_a_restart_and_a_new_epoch(tmp_path: Path) -> None:
    """Every contest, the newest always said; and the history that it writes keeps the promises."""
    batches = list(parts(records(), 12))
    with History(str(tmp_path), "watch") as history:
        async with house() as at:
            port = at.gateway.port
            watching = Watching(at, note=history.note)
            for batch in batches[: len(batches) // 2]:
                at.count(batch)
                await asyncio.sleep(0.01)
            await until(lambda: watching.version("bridge") == at.worker.versions[ContestId("bridge")])
        async with house(port=port) as at:
            at.worker.epoch = "e2"
            for batch in batches:
                at.count(batch)
                await asyncio.sleep(0.01)
            await until(lambda: watching.version("mayor") == at.worker.versions[MAYOR])
            await watching.stop()
    lines = read(tmp_path / f"watch-{os.getpid()}.jsonl")
    assert {"e1", "e2"} <= {one["epoch"] for one in lines if one["t"] == "shown"}
    assert [] == broken([lines])
    assert all("[replay, SIMULATED]" in text for text in watching.lines if "boxes" in text)


async def test_only_what_was_told_from_the_first_on() -> None:
    """With `told_only` there are alerts and calls, all of them in order, and no numbers."""
    async with house() as at:
        at.worker.rehearsal = Rehearsal(night(), "replay", telling=True)
        for batch in parts(records(), 20):
            at.count(batch)
        watching = Watching(at, "mayor", wish=Wish(told_only=True))
        told = [fact for fact in at.worker.rehearsal.told[MAYOR] if for_everybody(fact)]
        assert told
        await until(lambda: len(watching.facts) >= len(told))
        await watching.stop()
    assert [fact.id for fact in told] == [one["id"] for one in watching.facts]
    assert all("[replay, SIMULATED] mayor ●" in text for text in watching.lines)


@pytest.mark.parametrize(
    ("wish", "areas"),
    [
        (Wish(areas=("liman", "yayla")), {"liman", "yayla"}),
        (Wish(levels=("town",)), {"baglar", "liman", "yayla"}),
        (Wish(areas=("liman",), source="party"), {"liman"}),
    ],
    ids=["areas", "level", "source"],
)
async def test_a_part_of_a_contest_is_followed_over_a_break(wish: Wish, areas: set[str]) -> None:
    """What is asked for and no more; resumed after the break, and proved by the hash of what it has."""
    batches, notes = list(parts(records(), 6)), Notes()
    async with house() as at:
        watching = Watching(at, "mayor", wish=wish, note=notes.note)
        for number, batch in enumerate(batches):
            at.count(batch)
            await asyncio.sleep(0.005)
            if number == len(batches) // 2:
                await until(lambda: watching.version("mayor") >= 0)
                for client in at.gateway.hub.clients:
                    client.cut()
        await until(lambda: watching.version("mayor") == at.worker.versions[MAYOR])
        compared = len(notes)
        await until(lambda: any(line["t"] == "compared" for line in notes[compared:]))
        await watching.stop()
    newest = [one["d"] for one in watching.facts if one["t"] == "shown"][-1]
    assert areas == set(newest["areas"])
    assert (wish.source or "council") == newest["source"]
    assert "resumed" in [line["by"] for line in notes if line["t"] == "took"]
    assert [] == broken([notes]) + [line for line in notes if line["t"] == "fault"]
