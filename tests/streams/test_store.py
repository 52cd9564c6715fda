"""Whether the store is asked again where waiting helps, and its limits and packing are what they say.

Know before changing: no server is needed here; what the scripts do is in tests/live/test_counting_store.py.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    ResponseError,
)

from election.errors import OutsideError
from election.night import ContestId
from election.tally import width
from election.wire.keys import edition, unit_bytes
from stores.address import read
from streams.ground import Ground, Shelf
from streams.settings import Settings
from streams.spans import Links, Span
from streams.store import CHANGES_MIN, Store, patiently
from tests.streams import made

NIGHT = made.night()
MAYOR = ContestId("mayor")
SOURCE = next(iter(NIGHT.sources))
WIDTH = unit_bytes(NIGHT.contests[MAYOR])
SECRET = "redis://somebody:secret@store.example:6379/0"


def store(**given: object) -> Store:
    """A store nobody has connected to."""
    settings = Settings(**given)  # type: ignore[arg-type] # the test names only fields there are
    return Store(NIGHT, settings.scope(NIGHT.id), settings)


@pytest.mark.parametrize("error", [ConnectionError("gone"), ResponseError("OOM from a script")], ids=str)
async def test_what_a_store_gets_over_by_itself_is_waited_for(error: Exception) -> None:
    """It restarts, reads its file, is full for a while, or another takes its place: the batch waits."""
    asked = Counter[str]()

    async def ask() -> str:
        asked["times"] += 1
        if asked["times"] < 3:
            raise error
        return "done"

    one = store()
    assert "done" == await one._outside(ask)
    assert 3 == asked["times"]
    await one.close()


async def test_what_waiting_does_not_cure_is_said_at_once() -> None:
    """A script that fails would fail again; the sentence says where, and never the password."""
    asked = Counter[str]()

    async def ask() -> str:
        asked["times"] += 1
        raise ResponseError("WRONGTYPE a key holds something else")

    one = store(redis=SECRET)
    with pytest.raises(OutsideError) as caught:
        await one._outside(ask)
    assert 1 == asked["times"]
    assert "store.example:6379" in str(caught.value)
    assert "WRONGTYPE" in str(caught.value)
    assert "secret" not in str(caught.value)
    await one.close()


async def test_after_the_deadline_the_process_may_end() -> None:
    """Nothing was committed; whoever starts the worker again begins where the store stands."""

    async def ask() -> str:
        raise ConnectionError("gone")

    one = store(outside_within_s=0.05)
    with pytest.raises(OutsideError, match="sandik doctor"):
        await one._outside(ask)
    await one.close()


async def test_a_store_that_is_away_is_said_once_with_its_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And for how long it is asked; then every ten seconds, not at every try."""
    clock, slept = itertools.count(100.0, 0.5), list[float]()

    async def sleep(delay: float) -> None:
        slept.append(delay)

    async def ask() -> str:
        raise ConnectionError("gone")

    one = store(redis=SECRET, outside_within_s=15)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(time, "monotonic", lambda: next(clock))
        meanwhile.setattr(asyncio, "sleep", sleep)
        with pytest.raises(OutsideError):
            await patiently(ask, one.settings, one._opened)
    said = [line for line in caplog.messages if "does not answer" in line]
    assert len(slept) > 20
    assert ["asking for 14 s", "asking for 4 s"] == [line.rpartition(": ")[2] for line in said]
    assert said[0].startswith("the store at store.example:6379 does not answer (ConnectionError)")
    await one.close()


async def test_a_password_that_was_never_right_is_said_at_once_and_one_that_was_is_waited_for() -> None:
    """Nobody makes a wrong password right; of a server that takes over users may come a moment later."""
    says = iter([AuthenticationError("who are you"), "let in", AuthenticationError("who are you"), "again"])
    asked = Counter[str]()

    async def ask() -> str:
        asked["times"] += 1
        said = next(says)
        if isinstance(said, Exception):
            raise said
        return said

    one = store(redis=SECRET, outside_within_s=3600)
    with pytest.raises(OutsideError) as caught:
        await one._outside(ask)
    assert 1 == asked["times"]
    assert str(caught.value) == (
        "The store at store.example:6379 does not let us in (who are you): see user and password in "
        "SANDIK_REDIS, and docs/secure.md."
    )
    assert ["let in", "again"] == [await one._outside(ask) for _ in range(2)]
    await one.close()


class Shares:
    """What stands in for a store of two servers, of which one is away at first."""

    address = read("redis+cluster://left:1,right:2")

    def __init__(self) -> None:
        self.asked, self.doubts = list[str](), 0

    async def shares(self, keys: dict[ContestId, str]) -> list[tuple[str, list[ContestId]]]:
        """Mayor and bridge lie together."""
        return [("left", [MAYOR, ContestId("bridge")]), ("right", [ContestId("assembly")])]

    def doubt(self) -> None:
        """Somebody found one away."""
        self.doubts += 1

    def answered(self) -> None:
        """All have answered."""

    def passes(self, error: Exception) -> bool:
        """It will be back."""
        return isinstance(error, ConnectionError)


async def test_each_server_is_asked_about_the_contests_it_holds() -> None:
    """Answers come in the order of the contests; one that is away holds up all, and all are asked again."""
    one, shares = store(), Shares()
    await one.close()
    one._opened = shares  # type: ignore[assignment] # it answers all that is asked here

    async def question(server: Any, contests: Sequence[ContestId]) -> list[str]:
        shares.asked.append(server)
        if server == "right" and not shares.doubts:
            raise ConnectionError("gone")
        return [f"{contest} of {server}" for contest in contests]

    expected = [("mayor", "mayor of left"), ("assembly", "assembly of right"), ("bridge", "bridge of left")]
    assert expected == list((await one.ask_each(question)).items())
    assert (["left", "right"] * 2, 1) == (shares.asked, shares.doubts)


async def test_the_change_stream_is_bounded_by_entries_and_by_memory() -> None:
    """Where an entry is large fewer are kept, but never so few that a gap could not be seen."""
    entry = sum(len(area) + 8 * width(NIGHT.contests[MAYOR], NIGHT) for area in NIGHT.areas)
    for expected, limits in (
        (4096, {}),
        (700, {"changes_max": 700}),
        (100, {"changes_bytes_max": 100 * entry}),
        (CHANGES_MIN, {"changes_bytes_max": 1}),
    ):
        one = store(**limits)
        assert expected == one._entries_max(MAYOR)
        await one.close()


async def test_the_offsets_and_refusals_of_a_batch_reach_every_contest() -> None:
    """Each contest stores the offsets for itself, and counts only what concerns it."""
    one = store()
    links = Links(b"before", b"made")
    span = Span("reports/0", 3, 9, {4: {MAYOR: 2}, 5: {None: 1}}, links=links)
    for contest, refusals in ((MAYOR, "4:2:0;5:0:1;"), (ContestId("bridge"), "5:0:1;")):
        call = one._apply_call(contest, [span], [])
        assert [edition(NIGHT), 4096] == [call.args[0], call.args[2]]
        assert [1, "reports/0", 3, 9, refusals, b"before", b"made", 0] == list(call.args[3:])
        assert all("{replay.practice." + contest + "}" in key for key in call.keys)
    await one.close()


class Boxes:
    """What stands in for the server: a hash of so many boxes, and what was asked of it."""

    def __init__(self, held: int) -> None:
        self.held, self.asked = held, list[str]()

    async def at(self, key: str) -> "Boxes":
        """It holds every key."""
        return self

    def answered(self) -> None:
        """It has."""

    async def strlen(self, key: str) -> int:
        """How long the rows are."""
        self.asked.append("length")
        return self.held

    def pipeline(self, transaction: bool) -> "Boxes":
        """Whatever is asked is asked of it."""
        return self

    def getrange(self, key: str, start: int, end: int) -> None:
        """Some of the rows."""
        assert key.endswith(f":rows:{SOURCE}")
        self.asked.append(f"{start // WIDTH} to {(end + 1) // WIDTH}")

    async def execute(self) -> list[bytes]:
        """None of those asked for is held."""
        return [b""]


@pytest.mark.parametrize(
    ("held", "expected", "known"),
    [(0, ["length"], {0, 1, 2, 3}), (7, ["length", "0 to 2", "2 to 3"], {0, 1, 2})],
)
async def test_at_the_beginning_of_a_night_no_box_is_asked_for(
    held: int, expected: list[str], known: set[int]
) -> None:
    """A trip to the store less on each first paper's way; where something is held, each is read as ever."""
    one, boxes = store(), Boxes(held)
    await one.close()
    one._opened = boxes  # type: ignore[assignment] # it answers all that is asked here
    shelf = Shelf(Ground(NIGHT, NIGHT.contests[MAYOR], NIGHT.sources[SOURCE]))
    for places in ([0, 1], [2]):
        if shelf.unknown(np.array(places)).size:
            await one.load(MAYOR, shelf, places)
    assert expected == boxes.asked
    assert known == set(np.flatnonzero(shelf.known[:4]).tolist())
