"""What the words of a command say about a feed: its format, its source, its mapping, the time of a table.

Know before changing: `sandik produce` and `sandik convert` read the same words in the same way. A format is
guessed from a name only where one fits; a file that might be two things is asked about.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from election.errors import UsageError
from election.night import Night, SourceId
from sandik import folders

if TYPE_CHECKING:  # rooms are opened when a command runs
    from producers.formats.shapes import Mapping

OURS = ("csv", "recording")
"""The formats that are meant where several share an ending."""


def format_name(given: str | None, feeds: Sequence[str], *, mapped: bool) -> str:
    """The format, by its name or by the feeds' names. Raises UsageError."""
    from producers.formats import FORMATS

    if given is not None:
        if given not in FORMATS:
            raise UsageError(f"There is no format {given!r}: {', '.join(FORMATS)}.")
        return given
    fits = [
        name for name, one in FORMATS.items() if all(_plain(feed).endswith(one.endings) for feed in feeds)
    ]
    ours = [name for name in fits if name in OURS and not (mapped and name == "recording")]
    if len(ours or fits) != 1:
        known = " or ".join(fits or FORMATS)
        what = "this feed is" if len(feeds) == 1 else "these feeds are"
        raise UsageError(f"What {what} cannot be told from the name: add --format {known}.")
    return (ours or fits)[0]


def _plain(feed: str) -> str:
    return feed.partition("?")[0].removesuffix(".gz").removesuffix(".zip")


def source_of(given: str | None, night: Night, *, asked: bool = True) -> SourceId:
    """Who says it: the source named, else the one that all contests publish. Raises UsageError.

    `asked`: False where the feed itself says it in every record.
    """
    published = list(dict.fromkeys(contest.source for contest in night.contests.values()))
    if given is None and len(published) > 1 and asked:
        raise UsageError(
            f"This night's contests have several sources: say --source {' or '.join(published)}."
        )
    found = published[0] if given is None else SourceId(given)
    if found not in night.sources:
        raise UsageError(f"There is no source {found!r} in {night.id}: {', '.join(night.sources)}.")
    return found


def mapping_in(path: Path | None) -> "Mapping | None":
    """The mapping in a file, if one is named. Raises UsageError with every mistake in it."""
    from producers.formats.mapping import read_mapping

    return None if path is None else read_mapping(str(path), folders.content(path))


def time_said(word: str, night: Night) -> datetime:
    """A time as typed: `now`, an hour of the night, or a whole time. Raises UsageError."""
    from producers.pace import read_from

    return datetime.now(UTC) if word == "now" else read_from(word, night.date, night.time_zone)
