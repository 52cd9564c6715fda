"""Bytes of a table as rows of cells: encoding, line ends, Excel's own lines, delimiter, headings.

    table = opened(document, FileShape())
    table.headings                      ["İlçe", "Sandık", …]
    for cells in table.rows: table.line

Know before changing: a byte that does not fit the encoding stops the feed with its line and column; nothing
is ever replaced. A piece is decoded and handed on at a time, so that a feed that trickles is not held back.
A row may stand on several lines only where its quotes say so beyond doubt: a stray one would join two boxes.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import chain, islice

from producers.formats.document import Document, FeedError
from producers.formats.kinds import BEGINS_BYTES, mistaken
from producers.formats.shapes import FileShape
from producers.formats.slugs import plain

LINE_MAX = 16 * 1024 * 1024
"""Longest line, in characters; a file with a longer one is no table."""
COLUMNS_MAX = 5000
"""Most columns; a header with more is another kind of file."""
DELIMITERS = (";", ",", "\t", "|")
_SEP = re.compile(r"\ufeff?\"?sep=([^\"\r\n])\"?\r?\n?", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_ENDS = re.compile(r"\r\n|\n|\r(?=[^\n])")
"""Line ends, those of old Macs too; one at the end of a piece may be the first half of two."""


class Lines:
    """A document's lines as text. `cut`: the last one given had no end, so the file ends in it."""

    def __init__(self, document: Document, encoding: str) -> None:
        self._name = document.name
        self._pieces = iter(document.lines)
        first = next((piece for piece in self._pieces if piece), b"")
        while len(first) < 4 and (more := next(self._pieces, b"")):
            first += more
        self.begins = first[:BEGINS_BYTES]
        self.encoding, mark = _encoding(document.name, encoding, self.begins)
        self._pieces = chain((first[mark:],), self._pieces)
        self._decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        self._one_byte = _one_byte(self.encoding)
        self.number = 0
        """How many lines were given."""
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        """Each line with its end; FeedError where a byte does not fit."""
        rest, clean, quick = "", True, self.encoding in ("utf-8", "ascii")
        for piece in self._pieces:
            if quick and clean and piece.isascii() and piece[-1:] == b"\n":
                text = piece.decode("ascii")
            else:
                text = self._decoded(piece, rest, False)
                clean = piece[-1:] == b"\n"  # then no half of a letter is left in the decoder
            size = len(text)
            if not rest and text and text.find("\n") == size - 1 and text.find("\r") in (-1, size - 2):
                if self._one_byte:
                    self._check(text)
                self.number += 1
                yield text
                continue
            *lines, rest = _ENDS.split(rest + text)
            for line in lines:
                self._check(line)
                self.number += 1
                yield line + "\n"
            if len(rest) > LINE_MAX:
                message = f"A line of more than {LINE_MAX:,} characters: this is no table."
                raise FeedError(self._name, self.number + 1, message)
        rest += self._decoded(b"", rest, True)
        if rest:
            self.cut = not rest.endswith("\r")
            self._check(rest)
            self.number += 1
            yield rest

    def _decoded(self, piece: bytes, before: str, last: bool) -> str:
        try:
            return self._decoder.decode(piece, last)
        except UnicodeDecodeError as error:
            raise self._wrong(error, before) from error

    def _check(self, line: str) -> None:
        """UTF-8 read as Latin letters would be a file full of wrong names: FeedError."""
        if self._one_byte and not line.isascii():
            try:
                line.encode(self.encoding).decode("utf-8")
            except UnicodeError:
                return
            column = next(place for place, letter in enumerate(line, 1) if not letter.isascii())
            message = f"Column {column} of the line: this is UTF-8, and the mapping says {self.encoding}."
            raise FeedError(self._name, self.number + 1, message)

    def _wrong(self, error: UnicodeDecodeError, before: str) -> FeedError:
        """Where the byte stands, and what the file may be instead."""
        bytes_ = bytes(error.object)
        good = before + bytes_[: error.start].decode(self.encoding, "replace")
        line, column = self.number + good.count("\n") + 1, len(good) - good.rfind("\n")
        shown = bytes_[error.start : error.start + 1].hex()
        instead = mistaken(self.begins, "CSV")
        way_out = instead or (
            'Say in the mapping what it is: [file] encoding = "windows-1254" (Turkish), "cp1252", "latin-1".'
        )
        return FeedError(
            self._name, line, f"Column {column} of the line: byte 0x{shown} is not {self.encoding}. {way_out}"
        )


def _encoding(name: str, wanted: str, begins: bytes) -> tuple[str, int]:
    """The encoding to read with, and how many bytes its mark takes."""
    marked = ""
    if begins.startswith(codecs.BOM_UTF8):
        marked, size = "utf-8", 3
    elif begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        marked, size = "utf-16-le" if begins.startswith(codecs.BOM_UTF16_LE) else "utf-16-be", 2
    if not marked:
        plain_name = codecs.lookup(wanted).name.removesuffix("-sig") if wanted else "utf-8"
        if plain_name in ("utf-16", "utf-32"):  # without a mark: which half of a letter is the zero?
            plain_name += "-be" if begins.startswith(b"\0") else "-le"
        return plain_name, 0
    if wanted and not codecs.lookup(wanted).name.startswith(marked[:6].rstrip("-")):
        message = f"The file begins with the mark of {marked[:6].rstrip('-')}, and the mapping says {wanted}."
        raise FeedError(name, 1, message)
    return marked, size


def _one_byte(encoding: str) -> bool:
    """Whether every byte is a letter of its own, so that UTF-8 could be misread without an error."""
    try:
        return len(b"\xc3\xa9".decode(encoding, "replace")) == 2 and encoding != "ascii"
    except (UnicodeError, LookupError):
        return False


class Table:
    """An open table: its headings and rows. `line` is the line the last row ended in."""

    def __init__(self, document: Document, shape: FileShape) -> None:
        self.name = document.name
        self.lines = Lines(document, shape.encoding)
        self._given = iter(self.lines)
        for _ in range(shape.skip_lines):
            next(self._given, "")
        first = next(self._given, "")
        self.delimiter = shape.delimiter
        excel = _SEP.fullmatch(first)
        if excel and excel[1] != shape.quote:
            self.delimiter = excel[1]
            first = next(self._given, "")
        self.delimiter = self.delimiter or _delimiter(first)
        self.before = self.lines.number - (1 if first else 0)
        """Lines of the file above the header."""
        self._row: list[str] = []
        self.reader = csv.reader(
            self._noted(first),
            delimiter=self.delimiter,
            quotechar=shape.quote or None,
            quoting=csv.QUOTE_MINIMAL if shape.quote else csv.QUOTE_NONE,
        )
        self._quote = shape.quote
        self.header_line = self.before + 1
        self._pushed: list[list[str]] = []
        self.written = self._header(shape)
        """By heading, what stands there: another text where it repeats, nothing where it is blank."""
        self.headings = list(self.written)
        self.width = len(self.headings)

    @property
    def line(self) -> int:
        """The line of the file that the last row ended in."""
        return self.before + self.reader.line_num

    def _noted(self, first: str) -> Iterator[str]:
        """The lines for the reader; `_row` holds those of the row that is being read."""
        for line in chain((first,) if first else (), self._given):
            self._row.append(line)
            yield line

    def _one_row(self) -> None:
        """The lines that were read as one row are one. Raises csv.Error where a quote is astray."""
        if len(self._row) > 1:
            for _ in csv.reader(self._row, delimiter=self.delimiter, quotechar=self._quote, strict=True):
                pass
        self._row.clear()

    def _astray(self, error: csv.Error) -> csv.Error:
        """What is wrong with the row that was read; of several lines, with which, and the way out."""
        count = len(self._row)
        self._row.clear()
        if count < 2:
            return error
        return csv.Error(
            f"lines {self.line - count + 1} to {self.line} hang together by a quote that is not closed where "
            f'a cell ends ({error}); where quotes mean nothing, say [file] quote = ""'
        )

    def _header(self, shape: FileShape) -> dict[str, str]:
        rows = []
        try:
            for row in islice(self.reader, shape.header_lines or 1):
                self._one_row()
                rows.append(row)
        except csv.Error as error:
            wrong = self._astray(error)
            raise FeedError(self.name, self.line, self.instead(f"This is no CSV: {wrong}.")) from error
        if not rows:
            raise FeedError(self.name, self.header_line, self.instead("There is no header: the file ends."))
        width = max(len(row) for row in rows)
        if width > COLUMNS_MAX:
            message = self.instead(f"A header of {width} columns; at most {COLUMNS_MAX} are read.")
            raise FeedError(self.name, self.header_line, message)
        if not shape.header_lines:
            self._pushed = rows
            return {str(place): str(place) for place in range(1, width + 1)}
        return _numbered(_joined(rows, width, shape))

    def instead(self, otherwise: str) -> str:
        """What the file is instead of a table, if that can be told; else this sentence."""
        found = mistaken(self.lines.begins, "CSV")
        if not found and b"\0" in self.lines.begins:
            found = 'The text is full of NULs: it may be UTF-16, say [file] encoding = "utf-16-le".'
        return found or otherwise

    def rows(self) -> Iterator[list[str] | csv.Error]:
        """Rows of as many cells as there are headings, or of another number; an error for what is no row.

        Blank cells beyond the last heading are taken away, and lines of blank cells only are passed over.
        """
        width, reader, lines = self.width, self.reader, self._row
        yield from self._pushed
        while True:
            try:
                for cells in reader:
                    if len(lines) > 1:
                        self._one_row()
                    lines.clear()
                    if len(cells) > width and not any(cells[width:]):
                        del cells[width:]
                    if any(cells):
                        yield cells
                return
            except csv.Error as error:
                yield self._astray(error)


def _delimiter(line: str) -> str:
    bare = _QUOTED.sub("", line)
    best = max(DELIMITERS, key=bare.count)
    return best if best in bare else ","


def _joined(rows: list[list[str]], width: int, shape: FileShape) -> list[str]:
    """The headings: lines joined from top to bottom; merged cells counted for each column under them."""
    columns: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows, 1):
        last = ""
        for place in range(width):
            text = plain(row[place]) if place < len(row) else ""
            last = text or last
            text = last if shape.header_fill and number < len(rows) else text
            if text and text not in columns[place][-1:]:
                columns[place].append(text)
    while columns and not columns[-1]:
        columns.pop()
    return [shape.header_join.join(texts) for texts in columns]


def _numbered(headings: list[str]) -> dict[str, str]:
    """Repeated headings with #2, #3 …; a blank one is called by its place: #5. With what is written."""
    taken: dict[str, int] = {}
    found: dict[str, str] = {}
    for place, heading in enumerate(headings, 1):
        name = heading or f"#{place}"
        taken[name] = taken.get(name, 0) + 1
        numbered = name if taken[name] == 1 else f"{name}#{taken[name]}"
        while numbered in found:  # a heading that is written so
            taken[name] += 1
            numbered = f"{name}#{taken[name]}"
        found[numbered] = heading
    return found
