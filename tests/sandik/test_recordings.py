"""A night's recording opened for a command."""

from pathlib import Path

import pytest

from election.wire.records import Bundle
from producers.formats.document import FeedError, Refusal
from sandik import folders, recordings


def test_the_records_of_a_shipped_night_can_all_be_read() -> None:
    """Bundles and rulings, and no bad line."""
    folder = folders.load("practice")
    found = list(recordings.records(folder.recording, folder.night, pytest.fail))
    assert 232 == sum(len(record) for record in found if isinstance(record, Bundle))


def test_a_bad_line_is_handed_over_and_the_rest_goes_on(tmp_path: Path) -> None:
    """The path stands in it, so that a click leads there."""
    path, bad = tmp_path / "mine.jsonl", list[Refusal]()
    path.write_bytes(b'{"night":"practice","mode":"replay"}\nrubbish\n')
    assert [] == list(recordings.records(path, folders.load("practice").night, bad.append))
    assert [str(path)] == [one.file for one in bad]


def test_the_header_says_whose_it_is(tmp_path: Path) -> None:
    """Or that the file is no recording."""
    assert "practice" == recordings.header(folders.load("practice").recording).night
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(FeedError, match="empty"):
        recordings.header(tmp_path / "empty.jsonl")
