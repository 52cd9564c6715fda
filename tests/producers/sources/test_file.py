"""Files as lines and lines as files."""

import gzip
from pathlib import Path

import pytest

from election.errors import UsageError
from producers.sources import file

LINES = [b"one\n", b"two\n", b"three"]


@pytest.mark.parametrize("name", ["feed.csv", "feed.csv.gz"])
def test_what_is_written_is_read_back_line_by_line(name: str, tmp_path: Path) -> None:
    """Plain or gzip, by the name alone."""
    path = tmp_path / name
    size = file.write(path, LINES)
    assert LINES == list(file.lines(path))
    assert path.stat().st_size == size


def test_what_is_written_as_it_is_is_packed_by_no_name(tmp_path: Path) -> None:
    """Bytes that somebody hashes are those that stand in the log."""
    path = tmp_path / "1921.json.gz"
    assert 3 == file.write(path, (b"{}\n",), as_is=True)
    assert b"{}\n" == path.read_bytes()


def test_a_gzip_file_is_the_same_bytes_on_every_day(tmp_path: Path) -> None:
    """No time and no name of its own stand in it."""
    for name in ("a.gz", "b.gz"):
        file.write(tmp_path / name, LINES)
    first = (tmp_path / "a.gz").read_bytes()
    assert first == (tmp_path / "b.gz").read_bytes()
    assert b"\0\0\0\0" == first[4:8]


def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    """An error in the middle leaves neither a half file nor what lay aside."""
    path = tmp_path / "half.gz"

    def breaks() -> list[bytes]:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        file.write(path, (line for part in (lambda: LINES, breaks) for line in part()))
    assert [] == list(tmp_path.iterdir())


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """Somebody who reads meanwhile reads the old one."""
    path = tmp_path / "feed.csv"
    file.write(path, [b"old\n", b"old too\n"])
    reading = file.lines(path)
    first = next(reading)
    file.write(path, [b"new\n"])
    assert [b"old\n", b"old too\n"] == [first, *reading]
    assert [b"new\n"] == list(file.lines(path))


def test_half_a_gzip_file_is_an_error_after_what_could_be_read(tmp_path: Path) -> None:
    """A download that broke off is said; it is never taken for a short file."""
    path = tmp_path / "half.gz"
    path.write_bytes(gzip.compress(b"line\n" * 100_000)[:-20])
    with pytest.raises(UsageError, match="not whole gzip"):
        list(file.lines(path))


def test_a_file_that_is_no_gzip_is_an_error(tmp_path: Path) -> None:
    """The name says gzip, the bytes do not."""
    path = tmp_path / "plain.gz"
    path.write_bytes(b"box,voters\n")
    with pytest.raises(UsageError, match="not whole gzip"):
        list(file.lines(path))


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """Its name and why."""
    with pytest.raises(UsageError, match=r"missing\.csv cannot be read: No such file"):
        list(file.lines(tmp_path / "missing.csv"))


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """The same for writing; also where a file stands in the place of the folder, or nothing is named."""
    (tmp_path / "feed.csv").touch()
    for path in (tmp_path / "missing" / "feed.csv", tmp_path / "feed.csv" / "feed.csv", Path("/")):
        with pytest.raises(UsageError, match="cannot be written"):
            file.write(path, LINES)


def test_a_line_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one endless line costs bounded memory."""
    monkeypatch.setattr(file, "LINE_BYTES_MAX", 4)
    path = tmp_path / "endless"
    path.write_bytes(b"abcdefghij")
    assert [b"abcd", b"efgh", b"ij"] == list(file.lines(path))


def test_a_file_can_be_read_as_it_lies_there(tmp_path: Path) -> None:
    """Packed or not: what unpacks it has limits of its own."""
    path = tmp_path / "feed.csv.gz"
    file.write(path, LINES)
    assert path.read_bytes() == b"".join(file.raw(path))
    with pytest.raises(UsageError, match="cannot be read"):
        list(file.raw(tmp_path / "missing.csv"))
