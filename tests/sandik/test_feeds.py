"""The words of a command that say what a feed is.

Know before changing: what is guessed here is guessed by two commands.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.errors import UsageError
from sandik import feeds
from tests.producers import tiny
from tests.producers.tables import NIGHT


def test_a_format_is_told_from_the_name_where_only_one_fits() -> None:
    """Packed or not, with a query or without."""
    for feed in ("a.csv", "a.csv.gz", "a.csv.zip", "https://x.example/a.csv?now=1"):
        assert "csv" == feeds.format_name(None, [feed], mapped=False)
    assert "recording" == feeds.format_name(None, ["night.jsonl.gz"], mapped=False)


def test_names_that_say_nothing_or_different_things_are_asked_about() -> None:
    """Nothing is guessed."""
    for several in (["a.xyz"], ["a.csv", "b.jsonl"]):
        with pytest.raises(UsageError, match="add --format"):
            feeds.format_name(None, several, mapped=False)
    with pytest.raises(UsageError, match="There is no format 'xls'"):
        feeds.format_name("xls", ["a.csv"], mapped=False)
    assert "recording" == feeds.format_name("recording", ["a.csv"], mapped=False)


def test_the_source_is_the_one_that_the_contests_publish() -> None:
    """Where there is only one."""
    assert "council" == feeds.source_of(None, NIGHT)
    assert "agency" == feeds.source_of("agency", NIGHT)
    with pytest.raises(UsageError, match="There is no source 'radio'"):
        feeds.source_of("radio", NIGHT)


def test_a_night_of_several_sources_asks_which() -> None:
    """Unless the feed says it in every record."""
    night = tiny.night(_two_sources())
    with pytest.raises(UsageError, match="say --source council or council-2"):
        feeds.source_of(None, night)
    assert "council" == feeds.source_of(None, night, asked=False)


def _two_sources() -> bytes:
    first, rest = tiny.NIGHT_TOML.split(b'id = "bridge"')
    rest = rest.replace(b'source = "council"', b'source = "council-2"', 1)
    other = b'[[sources]]\nid = "council-2"\nname = "Council of bridges"\n'
    return first + b'id = "bridge"' + rest + other


def test_no_mapping_is_none_and_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With its path."""
    assert feeds.mapping_in(None) is None
    with pytest.raises(UsageError, match=r"my\.toml cannot be read"):
        feeds.mapping_in(tmp_path / "my.toml")
    (tmp_path / "my.toml").write_text("columns = 3\n")
    with pytest.raises(UsageError, match=r"my\.toml:1"):
        feeds.mapping_in(tmp_path / "my.toml")


def test_a_time_is_said_as_an_hour_of_the_night_or_as_now() -> None:
    """An hour has the night's zone."""
    assert datetime(2024, 10, 6, 16, 15, tzinfo=UTC) == feeds.time_said("19:15", NIGHT)
    assert abs((datetime.now(UTC) - feeds.time_said("now", NIGHT)).total_seconds()) < 60
    with pytest.raises(UsageError, match="neither an hour"):
        feeds.time_said("soon", NIGHT)
