"""JSON as a stream: the parts that are asked for, one at a time, and never the file.

    for item in items(document, [("results", "precincts", EACH)]): item.path, item.line, item.value

Beside the places asked for come the plain values (text, numbers, true, null) of the objects that lie on the
way to them: the names of what the parts belong to.

The standard library reads each part (in C); what is here only finds where one begins. Numbers that are no
whole numbers stay as they were written (`Written`), so that nobody counts with a float.

Know before changing: a name that stands twice in an object is an error, because readers differ in which of
the two they take. A part that seems broken at the end of what was read may only be cut by the reading: then
more is read before anything is said.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from json.decoder import JSONDecodeError

from producers.formats.document import Document, FeedError
from producers.formats.items import ITEM_CHARACTERS_MAX, Item, Path, Places, shown
from producers.formats.kinds import BEGINS_BYTES, mistaken

NAMES_MAX = 10_000
"""Of an object on the way: so many names are looked at for one that stands twice."""
DEPTH_MAX = 64
READ_BYTES = 16 * 1024
"""Read at once, however short the lines are."""
_SPACES = " \t\r\n"
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMERIC = "0123456789+-.eE"
_CUT_CHARACTERS = 16
"""An error so near the end of what was read may be one of the reading."""


class Written(str):
    """A number that is no whole number, as it was written: 12.0 or 1e3."""

    __slots__ = ()


class BrokenError(ValueError):
    """What the standard library lets pass and nobody should: a sentence."""


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BrokenError(f"The name {twice!r:.60} stands twice in one object")
    return made


def _constant(word: str) -> object:
    raise BrokenError(f"{word} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Written, parse_constant=_constant)


def items(document: Document, places: Iterable[Path], encoding: str = "") -> Iterator[Item]:
    """What is asked for, in the order of the file; FeedError where the file is no JSON or ends too early."""
    source = _Source(document, encoding)
    if source.char() not in ("{", "["):
        raise source.broken("")
    yield from _Walk(source, Places(places)).below((), ())
    if source.char():
        raise source.broken("Another value follows the first; JSON lines are --format jsonl")


def value(text: str) -> object:
    """One whole value, for JSON lines. Raises ValueError with a sentence."""
    try:
        found = DECODER.decode(text)
    except RecursionError as error:
        raise BrokenError("It is nested too deep") from error
    except JSONDecodeError:
        raise
    except ValueError as error:
        raise BrokenError(_sentence(error)) from error
    _printable(text, found)
    return found


class _Source:
    """The text of the document, as much of it as is needed."""

    def __init__(self, document: Document, encoding: str) -> None:
        self._document, self._lines = document, iter(document.lines)
        self._encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begins = b""
        self.text, self.at = "", 0
        self._line, self._counted = 1, 0
        self._ended = False

    @property
    def line(self) -> int:
        """The line of where it stands."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def more(self, size: int) -> bool:
        """Reads at least so many bytes; False at the end. What lies before `at` is forgotten."""
        if self._ended:
            return False
        got = list[bytes]()
        missing = size
        while missing > 0:
            piece = next(self._lines, None)
            if piece is None:
                self._ended = True
                break
            got.append(piece)
            missing -= len(piece)
        _ = self.line
        self.text, self.at, self._counted = self.text[self.at :] + self._decoded(b"".join(got)), 0, 0
        return True

    def _decoded(self, piece: bytes) -> str:
        if len(self._begins) < BEGINS_BYTES:
            self._begins += piece[: BEGINS_BYTES - len(self._begins)]
        try:
            first = self._decoder is None
            if self._decoder is None:
                wide = piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                self._decoder = codecs.getincrementaldecoder(
                    self._encoding or ("utf-16" if wide else "utf-8-sig")
                )()
            text = self._decoder.decode(piece, self._ended)
            return text.removeprefix("\ufeff") if first else text
        except UnicodeDecodeError as error:
            if self._ended and error.end >= len(piece):
                raise self._error(
                    f"The file ends in the middle: it was not fetched whole ({error.reason})"
                ) from error
            raise self._error(
                f"A byte is not {error.encoding} (0x{error.object[error.start]:02x}, {error.reason}): say "
                "the encoding in the mapping, [file] encoding"
            ) from error  # fmt: skip

    def char(self) -> str:
        """The next character that is no space; empty at the end. It stays."""
        while True:
            if self.at < len(self.text) and (here := self.text[self.at]) not in _SPACES:
                return here
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more(READ_BYTES):
                return ""

    def expect(self, *wanted: str) -> str:
        """The next character, taken; it must be one of these."""
        found = self.char()
        if found not in wanted or not found:
            raise self.broken("")
        self.at += 1
        return found

    def whole(self, path: Path) -> object:
        """The value that begins here."""
        self.char()
        size = 64 * 1024
        while True:
            try:
                found, end = DECODER.raw_decode(self.text, self.at)
                if self._ends(end):
                    break
                if not self.more(size):
                    self.at = len(self.text)
                    raise self.broken("")
            except JSONDecodeError as error:
                rest = self.text[error.pos :].strip()
                unclosed = error.msg.startswith("Unterminated") or len(rest) <= _CUT_CHARACTERS
                if not unclosed or not self.more(size):
                    raise self._undecoded(error, rest) from error
            except ValueError as error:
                raise self._error(f"{shown(path)}: {_sentence(error)}") from error
            except RecursionError as error:
                raise self._error(f"{shown(path)} is nested too deep") from error
            if len(self.text) - self.at > ITEM_CHARACTERS_MAX:
                raise self._error(
                    f"{shown(path)} is longer than {ITEM_CHARACTERS_MAX} characters, more than is held "
                    "at once: name a place deeper in it"
                )  # fmt: skip
            size *= 2
        try:
            _printable(self.text[self.at : end], found)
        except BrokenError as error:
            raise self._error(f"{shown(path)}: {error}") from error
        self.at = end
        return found

    def _undecoded(self, error: JSONDecodeError, rest: str) -> FeedError:
        """What the standard library does not read: a cut, or something wrong at its place."""
        words = ("true", "false", "null", "-", "NaN", "Infinity")
        cut = not rest or error.msg.startswith("Unterminated") or any(word.startswith(rest) for word in words)
        if cut or (error.msg.startswith("Invalid") and len(rest) < 6):
            self.at = len(self.text)
            return self.broken("")
        self.at = max(self.at, error.pos)
        return self.broken(error.msg)

    def _ends(self, end: int) -> bool:
        """Whether the value that ends here is whole: digits at the end of what was read may go on."""
        if self.text[end - 1] in _NUMERIC:
            return bool(self.text[end : end + _CUT_CHARACTERS].strip(_NUMERIC))
        return True

    def passed_over(self) -> bool:
        """Steps over the value that begins here, if all of it has been read already."""
        try:
            _, end = DECODER.raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            return False  # what is wrong, if anything is, will be met again on the way through it
        self.at = end
        return True

    def _error(self, message: str) -> FeedError:
        return FeedError(self._document.name, self.line, message + ".")

    def broken(self, why: str) -> FeedError:
        """What is wrong where it stands: another kind of file, an end too early, or a character too many."""
        found = self.char()
        instead = mistaken(self._begins, "JSON")
        if instead:
            return FeedError(self._document.name, self.line, instead)
        if not found:
            return self._error("The file ends in the middle: it was not fetched whole. Fetch it again")
        near = self.text[self.at : self.at + 20]
        return self._error(f"{why or 'The JSON is broken'}, at {near!r}")


class _Walk:
    """Finds the parts that are asked for."""

    def __init__(self, source: _Source, places: Places) -> None:
        self._source, self._places = source, places

    def below(self, path: Path, place: Path) -> Iterator[Item]:
        """Everything in the object or list that begins here."""
        if len(path) > DEPTH_MAX:
            raise self._source.broken(f"More than {DEPTH_MAX} objects and lists lie in one another")
        source = self._source
        listed = source.expect("{", "[") == "["
        closing = "]" if listed else "}"
        if source.char() == closing:
            source.expect(closing)
            return
        names: set[str] = set()
        number = 0
        while True:
            step = number if listed else self._name(path, names)
            yield from self._child((*path, step), self._places.under(place, step, listed), place)
            number += 1
            if source.expect(",", closing) == closing:
                return

    def _name(self, path: Path, names: set[str]) -> str:
        if self._source.char() != '"':
            raise self._source.broken("")
        name = self._source.whole(path)
        assert isinstance(name, str)
        if name in names:
            raise self._source.broken(f"The name {name!r:.60} stands twice in {shown(path) or 'the object'}")
        if len(names) < NAMES_MAX:
            names.add(name)
        self._source.expect(":")
        return name

    def _child(self, path: Path, place: Path, above: Path) -> Iterator[Item]:
        source = self._source
        container = source.char() in ("{", "[")
        if self._places.ends(place) or (not container and self._places.leads(above)):
            line = source.line
            yield Item(path, line, source.whole(path))
        elif container and (self._places.leads(place) or not source.passed_over()):
            yield from self.below(path, place)
        elif not container:
            source.whole(path)


def _printable(text: str, found: object) -> None:
    r"""Half a surrogate pair (\ud83d alone) can be written in JSON and in nothing else."""
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise BrokenError("A text holds half a character (a lone surrogate)") from error


def _sentence(error: ValueError) -> str:
    """What a number of thousands of digits and the like are called."""
    return str(error) if isinstance(error, BrokenError) else "A number has thousands of digits"
