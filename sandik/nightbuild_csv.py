"""Reads a CSV of real ballot boxes, both votes side by side, and finds every mistake in it at once.

    district,seq,neighborhood,registered,voted,valid,akp,chp,sp,other,registered_jun,voted_jun,…

Know before changing: what comes out adds up (valid ≤ voters, choices = valid, voters within the register and
the slack), so that no box of a built night is refused or held back.
"""

import csv
import gzip
import io
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from election.errors import Mistake, MistakesError

Which = Literal["march", "june"]
SUFFIX: Mapping[Which, str] = {"march": "", "june": "_jun"}
COLUMNS = {"registered": "registered", "voters": "voted", "valid": "valid", "imamoglu": "chp",
           "yildirim": "akp", "gokcinar": "sp", "others": "other"}  # fmt: skip
"""Our figure → the column of the file, without the suffix of the vote."""
CHOICES = ("imamoglu", "yildirim", "gokcinar", "others")
MISTAKES_MAX = 100
"""Most mistakes told of one file; at the limit reading stops and says so, since the file is another kind."""
NAME_MAX = 120
"""Longest name of a neighbourhood, in characters; a longer one is a mistake."""


@dataclass(frozen=True, slots=True)
class RealBox:
    """One row: where the box stands, and its figures in each vote that was asked for."""

    district: str
    seq: int
    neighbourhood: str
    figures: Mapping[Which, Mapping[str, int]]


def slug(text: str) -> str:
    """The text in small letters without accents, digits and hyphens: `İÇERENKÖY MAH.` → `icerenkoy-mah`."""
    plain = unicodedata.normalize("NFKD", text.translate(str.maketrans("ıİ", "iI")))
    letters = [letter.lower() if letter.isascii() and letter.isalnum() else " " for letter in plain
               if not unicodedata.combining(letter)]  # fmt: skip
    return "-".join("".join(letters).split())


def read_boxes(
    name: str, content: bytes, districts: Sequence[str], votes: Sequence[Which], slack: int
) -> list[RealBox]:
    """The boxes in file order. Raises MistakesError with every mistake."""
    mistakes: list[Mistake] = []
    boxes: list[RealBox] = []
    seen: dict[tuple[str, int], int] = {}
    for line, cells in _rows(name, content, votes, mistakes):
        found = len(mistakes)
        box = _box(name, line, cells, set(districts), votes, slack, mistakes)
        if box is not None:
            first = seen.setdefault((box.district, box.seq), line)
            if first != line:
                where = f"district {cells['district']}, seq {box.seq}"
                mistakes.append(Mistake(name, line, f"{where}: this box stands in line {first} already."))
            boxes.append(box)
        if len(mistakes) >= MISTAKES_MAX and found < len(mistakes):
            mistakes.append(Mistake(name, line, f"{len(mistakes)} mistakes: reading stops here."))
            break
    if not boxes and not mistakes:
        mistakes.append(Mistake(name, None, "There is no box in this file."))
    if mistakes:
        raise MistakesError("in the file of boxes", mistakes)
    return boxes


def needed(votes: Sequence[Which]) -> list[str]:
    """The columns that must be there."""
    names = ["district", "seq", "neighborhood"]
    return names + [column + SUFFIX[vote] for vote in votes for column in COLUMNS.values()]


def _rows(
    name: str, content: bytes, votes: Sequence[Which], mistakes: list[Mistake]
) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(name, content, mistakes)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
    except csv.Error as error:
        mistakes.append(Mistake(name, 1, f"This is not CSV: {error}."))
        return
    if missing := [column for column in needed(votes) if column not in header]:
        if not mistakes:
            mistakes.extend(Mistake(name, 1, f"The column {column} is missing.") for column in missing)
        return
    try:
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, dict(zip(header, cells, strict=True))
            elif cells:
                wrong = f"{len(cells)} cells, the header has {len(header)}."
                mistakes.append(Mistake(name, reader.line_num, wrong))
    except csv.Error as error:
        mistakes.append(Mistake(name, reader.line_num, f"This is not CSV: {error}."))


def _text(name: str, content: bytes, mistakes: list[Mistake]) -> str:
    try:
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        mistakes.append(Mistake(name, None, f"This gzip file is damaged: {error}."))
    except UnicodeDecodeError as error:
        mistakes.append(Mistake(name, None, f"This file is not UTF-8: {error}."))
    return ""


def _box(
    name: str, line: int, cells: Mapping[str, str], districts: set[str], votes: Sequence[Which], slack: int,
    mistakes: list[Mistake],
) -> RealBox | None:  # fmt: skip
    """The row as a box, or None after saying what is wrong with it."""
    before = len(mistakes)

    def wrong(column: str, message: str) -> None:
        mistakes.append(Mistake(name, line, f"column {column}: {message}"))

    def whole(column: str) -> int:
        cell = cells[column].strip()
        if cell.isascii() and cell.isdigit() and len(cell) <= 9:
            return int(cell)
        wrong(column, f"{cell[:40]!r} is not a whole number.")
        return 0

    district = slug(cells["district"])
    if district not in districts:
        wrong("district", f"there is no district {cells['district'][:40]!r} in this night.")
    neighbourhood = cells["neighborhood"].strip()
    if not slug(neighbourhood) or len(neighbourhood) > NAME_MAX:
        wrong("neighborhood", f"{neighbourhood[:40]!r} is not a name.")
    seq = whole("seq")
    figures: dict[Which, Mapping[str, int]] = {}
    for vote in votes:
        said = {figure: whole(column + SUFFIX[vote]) for figure, column in COLUMNS.items()}
        if len(mistakes) == before:
            for column, message in _does_not_add_up(said, slack):
                wrong(column + SUFFIX[vote], message)
        figures[vote] = {**said, "invalid": said["voters"] - said["valid"]}
    return RealBox(district, seq, neighbourhood, figures) if len(mistakes) == before else None


def _does_not_add_up(said: Mapping[str, int], slack: int) -> Iterator[tuple[str, str]]:
    total = sum(said[choice] for choice in CHOICES)
    if said["valid"] > said["voters"]:
        yield "valid", f"{said['valid']} valid votes are more than {said['voters']} voters."
    if total != said["valid"]:
        yield "valid", f"the choices add up to {total}, not to {said['valid']} valid votes."
    if said["voters"] > said["registered"] + slack:
        most = f"{said['registered']} registered and the {slack} the law allows"
        yield "voted", f"{said['voters']} voters are more than {most}."
