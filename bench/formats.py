"""How fast, and in how much memory, each format that needs no columns reads a large file.

    python -m bench.formats --megabytes 500
    python -m bench.formats --megabytes 50 --only clarity

Each format is read in a process of its own, from pieces that are made as they are read: the peak is what the
reader holds (with Python itself, about 40 MB), and never the file.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from producers.formats import FORMATS
from producers.formats.document import Document, Seen
from producers.formats.mapping import read_mapping
from producers.formats.shapes import Mapping

CHOICES = 20
COUNT = b"<VoteCounts><GpUnitId>u%d</GpUnitId><Type>total</Type><Count>%d</Count></VoteCounts>\n"
AT = datetime(2024, 10, 6, tzinfo=UTC)
MAPPING = b"""
[paths]
rows = "results.boxes[*]"
unit = "id"
voters = "cast"
valid = "ok"
choices = "votes.*"
choice = "@key"
votes = "@value"
"""


def boxes() -> Iterator[dict[str, object]]:
    """Boxes without an end."""
    number = 0
    while True:
        votes = {f"Choice {place}": (number * 7 + place) % 300 for place in range(CHOICES)}
        yield {
            "id": f"b-{number}",
            "cast": sum(votes.values()) + 3,
            "ok": sum(votes.values()),
            "votes": votes,
        }
        number += 1


def json_(size: int) -> Iterator[bytes]:
    """One array of boxes."""
    yield b'{"results": {"boxes": [\n{"id": "b", "cast": 0, "ok": 0, "votes": {}}'
    for box in _until(size, boxes()):
        yield b",\n" + box
    yield b"\n]}}"


def jsonl(size: int) -> Iterator[bytes]:
    """A box a line."""
    return (box + b"\n" for box in _until(size, boxes()))


def _until(size: int, made: Iterator[dict[str, object]]) -> Iterator[bytes]:
    done = 0
    while done < size:
        found = json.dumps(next(made)).encode()
        done += len(found) + 2
        yield found


UNITS = 20_000
"""Of a NIST report: so many in each contest, and so many contests as fill it."""


def nist_json(size: int) -> Iterator[bytes]:
    """One report in JSON."""
    yield b'{"GpUnit": [{"@id": "top", "Type": "state"}'
    for number in range(UNITS):
        yield b', {"@id": "u%d", "Type": "precinct", "VotersRegistered": 900}' % number
    yield b'], "Election": [{"ElectionScopeId": "top", "Contest": ['
    yield from _contests(size, _json_contest, _json_selection, _json_count, b"]}")
    yield b"]}]}"


def _json_contest(number: int) -> bytes:
    head = b'%s{"@id": "c%d", "Name": "C", "VotesAllowed": 1, "ContestSelection": ['
    return head % (b", " if number else b"", number)


def _json_selection(number: int) -> bytes:
    return b'%s{"@id": "s%d", "VoteCounts": [' % (b", " if number else b"", number)


def _json_count(number: int) -> bytes:
    count = b'%s{"@type": "X.VoteCounts", "GpUnitId": "u%d", "Type": "total", "Count": %d}'
    return count % (b",\n" if number else b"", number, number % 500)


def nist_xml(size: int) -> Iterator[bytes]:
    """The same in XML."""
    yield b'<ElectionReport xmlns:xsi="x"><GpUnit ObjectId="top"><Type>state</Type></GpUnit>\n'
    for number in range(UNITS):
        yield b'<GpUnit ObjectId="u%d"><Type>precinct</Type></GpUnit>\n' % number
    yield b"<Election><ElectionScopeId>top</ElectionScopeId>"
    yield from _contests(
        size,
        lambda number: b'<Contest ObjectId="c%d"><Name>C</Name><VotesAllowed>1</VotesAllowed>' % number,
        lambda number: b'<ContestSelection ObjectId="s%d">' % number,
        lambda number: COUNT % (number, number % 500),
        b"</ContestSelection>",
        b"</Contest>",
    )
    yield b"</Election></ElectionReport>"


Named = Callable[[int], bytes]
"""The text of the contest, choice or count of this number."""


def _contests(
    size: int, contest: Named, choice: Named, count: Named, end: bytes, end_contest: bytes | None = None
) -> Iterator[bytes]:
    """Contests of two choices with a count for each unit, until so many bytes of counts are told."""
    done = number = 0
    while done < size:
        yield contest(number)
        for place in range(2):
            yield choice(place)
            for unit in range(UNITS):
                piece = count(unit)
                done += len(piece)
                yield piece
            yield end
        yield end_contest or end
        number += 1


def clarity(size: int) -> Iterator[bytes]:
    """Contests of 4 choices, 4 types of votes and 2,500 precincts each."""
    yield b"<ElectionResult><Timestamp>11/20/2020 3:37:06 PM EST</Timestamp><Region>X</Region>"
    done = contest = 0
    while done < size:
        yield b'<Contest key="%d" text="Contest %d" voteFor="1">' % (contest, contest)
        for choice in range(4):
            yield b'<Choice key="%d" text="Choice %d">' % (choice, choice)
            for kind in range(4):
                yield b'<VoteType name="Type %d">\n' % kind
                for number in range(2500):
                    piece = b'        <Precinct name="Precinct %d" votes="%d" />\n' % (number, number % 900)
                    done += len(piece)
                    yield piece
                yield b"</VoteType>"
            yield b"</Choice>"
        yield b"</Contest>"
        contest += 1
    yield b"</ElectionResult>"


def elex(size: int) -> Iterator[bytes]:
    """Races of 2 people in 3,000 counties, with forty columns."""
    yield b"raceid,level,reportingunitid,reportingunitname,last,votecount,precinctsreporting"
    yield b"".join(b",x%d" % number for number in range(33)) + b"\n"
    done = race = 0
    while done < size:
        for number in range(3000):
            for last in (b"Lovelace", b"Kaya"):
                piece = b"%d,county,county-%d,County %d,%s,%d,3" % (race, number, number, last, number)
                piece += b",2024-11-05" * 33 + b"\n"
                done += len(piece)
                yield piece
        race += 1


MADE: dict[str, tuple[Callable[[int], Iterator[bytes]], Mapping | None]] = {
    "json": (json_, read_mapping("boxes.toml", MAPPING)),
    "jsonl": (jsonl, read_mapping("rows.toml", MAPPING.replace(b'rows = "results.boxes[*]"\n', b""))),
    "nist-json": (nist_json, None),
    "nist-xml": (nist_xml, None),
    "clarity": (clarity, None),
    "elex-csv": (elex, None),
}


def one(name: str, megabytes: int) -> None:
    """Reads one file of one format, and says what it took."""
    make, mapping = MADE[name]
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in make(megabytes * 1_000_000):
            size += len(piece)
            yield piece

    survey = FORMATS[name].survey
    assert survey is not None
    began = time.process_time()
    statements = votes = 0
    for found in survey(Document(name, counted(), AT, None, mapping)):
        assert isinstance(found, Seen), found
        statements += 1
        votes += len(found.votes)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{name:10} {size / 1e6:6.0f} MB  {seconds:6.1f} s of a core  {size / 1e6 / seconds:6.1f} MB/s  "
        f"{statements:9,} statements  {votes:10,} counts  peak {peak:5.0f} MB\n"
    )


def main() -> None:
    """Every format, each in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--only", choices=list(MADE))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    for name in [args.only] if args.only else list(MADE):
        if args.here:
            one(name, args.megabytes)
        else:
            command = [sys.executable, "-m", "bench.formats", "--here", "--only", name]
            subprocess.run([*command, "--megabytes", str(args.megabytes)], check=True)


if __name__ == "__main__":
    main()
