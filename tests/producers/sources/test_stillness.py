"""Files that somebody else writes."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from producers.formats.document import FeedError
from producers.sources import stillness
from producers.sources.stillness import LONG_STILL_S, NOT_THERE, STILL_S, Stillness, stamp


class Clock:
    """A clock that moves only when somebody sleeps; meanwhile somebody else may write."""

    def __init__(self) -> None:
        self.now_s = 1_700_000_000.0
        self.meanwhile: Callable[[], None] = lambda: None
        self.slept = 0
        self.stillness = Stillness(lambda: self.now_s, self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Jumps."""
        self.slept += 1
        self.now_s += seconds
        self.meanwhile()

    def write(self, path: Path, text: str, ago_s: float = 0.0) -> None:
        """Writes a file at this clock's time, or so long ago."""
        path.write_text(text)
        at_s = self.now_s - ago_s
        os.utime(path, (at_s, at_s))


def names(found: tuple[list[tuple[Path, stillness.Stamp]], list[Path]]) -> tuple[list[str], list[str]]:
    """Those that stand still and those being written, by name."""
    return [path.name for path, _ in found[0]], [path.name for path in found[1]]


async def test_a_file_of_long_ago_is_read_at_once(tmp_path: Path) -> None:
    """Nobody writes it."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "a", LONG_STILL_S + 1)
    assert (["a.csv"], []) == names(await clock.stillness.of([path]))
    assert 0 == clock.slept


async def test_a_young_file_is_waited_for_until_it_stands_still(tmp_path: Path) -> None:
    """And then it is read, however young its time."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "a")
    assert (["a.csv"], []) == names(await clock.stillness.of([path]))
    assert 1 == clock.slept


async def test_many_young_files_are_waited_for_at_once(tmp_path: Path) -> None:
    """One wait is enough for all of them."""
    clock, paths = Clock(), [tmp_path / f"{number}.csv" for number in range(3)]
    for path in paths:
        clock.write(path, "a")
    assert (["0.csv", "1.csv", "2.csv"], []) == names(await clock.stillness.of(paths))
    assert 1 == clock.slept


async def test_a_file_that_grows_is_left_until_it_does_not(tmp_path: Path) -> None:
    """However long that takes."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "a")
    for size in range(2, 5):
        clock.meanwhile = lambda size=size: clock.write(path, "a" * size)  # type: ignore[misc]
        assert ([], ["a.csv"]) == names(await clock.stillness.of([path]))
    clock.meanwhile = lambda: None
    assert (["a.csv"], []) == names(await clock.stillness.of([path]))


async def test_an_empty_file_is_one_that_nobody_has_begun_to_write(tmp_path: Path) -> None:
    """It is never an empty table."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "", 10 * LONG_STILL_S)
    assert ([], ["a.csv"]) == names(await clock.stillness.of([path]))


async def test_a_file_that_went_away_is_neither(tmp_path: Path) -> None:
    """It was renamed, or taken away, between two glances."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "a")
    clock.meanwhile = path.unlink
    assert ([], []) == names(await clock.stillness.of([path]))
    assert NOT_THERE == stamp(path)


async def test_a_file_with_a_time_still_to_come_waits_its_turn(tmp_path: Path) -> None:
    """The clock of whoever wrote it is wrong; it stands still all the same."""
    clock, path = Clock(), tmp_path / "a.csv"
    clock.write(path, "a", -3600)
    assert (["a.csv"], []) == names(await clock.stillness.of([path]))
    assert clock.now_s == 1_700_000_000.0 + STILL_S


def test_a_file_that_changed_while_it_was_read_is_not_whole(tmp_path: Path) -> None:
    """Its lines come, and then the error: what is missing at its end was not taken away."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\nb\n")
    reading = stillness.lines(path, stamp(path))
    assert b"a\n" == next(reading)
    path.write_bytes(b"a\nb\nc\n")
    with pytest.raises(FeedError, match="written to while it was read"):
        list(reading)
    assert [b"a\n", b"b\n", b"c\n"] == list(stillness.lines(path, stamp(path)))


@pytest.mark.parametrize(("at_s", "year"), [(1e14, 9999), (-1e14, 1970), (1_700_000_000.0, 2023)])
def test_a_time_that_no_calendar_has_is_none_of_the_night(at_s: float, year: int) -> None:
    """Some file systems keep any number, and some archives write any."""
    path = SimpleNamespace(stat=lambda: SimpleNamespace(st_mtime=at_s))
    assert year == stillness.time_of(cast("Path", path)).year
