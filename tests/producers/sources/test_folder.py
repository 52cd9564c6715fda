"""A folder into which somebody puts files."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from producers.sources import folder
from producers.sources.fetched import TroubleError
from producers.sources.folder import Folder, in_order, natural
from producers.sources.stillness import Stillness
from sandik.table_times import named

NOW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)


def put(path: Path, minutes_ago: float = 5, text: bytes = b"x\n") -> Path:
    """Puts a file there, so long ago."""
    path.write_bytes(text)
    at = (NOW - timedelta(minutes=minutes_ago)).timestamp()
    os.utime(path, (at, at))
    return path


async def _no_sleep(seconds: float) -> None:
    """Nobody writes meanwhile."""


def opened(path: Path, said: list[str] | None = None) -> Folder:
    """The folder, with a clock of the test's own."""
    say = (said if said is not None else []).append
    return Folder(path, say, stillness=Stillness(sleep=_no_sleep), clock=lambda: NOW)


async def given(of: Folder) -> list[str]:
    """The names of what is new, in order."""
    return [Path(found.name).name for found in await of.look()]


async def test_each_file_is_given_once_oldest_first(tmp_path: Path) -> None:
    """With its own time; a new one at a later look."""
    put(tmp_path / "b.csv", 9)
    put(tmp_path / "a.csv", 3)
    of = opened(tmp_path)
    assert ["b.csv", "a.csv"] == [Path(one.name).name for one in await of.look()]
    put(tmp_path / "c.csv", 1, b"c\n")
    (new,) = await of.look()
    assert (NOW - timedelta(minutes=1), True, [b"c\n"]) == (new.heard_at, new.stated, list(new.lines))
    assert [] == await given(of)
    await of.close()


async def test_a_file_that_may_not_be_read_yet_is_given_when_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever copies it may set its rights last, and its time does not change by that."""
    said, hidden = list[str](), {put(tmp_path / "b.csv")}
    put(tmp_path / "a.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: path not in hidden)
    of = opened(tmp_path, said)
    assert [["a.csv"], []] == [await given(of), await given(of)]
    assert [f"{tmp_path}/b.csv: this process may not read it; it is left until it may"] == said
    assert 1 == of.left
    hidden.clear()
    assert ["b.csv"] == await given(of)
    assert 0 == of.left


async def test_files_of_one_second_are_in_the_order_people_count(tmp_path: Path) -> None:
    """As a copy of many at once leaves them."""
    for number in (10, 9, 1):
        put(tmp_path / f"table-{number}.csv")
    assert ["table-1.csv", "table-9.csv", "table-10.csv"] == await given(opened(tmp_path))


async def test_a_file_whose_time_is_there_twice_is_left_until_it_has_another_name(tmp_path: Path) -> None:
    """It is said once, and the files beside it are read."""
    doubtful, said = put(tmp_path / "results-2024-10-27T0230.csv"), list[str]()
    put(tmp_path / "results-2024-10-27T0130.csv")
    of = Folder(
        tmp_path, said.append, lambda name: named(name, "Europe/Berlin"), Stillness(sleep=_no_sleep),
        lambda: datetime(2024, 10, 27, 3, tzinfo=UTC),
    )  # fmt: skip
    assert [["results-2024-10-27T0130.csv"], []] == [await given(of), await given(of)]
    assert 1 == of.left
    (sentence,) = said
    assert sentence.startswith(f"{tmp_path}: results-2024-10-27T0230.csv: '2024-10-27T0230' is there twice")
    assert sentence.endswith("or give the file with --at. It is left until then")
    doubtful.rename(tmp_path / "results-2024-10-27T0230+0100.csv")
    (found,) = await of.look()
    assert datetime(2024, 10, 27, 1, 30, tzinfo=UTC) == found.heard_at
    assert 0 == of.left


async def test_the_time_in_a_name_is_the_file_s_time(tmp_path: Path) -> None:
    """Whoever copies files rarely keeps the times they were written at."""
    put(tmp_path / "results-2024-10-06T2030.csv", 9)
    put(tmp_path / "results-2024-10-06T2015.csv", 1)
    of = Folder(tmp_path, list[str]().append, lambda name: named(name, "Europe/Istanbul"), clock=lambda: NOW)
    found = await of.look()
    assert [17 * 60 + 15, 17 * 60 + 30] == [one.heard_at.hour * 60 + one.heard_at.minute for one in found]


async def test_an_order_that_the_names_contradict_is_said_once(tmp_path: Path) -> None:
    """Of two snapshots in the wrong order the older one would win."""
    said = list[str]()
    of = opened(tmp_path, said)
    for turn in ("x", "y"):
        put(tmp_path / f"{turn}-1.csv", 1)
        put(tmp_path / f"{turn}-2.csv", 9)
        assert [f"{turn}-2.csv", f"{turn}-1.csv"] == await given(of)
    assert ["their names would give another" in line for line in said] == [True, True]


async def test_half_written_names_are_left_until_they_are_renamed(tmp_path: Path) -> None:
    """And what is no file of ours is never looked at."""
    (tmp_path / "inner").mkdir()
    half = put(tmp_path / "a.csv.part")
    put(tmp_path / ".hidden.csv")
    of = opened(tmp_path)
    assert [] == await given(of)
    half.rename(tmp_path / "a.csv")
    assert ["a.csv"] == await given(of)


async def test_a_file_still_being_written_is_said_once_and_left(tmp_path: Path) -> None:
    """An empty one too."""
    said = list[str]()
    path = put(tmp_path / "a.csv", 5, b"")
    of = opened(tmp_path, said)
    assert [] == await given(of)
    assert [] == await given(of)
    assert (1, 1) == (len(said), of.left)
    put(path, 1)
    assert ["a.csv"] == await given(of)
    assert 0 == of.left


async def test_a_file_that_is_replaced_is_given_again(tmp_path: Path) -> None:
    """Its name is no promise that it stays the same."""
    put(tmp_path / "now.csv", 9)
    of = opened(tmp_path)
    assert ["now.csv"] == await given(of)
    put(tmp_path / "now.csv", 1)
    assert ["now.csv"] == await given(of)


async def test_files_from_before_the_beginning_were_taken_before(tmp_path: Path) -> None:
    """After a restart the oldest table must not be taken for a correction of the newest."""
    for minutes in (9, 5, 1):
        put(tmp_path / f"{9 - minutes}.csv", minutes)
    said = list[str]()
    of = opened(tmp_path, said)
    of.begin_after(NOW - timedelta(minutes=5))
    assert ["4.csv", "8.csv"] == await given(of)
    (line,) = said
    assert "files of before 17:55:00 UTC are not read (1)" in line


async def test_what_comes_after_the_beginning_is_given_whatever_its_time(tmp_path: Path) -> None:
    """A copy may keep the time that its file was written at, and nobody has read it yet."""
    of = opened(tmp_path)
    of.begin_after(NOW - timedelta(minutes=5))
    assert [] == await given(of)
    put(tmp_path / "late.csv", 9)
    assert ["late.csv"] == await given(of)


async def test_a_look_at_many_files_asks_of_each_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What grew with the square of their number would hold up all else that this process does."""
    count, asked = 100, 0
    for number in range(count):
        put(tmp_path / f"{number}.csv")
    of = opened(tmp_path)
    assert count == len(await given(of))
    own = type(tmp_path).__hash__

    def counted(path: Path) -> int:
        nonlocal asked
        asked += 1
        return own(path)

    monkeypatch.setattr(type(tmp_path), "__hash__", counted)
    assert [] == await given(of)
    assert count < asked < 20 * count


async def test_a_folder_that_is_gone_is_trouble(tmp_path: Path) -> None:
    """A disk that is not mounted is no empty folder."""
    with pytest.raises(TroubleError, match="cannot be read"):
        await opened(tmp_path / "gone").look()


async def test_a_folder_of_too_many_files_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit nothing of it is read."""
    monkeypatch.setattr(folder, "FILES_MAX", 1)
    put(tmp_path / "a.csv")
    put(tmp_path / "b.csv")
    with pytest.raises(TroubleError, match="more than 1 files"):
        await opened(tmp_path).look()


def test_names_are_ordered_as_people_count() -> None:
    """Also where one begins with a number and another with a letter."""
    names = ["b2", "b10", "10", "9", "a"]
    assert ["9", "10", "a", "b2", "b10"] == sorted(names, key=natural)
    at = datetime(2024, 10, 6, tzinfo=UTC)
    assert [Path("9"), Path("10")] == in_order([(Path("10"), at), (Path("9"), at)])
