"""The audit chain: which records stand in the log, and in which order, as one short text.

Each partition of the topics of reports, of rulings and of what was told has a chain of links, one a record:

    link = SHA-256(link before ‖ the record's value, byte for byte)

The link before the first record is SHA-256 of the text `sandik-1 <topic>/<partition> <its offset>`. The head
of a contest is SHA-256 over one line for each partition, `<reports/0> <next offset> <link in hex> LF` (the
topic without mode, night and session), in ascending order of the name. Refused records are in the chain: a
record that was taken out of the log is missing whether it counted or not.

    links(first_link(partition, 0), values)       the chain of a partition that begins at offset 0
    read_marks(meta)                              how far a contest's version goes, and the link there
    audit(marks)                                  the same as a snapshot says it

Know before changing: strangers compute this from docs/reference/proof.md; another definition is another text
than `sandik-1`, and stores count anew (`keys.LAYOUT`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CHAIN = "sandik-1"
LINK_BYTES = 32
CHAINED = ("reports", "rulings", "told")
"""The topics that have a chain."""
MARK = "link:"
"""Before the name of a partition: the field of a contest's meta hash that says how far its version goes."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a chain: the next offset, and the link of the record before it."""

    offset: int
    link: str
    """In hex."""


def short(partition: str) -> str:
    """A partition without mode, night and session: `reports/0`."""
    return partition.rpartition(".")[2]


def first_link(partition: str, offset: int) -> bytes:
    """The link before the first record of a chain. `partition` is `<topic>/<number>`."""
    return hashlib.sha256(f"{CHAIN} {partition} {offset}".encode()).digest()


def next_link(link: bytes, value: bytes) -> bytes:
    """The link of the record that comes next."""
    return hashlib.sha256(link + value).digest()


def links(link: bytes, values: Iterable[bytes]) -> Iterator[bytes]:
    """The link of each of the records that come next."""
    for value in values:
        link = next_link(link, value)
        yield link


def read_marks(meta: Mapping[str, str]) -> dict[str, Mark]:
    """The marks in a contest's meta hash by partition (`reports/0`). Raises ValueError for what is none."""
    found = {}
    for name, text in meta.items():
        if name.startswith(MARK):
            offset, _, link = text.partition(" ")
            found[name.removeprefix(MARK)] = Mark(int(offset), link)
    return found


def head(marks: Mapping[str, Mark]) -> str:
    """One text for all of these places, in hex."""
    lines = "".join(f"{name} {mark.offset} {mark.link}\n" for name, mark in sorted(marks.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def audit(marks: Mapping[str, Mark]) -> dict[str, Any] | None:
    """The field `audit` of a snapshot; None where nothing was read of a log."""
    if not marks:
        return None
    return {"head": head(marks), "at": {name: mark.offset for name, mark in sorted(marks.items())}}
