"""A log that begins anew while it is followed; the rest of it is in tests/live/test_shown.py."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from election.wire.shown import SHOWN_AT
from producers import shown
from producers.settings import Settings
from producers.shown import Begins, Stored, follow


class Consumer:
    """A consumer of the test's own: what each fetch brings, and the high-water mark that comes with it."""

    def __init__(self, *fetches: tuple[range, int]) -> None:
        self._left = list(fetches)
        self._mark = self._position = 0

    def seek(self, place: object, offset: int) -> None:
        """Goes there."""
        self._position = offset

    async def getmany(self, *places: Any, **limits: object) -> dict[Any, list[Any]]:
        """The next of them."""
        offsets, self._mark = self._left.pop(0)
        self._position = offsets.stop or self._position
        records = [SimpleNamespace(offset=one, value=b"{}", headers=(), timestamp=0) for one in offsets]
        return {places[0]: records} if records else {}

    def highwater(self, place: object) -> int:
        """As it came with the last fetch."""
        return self._mark

    async def position(self, place: object) -> int:
        """Behind the last record."""
        return self._position

    async def beginning_offsets(self, places: list[Any]) -> dict[Any, int]:
        """At 0."""
        return dict.fromkeys(places, 0)

    async def stop(self) -> None:
        """Nothing is held."""


async def found(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> list[int | Begins | None]:
    """What following it to its end gives, records by their offsets."""

    async def there(*asked: object) -> dict[str, int]:
        return {"shown": 1}

    async def connected(*asked: object) -> Any:
        return consumer

    monkeypatch.setattr(shown, "partitions", there)
    monkeypatch.setattr(shown, "_consumer", connected)
    log = cast(
        "AsyncGenerator[Stored | Begins | None, None]",
        follow(Settings.read({}), "shown", to_the_end=True),
    )
    return [one.offset if isinstance(one, Stored) else one async for one in log]


async def test_a_log_is_given_to_the_end_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written meanwhile is not waited for."""
    consumer = Consumer((range(2), 3), (range(2, 4), 9))
    assert [0, 1, 2, 3, None] == await found(consumer, monkeypatch)


async def test_the_end_of_a_log_that_began_anew_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not that of the log before it, which may never be reached again."""
    consumer = Consumer((range(2), 4), (range(0), 0), (range(1), 1))
    assert [0, 1, Begins(0, anew=True), 0, None] == await found(consumer, monkeypatch)


@pytest.mark.parametrize("said", [None, b"", b"\xff", b"yesterday"])
def test_a_record_that_does_not_say_when_it_was_shown_was_shown_when_it_was_written(
    said: bytes | None,
) -> None:
    """Kafka takes headers without a value, too; whoever follows what was shown goes on."""
    wrote = SimpleNamespace(offset=3, value=None, headers=((SHOWN_AT, said),), timestamp=1_500)
    at = datetime.fromtimestamp(1.5, UTC)
    assert Stored(3, b"", at) == shown._stored(wrote)
