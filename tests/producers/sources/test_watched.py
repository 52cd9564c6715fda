"""One file looked at again and again."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from producers.sources.fetched import Fetched, TroubleError
from producers.sources.stillness import Stillness
from producers.sources.watched import Watched, believed

NOW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)


def written(path: Path, text: bytes, ago: timedelta = timedelta(minutes=5)) -> None:
    """Writes the file so long ago."""
    path.write_bytes(text)
    os.utime(path, ((NOW - ago).timestamp(),) * 2)


async def one(watched: Watched) -> Fetched | None:
    """What is new, if anything."""
    found = await watched.look()
    return found[0] if found else None


async def test_a_file_is_given_when_it_changed(tmp_path: Path) -> None:
    """With its own time; once settled not again, whoever looks."""
    path = tmp_path / "now.csv"
    watched = Watched(path, clock=lambda: NOW)
    written(path, b"a\n")
    first, again = await one(watched), await one(watched)
    assert first is not None
    assert again is not None
    assert (NOW - timedelta(minutes=5), True, [b"a\n"]) == (first.heard_at, first.stated, list(again.lines))
    first.settled()
    assert await one(watched) is None
    written(path, b"b\n", timedelta(minutes=1))
    changed = await one(watched)
    assert changed is not None
    assert [b"b\n"] == list(changed.lines)
    await watched.close()


async def test_a_file_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    """It is no empty table, before its first time and after it."""
    path = tmp_path / "now.csv"
    watched = Watched(path, clock=lambda: NOW)
    for _ in range(2):
        with pytest.raises(TroubleError, match="it is not there") as caught:
            await watched.look()
        assert caught.value.waiting
        written(path, b"a\n")
        assert await one(watched) is not None
        path.unlink()


async def test_a_file_that_stays_empty_or_never_stands_still_is_said(tmp_path: Path) -> None:
    """Else it would be said of it that it does not change; once is what every writer does."""
    path, writes = tmp_path / "now.csv", [b"", b"", b"a\n", b"ab\n", b"abc\n", b"abcd\n"]

    async def meanwhile(seconds: float) -> None:
        path.write_bytes(writes.pop(0))

    watched = Watched(path, Stillness(sleep=meanwhile))
    path.write_bytes(b"")
    assert await one(watched) is None
    for why in ("it is empty", "still being written", "still being written"):
        with pytest.raises(TroubleError, match=why) as caught:
            await watched.look()
        assert caught.value.waiting
    written(path, b"abc\n")
    assert await one(watched) is not None
    path.write_bytes(b"")
    assert await one(watched) is None


async def test_a_file_that_may_not_be_read_is_looked_at_until_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time does not change when its rights do."""
    path = tmp_path / "now.csv"
    written(path, b"a\n")
    watched = Watched(path, clock=lambda: NOW)
    with monkeypatch.context() as rights:
        rights.setattr(os, "access", lambda path, mode: False)
        with pytest.raises(TroubleError, match="this process may not read it"):
            await watched.look()
    assert await one(watched) is not None


async def test_a_file_given_once_is_read_as_it_is(tmp_path: Path) -> None:
    """Whoever types its name says that it is whole, and says it now."""
    path = tmp_path / "now.csv"
    path.write_bytes(b"a\n")
    found = await one(Watched(path, clock=lambda: NOW, once=True))
    assert found is not None
    assert (NOW, False, [b"a\n"]) == (found.heard_at, found.stated, list(found.lines))


def test_a_time_ahead_of_our_clock_is_not_believed() -> None:
    """A few seconds are nothing; more is a clock that is wrong."""
    assert (NOW, True) == believed(NOW + timedelta(seconds=5), NOW)
    assert (NOW, False) == believed(NOW + timedelta(hours=1), NOW)
    assert (NOW - timedelta(days=9), True) == believed(NOW - timedelta(days=9), NOW)
