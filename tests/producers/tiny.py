"""A night of four boxes for the tests of this room, built from text as a folder would be."""

from collections.abc import Iterable
from datetime import UTC, datetime

from election.night import Night, SourceId
from election.wire.nights import read_night
from producers.formats.document import Document

HEARD_AT = datetime(2024, 10, 6, 15, 0, tzinfo=UTC)

NIGHT_TOML = b"""
id = "tiny"
name = "A tiny night"
date = 2024-10-06
time_zone = "Europe/Istanbul"
polls_close_at = 2024-10-06T17:00:00+03:00
levels = ["town", "ward"]

[states]
sealed = false

[[contests]]
id = "mayor"
name = "Mayor"
area = "town"
source = "council"
[[contests.choices]]
id = "ada"
name = "Ada"
main = true
[[contests.choices]]
id = "bulut"
name = "Bulut"
main = true
areas = ["north"]

[[contests]]
id = "bridge"
name = "A bridge?"
kind = "yes-no"
area = "town"
source = "council"
[[contests.choices]]
id = "yes"
name = "Yes"
[[contests.choices]]
id = "no"
name = "No"

[[sources]]
id = "council"
name = "Council"
[[sources]]
id = "agency"
name = "Agency A"
level = "ward"
"""
ONE_CONTEST = NIGHT_TOML[: NIGHT_TOML.index(b"[[contests]]\nid = \"bridge\"")] + NIGHT_TOML[
    NIGHT_TOML.index(b"[[sources]]") :
]  # fmt: skip
AREAS_CSV = b"id,name,level,parent\ntown,Town,town,\nnorth,North,ward,town\nsouth,South,ward,town\n"
BOXES_CSV = b"id,area,registered\nn-1,north,300\nn-2,north,310\ns-1,south,250\ns-2,south,\n"


def night(toml: bytes = NIGHT_TOML) -> Night:
    """The night; with ONE_CONTEST it has only the mayor."""
    return read_night({"night.toml": toml, "areas.csv": AREAS_CSV, "boxes.csv": BOXES_CSV})


def document(lines: Iterable[str] | str, source: str | None = None) -> Document:
    """A feed of these lines."""
    text = lines.splitlines() if isinstance(lines, str) else lines
    content = [line.encode() + b"\n" for line in text]
    return Document("feed.csv", content, HEARD_AT, None if source is None else SourceId(source))
