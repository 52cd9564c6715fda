"""The files of a feed, and the mapping that is left with the night."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.errors import UsageError
from sandik.converting import Table
from sandik.scaffold_feed import Feed, feed_of, with_key, without_level

AT = datetime(2031, 5, 4, 20, tzinfo=UTC)
MAPPING = '[feed]\nlevel = "district"\n[columns]\nunit = "d"\nvoters = "v"\nvalid = "v"\nchoices = "*"\n'


def feed(folder: Path, text: str, mapping: str) -> Feed:
    """A table with its mapping."""
    (folder / "t.csv").write_text(text)
    (folder / "m.toml").write_text(mapping)
    return feed_of([folder / "t.csv"], "csv", folder / "m.toml", False)


def test_a_key_that_is_assumed_stands_in_the_table_it_belongs_to() -> None:
    """In [feed], made where there is none; the rest of the mapping stays as it was written."""
    text = with_key('[columns]\nunit = "d"  # mine\n', "voters", "valid", "why")
    assert {"columns": {"unit": "d"}, "feed": {"voters": "valid"}} == tomllib.loads(text)
    assert 'unit = "d"  # mine' in text
    more = with_key(text, "valid", "sum", "why")
    assert {"voters": "valid", "valid": "sum"} == tomllib.loads(more)["feed"]
    assert {"feed": {"voters": "valid"}} == tomllib.loads(with_key("", "voters", "valid", "why"))


def test_whether_a_file_is_packed_is_told_by_its_bytes(tmp_path: Path) -> None:
    """Some browsers unpack what they fetch and keep its name."""
    path = tmp_path / "t.csv.gz"
    path.write_bytes(b"d,v,Ada\n")
    assert [b"d,v,Ada\n"] == list(feed_of([path], "csv", None, False).document(path, AT).lines)


def test_areas_are_read_as_boxes_and_the_mapping_says_so(tmp_path: Path) -> None:
    """A night's published count is by box; the level is kept to name the areas by."""
    found = feed(tmp_path, "d,v,Ada\nNorth,9,9\n", MAPPING)
    assert "district" == found.level
    assert '# level = "district"  # ASSUMED: each district is read as one box' in found.text
    assert any("each district is read as one box" in note for note in found.notes)
    survey = found.survey([Table(tmp_path / "t.csv", AT, "said")], ())
    assert ("district", True, ["North"]) == (survey.level, survey.runs_on, list(survey.places))


def test_a_level_that_cannot_be_taken_out_by_line_is_asked_for() -> None:
    """A mapping may be written in one line; nothing is guessed then."""
    with pytest.raises(UsageError, match=r"Take feed\.level out"):
        without_level('feed = { level = "district" }\n[columns]\nunit = "d"\nchoices = "*"\n', "district")


def test_a_table_of_which_no_row_can_be_read_says_why(tmp_path: Path) -> None:
    """And not only that there is no night in it."""
    found = feed(tmp_path, "d,v,Ada\nNorth,9,nine\n", MAPPING)
    with pytest.raises(UsageError, match="E107 Ada"):
        found.survey([Table(tmp_path / "t.csv", AT, "said")], ())


def test_a_format_without_a_survey_founds_no_night(tmp_path: Path) -> None:
    """It is said which formats do."""
    (tmp_path / "t.json").write_text("{}")
    found = feed_of([tmp_path / "t.json"], "sandik", None, False)
    with pytest.raises(UsageError, match="cannot be made of the format sandik: csv"):
        found.survey([Table(tmp_path / "t.json", AT, "said")], ())
