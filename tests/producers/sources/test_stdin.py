"""Standard input as lines, sent on before every wait."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from election.errors import UsageError
from producers.sources import stdin


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: the end to read from, the end to write to."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_lines_come_whole_however_the_bytes_were_cut(pipe: tuple[int, int]) -> None:
    """A line written in two pieces is one line; the last one may lack its end."""
    out, into = pipe
    os.write(into, b"one\ntw")
    lines = stdin.lines(out, lambda: None)
    assert b"one\n" == next(lines)
    os.write(into, b"o\nthree")
    os.close(into)
    assert [b"two\n", b"three"] == list(lines)


def test_what_was_read_is_sent_before_a_wait(pipe: tuple[int, int]) -> None:
    """The reader is told before the source waits, so a silent pipe holds nothing back."""
    out, into = pipe
    told = []

    def idle() -> None:
        told.append(True)
        os.close(into)

    os.write(into, b"one\ntwo\n")
    lines = stdin.lines(out, idle)
    assert [b"one\n", b"two\n"] == [next(lines), next(lines)]
    assert [] == told
    assert [] == list(lines)
    assert [True] == told


def test_an_empty_pipe_is_no_lines(pipe: tuple[int, int]) -> None:
    """The end of input is the end."""
    out, into = pipe
    os.close(into)
    assert [] == list(stdin.lines(out, lambda: None))


async def test_a_whole_table_from_a_pipe_is_one_snapshot() -> None:
    """For a feed whose document is the table as it stands: its end is the end of the pipe."""
    out, into = os.pipe()
    os.write(into, b"a\nb\n")
    os.close(into)
    table = stdin.Table(out)
    (fetched,) = await table.look()
    assert [b"a\n", b"b\n"] == list(fetched.lines)
    await table.close()
    os.close(out)


def test_a_line_without_end_is_cut(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe of one endless line costs bounded memory."""
    monkeypatch.setattr(stdin, "LINE_BYTES_MAX", 4)
    monkeypatch.setattr(stdin, "PIECE_BYTES", 3)
    out, into = pipe
    os.write(into, b"abcdefgh\ni")
    os.close(into)
    assert [b"abcdef", b"gh\n", b"i"] == list(stdin.lines(out, lambda: None))


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """A folder where a file was meant."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(UsageError, match="Standard input cannot be read: Is a directory"):
        list(stdin.lines(descriptor, lambda: None))
    os.close(descriptor)
