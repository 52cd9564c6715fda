"""NIST SP 1500-100 V2 in JSON: an ElectionReport as statements of its lowest units.

    parse(document, night)     reports; refusals with the path: Election[0].Contest[1]….VoteCounts[7].Count
    survey(document)           the same without a night

Know before changing: what is meant by the counts stands in `nist`; here is only how the file is read.
"""

from collections.abc import Iterator

from election.night import Night
from producers.formats.document import Document, FeedError, Heard, Refusal, Seen
from producers.formats.json_reading import items
from producers.formats.judging import completed, judged
from producers.formats.nist import statements
from producers.formats.nist_report import PLACES, Report


def survey(document: Document) -> Iterator[Seen | Refusal]:
    """Every statement of the report. FeedError if it is none, or ends too early."""
    report = Report(document)
    encoding = document.mapping.file.encoding if document.mapping else ""
    for item in items(document, PLACES, encoding):
        yield from report.take(item)
    if not report.contests:
        message = (
            "This is no ElectionReport of NIST SP 1500-100 with a Contest. Say what it is with --format."
        )
        raise FeedError(document.name, 1, message)
    for found in statements(report, document):
        yield found if isinstance(found, Refusal) else completed(found, document.mapping)


def parse(document: Document, night: Night) -> Iterator[Heard]:
    """The reports of this night in it."""
    for found in survey(document):
        yield found if isinstance(found, Refusal) else judged(found, document, night)
