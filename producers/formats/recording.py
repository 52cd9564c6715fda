"""The recording: a night as JSON lines, read and written. The first line says whose it is, then one bundle
or ruling a line in the order heard.

Know before changing: what is written is byte-stable (record → replay → record gives the same bytes), because
`records.encode` has one order of fields. Anyone may write a recording, so every line is judged on its own and
a bad one is refused with its line number while the rest goes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from election.errors import RecordError
from election.night import Night
from election.wire.records import RECORD_BYTES_MAX, Record, decode, encode
from election.wire.topics import MODES
from producers.formats.document import Document, FeedError, Heard, Refusal


@dataclass(frozen=True, slots=True)
class Header:
    """A recording's first line: which night, heard in which mode, made by what from what."""

    night: str
    mode: str
    simulated: bool
    made_by: str
    made_from: str


def write(header: Header, records: Iterable[Record]) -> Iterator[bytes]:
    """The lines of a recording; of a file's name that is no UTF-8 the odd bytes are spelt out."""
    made_from = header.made_from.encode("utf-8", "backslashreplace").decode()
    first = {
        "night": header.night,
        "mode": header.mode,
        "simulated": header.simulated,
        "made_by": header.made_by,
        "from": made_from,
    }
    yield orjson.dumps(first) + b"\n"
    for record in records:
        yield encode(record) + b"\n"


def read_header(name: str, line: bytes) -> Header:
    """The first line as a header. Raises FeedError for anything else."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("night"), str):
        raise FeedError(name, 1, _not_a_recording(line))
    mode = found.get("mode")
    if mode not in MODES:
        raise FeedError(name, 1, f"mode is {mode!r:.40}; it is one of {', '.join(MODES)}.")
    return Header(
        night=found["night"],
        mode=mode,
        simulated=found.get("simulated") is True,
        made_by=str(found.get("made_by", "")),
        made_from=str(found.get("from", "")),
    )


def _not_a_recording(line: bytes) -> str:
    if not line.strip():
        return 'This file is empty; a recording begins with a line {"night": …, "mode": …}.'
    begins = line[:40].decode("utf-8", "replace").strip()
    return (
        f'This is no recording: it begins with {begins!r} and not with {{"night": …, "mode": …}}. '
        "Say what it is with --format."
    )


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The bundles and rulings of a recording, as they are; FeedError for one of another night."""
    lines = iter(document.lines)
    header = read_header(document.name, next(lines, b""))
    if header.night != night.id:
        message = f"This recording is of {header.night}; the night here is {night.id}."
        raise FeedError(document.name, 1, message)
    for number, line in enumerate(lines, start=2):
        text = line.strip()
        if text:
            yield _read(text, document.name, number)


def _read(text: bytes, name: str, number: int) -> Heard:
    try:
        return decode(text)
    except RecordError as error:
        if error.code == "R008":
            message = f"This line is longer than the {RECORD_BYTES_MAX} bytes a record may have."
            return Refusal(error.code, name, number, error.place, message)
        return Refusal(error.code, name, number, error.place, str(error))
