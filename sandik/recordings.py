"""A night's recording opened for a command: its records one by one, bad lines said and counted.

Know before changing: this is where a path meets a format, so it imports the room of producers, and commands
import it when they run.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from election.night import Night
from election.wire.records import Record
from producers.formats import recording
from producers.formats.document import Document, Heard, Refusal
from producers.sources import file


def heard(path: Path, night: Night) -> Iterator[Heard]:
    """What is in the recording, bad lines as refusals. FeedError if it is another night's, or none."""
    return recording.parse(Document(str(path), file.lines(path), datetime.now(UTC)), night)


def records(path: Path, night: Night, refuse: Callable[[Refusal], None]) -> Iterator[Record]:
    """The records of a recording; a line that is none goes to `refuse` and the rest goes on."""
    for item in heard(path, night):
        if isinstance(item, Refusal):
            refuse(item)
        elif isinstance(item, Record):
            yield item


def header(path: Path) -> recording.Header:
    """Whose recording it is. FeedError if it is none."""
    return recording.read_header(str(path), next(iter(file.lines(path)), b""))
