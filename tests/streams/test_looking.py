"""Whether a note that nothing more is to be told is believed for the very state it was made of only.

What is read at one moment is tested with a real store (tests/live/test_telling.py).
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from election.night import ContestId
from election.wire.keys import Keys
from election.wire.topics import Scope
from streams.looking import Looks
from streams.settings import Settings
from streams.store import Store
from tests.streams import made

NIGHT = made.night()
CONTESTS = [ContestId("mayor"), ContestId("bridge")]


class Answers:
    """A store that gives what a test says it holds."""

    def __init__(self, *held: Any) -> None:
        scope = Scope("replay", NIGHT.id)
        self.keys = {contest: Keys(scope, contest) for contest in CONTESTS}
        self.held = list(held)
        self.settings = Settings()
        self.held_back_ms: list[int] = []

    async def ask(self, contest: ContestId, question: Callable[[Any], Awaitable[Any]]) -> Any:
        """The same for one contest."""
        return await question(self)

    async def xread(self, streams: Any, count: int, block: int) -> None:
        """How long an answer is held back while there is none."""
        self.held_back_ms.append(block)

    async def ask_each(self, question: Callable[[Any, Any], Awaitable[Any]]) -> dict[ContestId, Any]:
        """The question is put to this very object."""
        return dict(zip(CONTESTS, await question(self, CONTESTS), strict=True))

    def pipeline(self, transaction: bool) -> "Answers":
        """No transaction, which may not name two contests."""
        assert not transaction
        return self

    def hmget(self, key: str, *names: str) -> None:
        """Epoch and version."""

    def get(self, key: str) -> None:
        """The note."""

    async def execute(self) -> list[Any]:
        """What is held."""
        return self.held

    async def hgetall(self, key: str) -> Any:
        """The first that is held."""
        return self.held[0]


@pytest.mark.parametrize(
    ("state", "note", "settled"),
    [
        ([b"e1", b"7"], b"e1 7", True),
        ([b"e1", b"8"], b"e1 7", False),
        ([b"e2", b"7"], b"e1 7", False),
        ([b"e1", b"7"], None, False),
        ([None, None], b" 0", True),
    ],
)
async def test_a_note_counts_for_its_own_epoch_and_version(state: Any, note: Any, settled: bool) -> None:
    """A newer version, another life of the store, no note at all: more may be told."""
    looks = Looks(cast("Store", Answers(state, note, [b"e1", b"3"], b"e1 3")))
    assert ([] if settled else [CONTESTS[0]]) == await looks.unsettled()


async def test_how_far_the_log_goes_is_what_the_workers_said_last(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing where none has said, or another version did, which is said."""
    for held, ends in (({b"a/0": b"3 7 1000", b"b/0": b"4 4 900"}, {"a/0": 7, "b/0": 4}), ({}, {})):
        assert ends == await Looks(cast("Store", Answers(held))).ends(CONTESTS[0])
    assert "" == caplog.text
    assert {} == await Looks(cast("Store", Answers({b"a/0": b"3 of 7"}))).ends(CONTESTS[0])
    assert "the pulse of the workers cannot be read" in caplog.text


async def test_an_answer_is_never_held_back_as_long_as_the_store_may_take_for_one() -> None:
    """It would look like a store that does not answer, and end the worker on a night where nothing moves."""
    store = Answers()
    looks = Looks(cast("Store", store))
    await looks.newer(CONTESTS[0], 7, 1.0)
    await looks.newer(CONTESTS[0], 7, 0.0)
    store.settings = Settings(redis_answers_within_s=1.0)
    await looks.newer(CONTESTS[0], 7, 1.0)
    assert [1000, 1, 500] == store.held_back_ms
