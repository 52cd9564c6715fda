"""NIST SP 1500-100 V2 in XML: the same report as in JSON, in the same words.

    parse(document, night)     reports; refusals with the path, as nist_json

Know before changing: an element becomes what JSON would hold: ObjectId is @id, xsi:type is @type, a text with
a Language is its content. So everything behind this file is one reader for both.
"""

from collections.abc import Iterator

from election.night import Night
from producers.formats.document import Document, FeedError, Heard, Refusal, Seen
from producers.formats.items import EACH, Item, Path, Places
from producers.formats.judging import completed, judged
from producers.formats.nist import statements
from producers.formats.nist_report import LISTS, PLACES, Report
from producers.formats.xml_reading import Event, events

ROOT = "ElectionReport"
CHILDREN_MAX = 100_000
"""Most elements in one thing that is held whole."""


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the report. FeedError if it is none, or ends too early."""
    report = Report(document)
    for item in items(document):
        yield from report.take(item)
    if not report.contests:
        message = f"This is no {ROOT} of NIST SP 1500-100 with a Contest. Say what it is with --format."
        raise FeedError(document.name, 1, message)
    for found in statements(report, document):
        yield found if isinstance(found, Refusal) else completed(found, document.mapping)


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it."""
    for found in survey(document):
        yield found if isinstance(found, Refusal) else judged(found, document, night)


class _Node:
    """An open element: where it is, and what is kept of it."""

    __slots__ = ("counts", "kept", "line", "path", "place", "value")

    def __init__(self, path: Path, place: Path, line: int, kept: bool) -> None:
        self.path, self.place, self.line, self.kept = path, place, line, kept
        self.counts: dict[str, int] = {}
        self.value: dict[str, object] = {}


def items(document: Document) -> Iterator[Item]:
    """The parts that are asked for, as JSON would have them."""
    places = Places(PLACES)
    line: list[_Node] = []
    for event in events(document):
        if not line:
            if event.opens and event.tag != ROOT:
                message = f"The file begins with <{event.tag:.40}> and not with <{ROOT}>."
                raise FeedError(document.name, event.line, message)
            if event.opens:
                line.append(_Node((), (), event.line, False))
        elif event.opens:
            line.append(_opened(line[-1], event, places))
            if not line[-1].kept:
                yield from _attributes(line[-1], places)
        else:
            node = line.pop()
            yield from _closed(node, line[-1] if line else None, event.text, places, document)


def _opened(above: _Node, event: Event, places: Places) -> _Node:
    number = above.counts.get(event.tag, 0)
    above.counts[event.tag] = number + 1
    path, place = (*above.path, event.tag), (*above.place, event.tag)
    if not above.kept and not places.ends(place) and places.leads(place):
        path, place = (*path, number), (*place, EACH)
    node = _Node(path, place, event.line, above.kept or places.ends(place))
    for name, value in event.attributes.items():
        node.value["@id" if name == "ObjectId" else "@type" if name == "type" else name] = value
    return node


def _attributes(node: _Node, places: Places) -> Iterator[Item]:
    """Those of an element on the way, before what is in it."""
    if places.leads(node.place):
        for name, value in node.value.items():
            yield Item((*node.path, name), node.line, value)


def _closed(
    node: _Node, above: _Node | None, text: str, places: Places, document: Document
) -> Iterator[Item]:
    if above is None:
        return
    if node.kept and above.kept:
        _keep(above, str(node.path[-1]), _value(node, text), node.line, document)
    elif node.kept:
        yield Item(node.path, node.line, _value(node, text))
    elif not node.counts and places.leads(above.place) and isinstance(node.path[-1], str):
        yield Item(node.path, node.line, text)


def _value(node: _Node, text: str) -> object:
    """An element with nothing in it is its text."""
    name = next(step for step in reversed(node.path) if isinstance(step, str))
    if node.value and text and not node.counts:
        node.value.setdefault("Content", text)
    if node.value:
        return node.value
    return text.split() if name in LISTS and name != "Text" else text


def _keep(above: _Node, name: str, value: object, line: int, document: Document) -> None:
    """An element within one that is held whole; a name that comes again makes a list."""
    held = above.value.get(name)
    if sum(above.counts.values()) > CHILDREN_MAX:
        message = f"An element has more than {CHILDREN_MAX} others in it; no report of results has that."
        raise FeedError(document.name, line, message)
    if name in LISTS and isinstance(value, list):
        above.value.setdefault(name, list[object]())
        held = above.value[name]
        if isinstance(held, list):
            held.extend(value)
    elif name not in above.value:
        above.value[name] = [value] if name in LISTS else value
    elif isinstance(held, list):
        held.append(value)
    else:
        above.value[name] = [held, value]
