"""A recording as the feed that a night is made of."""

from pathlib import Path

import pytest

from producers.formats.document import FeedError
from producers.formats.recording import Header, write
from producers.sources import file
from sandik import folders
from sandik.scaffold_recording import AREA_LEVEL, area_sources, box_sources, read


def test_a_recording_knows_ids_boxes_and_their_areas() -> None:
    """Every report of a box, as a row of a feed; broken lines are refused with their number."""
    heard = read(folders.load("practice").recording)
    first = heard.seen[0]
    assert ("mayor", "iskele-1", ((AREA_LEVEL, "iskele", "iskele"),)) == (
        first.contest, first.unit, first.areas,
    )  # fmt: skip
    assert {"deniz": 107, "toprak": 79, "ruzgar": 17} == dict(first.votes)
    assert (264, 207, 203, 4, 1) == (
        first.registered, first.voters, first.valid, first.invalid, first.revision,
    )  # fmt: skip
    assert heard.lifted_at is not None
    assert "practice" == heard.header.night


def test_the_source_with_the_most_boxes_comes_first() -> None:
    """And a source of areas that boxes do not lie in cannot be placed."""
    heard = read(folders.load("practice").recording)
    assert "council" == box_sources(heard)[0]
    assert "party" in box_sources(heard)
    assert ([], ["agency"]) == area_sources(heard, {"iskele": 1, "carsi": 1})
    assert (["agency"], []) == area_sources(heard, {"liman": 1, "baglar": 1, "yayla": 1})


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    """At its first line; a broken line further down is only said."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"<html>\n")
    with pytest.raises(FeedError):
        read(path)
    file.write(path, [*write(Header("n", "replay", False, "me", "x"), []), b"rubbish\n"])
    assert ["R001"] == [refusal.code for refusal in read(path).refusals]
