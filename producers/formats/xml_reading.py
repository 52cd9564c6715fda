"""XML as a stream of elements: no tree, no entities, no document type, nothing from outside.

    for event in events(document):
        if event.opens: event.tag, event.attributes, event.line
        else:           event.tag, event.text

Expat does the reading, in bounded memory: what has been handed on is forgotten. A document type declaration
is refused where it stands, and entities can be declared nowhere else: so neither a "billion laughs" nor a
file of this machine can come in.

Know before changing: the caller gets everything before a cut, then a FeedError; it is the caller's to hand on
only what is whole. Namespaces are taken off the tags: feeds differ in them and in nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from producers.formats.document import Document, FeedError
from producers.formats.kinds import mistaken

PIECE_BYTES = 16 * 1024
SILENT_BYTES_MAX = 4 * 1024**2
"""Most bytes within one tag, text or comment: expat holds such a piece whole."""
_CUT = frozenset(
    expat.errors.codes[words]
    for words in (
        expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)  # fmt: skip
"""What expat says of a file that ends too early."""
TEXT_CHARACTERS_MAX = 1024**2
"""Most characters of text in one element."""
DEPTH_MAX = 64
NAMES_MAX = 10_000
"""Most different tags and attributes in a file: expat keeps each for ever."""
BEGINS_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Event:
    """The beginning or the end of an element."""

    opens: bool
    tag: str
    line: int
    attributes: Mapping[str, str]
    """At the beginning."""
    text: str
    """At the end: the text directly in it, without the white space around."""


class _RefusedError(Exception):
    """What this file does not read; it never leaves it."""


class _Listener:
    """What expat tells, as events."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.events: list[Event] = []
        self._parser = parser
        self._texts: list[list[str]] = []
        self._sizes: list[int] = []
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._doctype

    def taken(self) -> list[Event]:
        """What was told since this was asked last."""
        found, self.events = self.events, []
        return found

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._texts) >= DEPTH_MAX:
            raise _RefusedError(f"Elements lie more than {DEPTH_MAX} deep; no format of results has that.")
        self._texts.append([])
        self._sizes.append(0)
        named = {_local(name): value for name, value in attributes.items() if not name.startswith("xmlns")}
        self.events.append(Event(True, _local(tag), self._parser.CurrentLineNumber, named, ""))

    def _end(self, tag: str) -> None:
        self._sizes.pop()
        text = "".join(self._texts.pop()).strip()
        self.events.append(Event(False, _local(tag), self._parser.CurrentLineNumber, {}, text))

    def _said(self, text: str) -> None:
        self._sizes[-1] += len(text)
        if self._sizes[-1] > TEXT_CHARACTERS_MAX:
            raise _RefusedError("An element has more than a million characters of text.")
        self._texts[-1].append(text)

    def _doctype(self, name: str, *_: object) -> None:
        raise _RefusedError(
            "This is a page of HTML and no table: the address may ask for a login. Look at it in a browser."
            if name.lower() == "html"
            else f"It has a document type declaration ({name:.40}), in which entities could hide: such files "
            "are not read. Without that declaration it would be."
        )  # fmt: skip


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def events(document: Document) -> Iterator[Event]:
    """The elements in their order; FeedError for what is no XML, is cut, or is beyond the limits."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True
    listener = _Listener(parser)
    begins, silent = b"", 0
    for piece in _pieces(document.lines):
        begins += piece[: BEGINS_BYTES - len(begins)]
        error = _fed(document, parser, piece, begins)
        silent = 0 if listener.events else silent + len(piece)
        yield from listener.taken()
        if error is not None:
            raise error
        if silent > SILENT_BYTES_MAX or len(names) > NAMES_MAX:
            what = "more different tags" if len(names) > NAMES_MAX else "more bytes between two tags"
            message = f"The file has {what} than any table of results."
            raise FeedError(document.name, parser.CurrentLineNumber, message)


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Neither a call of expat for every short line nor one for a line of megabytes."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE_BYTES:
            whole = b"".join(held)
            for at in range(0, size, PIECE_BYTES):
                yield whole[at : at + PIECE_BYTES]
            held, size = [], 0
    yield b"".join(held)
    if held:
        yield b""


def _fed(document: Document, parser: expat.XMLParserType, piece: bytes, begins: bytes) -> FeedError | None:
    """Lets expat read; nothing after the last piece. What it cannot read comes back as an error."""
    try:
        parser.Parse(piece, not piece)
    except _RefusedError as refused:
        return FeedError(document.name, parser.CurrentLineNumber, str(refused))
    except expat.ExpatError as error:
        return FeedError(document.name, error.lineno, _why(error, begins))
    except (LookupError, ValueError, UnicodeError) as error:  # an encoding that is none, or that does not fit
        message = f"The encoding that the file states cannot be read ({error!s:.80})."
        return FeedError(document.name, parser.CurrentLineNumber, message)
    return None


def _why(error: expat.ExpatError, begins: bytes) -> str:
    words = expat.ErrorString(error.code)
    if begins.strip() and error.code in _CUT:
        return f"The file ends in the middle ({words}): it was not fetched whole. Fetch it again."
    instead = mistaken(begins, "XML")
    if instead:
        return instead
    return f"The XML is broken at column {error.offset + 1}: {words}."
