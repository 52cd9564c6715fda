"""The files a night is made of, read twice: for what is in them, then against the night that is made of them.

    feed = feed_of(paths, "csv", mapping=Path("my.toml"), whole=False)
    survey = feed.survey(tables, only=())
    feed = feed.assuming(survey)          # with a mapping that says what the feed does not

Know before changing: what a mapping would have to say for the rows to count, and nobody said, is written into
the mapping that is left in the folder, with a mark, and never only held in memory: the next rows of the feed
must be read the same way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from election.errors import UsageError
from election.night import BOX_LEVEL, Night
from producers import formats
from producers.formats.document import Document, Heard, Refusal, Seen
from producers.formats.mapping import read_mapping
from producers.formats.packed import unpacked
from producers.formats.shapes import Mapping
from producers.sources import file
from sandik import folders
from sandik.converting import Table
from sandik.scaffold_seen import Survey
from sandik.scaffold_toml import MARK

MAPPING = "mapping.toml"
REFUSED_SHOWN = 5
"""So many rows are said where none can be read."""
VALID = ("valid", "sum", "no row states its valid votes: they are the sum of the choices")
VOTERS = ("voters", "valid", "no row states voters or invalid votes: nobody's paper was invalid")


@dataclass(frozen=True, slots=True)
class Feed:
    """Files of one format with one mapping."""

    paths: tuple[Path, ...]
    format: str
    whole: bool
    text: str
    """The mapping as TOML; empty without one."""
    mapping: Mapping | None
    level: str = ""
    """What the rows are of, where they are areas: their units are then read as boxes."""
    notes: tuple[str, ...] = ()
    """What was assumed of how it is read."""

    def document(self, path: Path, at: datetime) -> Document:
        """One file, opened."""
        lines = unpacked(str(path), file.raw(path), formats.FORMATS[self.format].endings)
        return Document(str(path), lines, at, mapping=self.mapping)

    def parse(self, path: Path, at: datetime, night: Night) -> Iterator[Heard]:
        """Its reports in a night."""
        return formats.FORMATS[self.format].parse(self.document(path, at), night)

    def look(self, path: Path, at: datetime) -> Iterator[Seen | Refusal]:
        """Its rows without a night."""
        survey = formats.FORMATS[self.format].survey
        if survey is None:
            founding = ", ".join(name for name, one in formats.FORMATS.items() if one.survey is not None)
            raise UsageError(
                f"A night cannot be made of the format {self.format}: {founding}, or a recording."
            )
        return survey(self.document(path, at))

    def survey(self, tables: Sequence[Table], only: Sequence[str]) -> Survey:
        """Everything in them, in the order of time. What cannot be read is left for the second reading."""
        found = Survey(only, self.level)
        refused: list[Refusal] = []
        for number, table in enumerate(tables):
            for item in self.look(table.path, table.at):
                if isinstance(item, Seen):
                    found.take(item, number, str(table.path))
                elif len(refused) < REFUSED_SHOWN:
                    refused.append(item)
        if not found.contests and not found.left_out and refused:
            raise UsageError("No row can be read:\n" + "\n".join(map(str, refused)))
        return found

    def assuming(self, survey: Survey) -> "Feed":
        """With a mapping that says what no row states, so that there is something to count."""
        text, notes = self.text, []
        for (key, value, why), stated in ((VALID, survey.states_valid), (VOTERS, survey.states_voters)):
            if not stated and not survey.states_invalid:
                text = with_key(text, key, value, why)
                notes.append(f"{MAPPING} [feed] {key} = {value!r}: {why}")
        if not notes:
            return self
        mapping = read_mapping(MAPPING, text.encode())
        return replace(self, text=text, mapping=mapping, notes=(*self.notes, *notes))


def feed_of(paths: Sequence[Path], format_name: str, mapping: Path | None, whole: bool) -> Feed:
    """The files as one feed. Raises UsageError or MistakesError."""
    text = folders.text(mapping) if mapping is not None else ""
    read = read_mapping(str(mapping), text.encode()) if mapping is not None else None
    level, notes = "", list[str]()
    if read is not None and read.level != BOX_LEVEL:
        level, text = read.level, without_level(text, read.level)
        read = read_mapping(str(mapping), text.encode())
        notes.append(f"{MAPPING}: each {level} is read as one box, since a night's published count is by box")
    table = whole or formats.whole(format_name, read)
    return Feed(tuple(paths), format_name, table, text, read, level, tuple(notes))


def with_key(text: str, key: str, value: str, why: str) -> str:
    """The mapping with a key of [feed] more, marked as assumed."""
    line = f'{key} = "{value}"  {MARK}{why}'
    lines = text.splitlines()
    for place, old in enumerate(lines):
        if old.split("#")[0].strip() == "[feed]":
            return "\n".join([*lines[: place + 1], line, *lines[place + 1 :]]) + "\n"
    return "\n".join([*lines, "", "[feed]", line]).lstrip("\n") + "\n"


_LEVEL = re.compile(r"(?m)^(\s*(?:feed\.)?level\s*=.*)$")


def without_level(text: str, level: str) -> str:
    """The mapping with its units read as boxes. UsageError where `level` stands in no line of its own."""
    why = f"each {level} is read as one box, since a night's published count is by box"
    found, lines = _LEVEL.subn(lambda line: f"# {line[1].strip()}  {MARK}{why}", text, count=1)
    if not lines or read_mapping(MAPPING, found.encode()).level != BOX_LEVEL:
        raise UsageError(f"Take feed.level out of the mapping: {why}.")
    return found
