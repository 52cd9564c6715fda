"""The feed formats there are, by name.

To add one: a file beside this one with `parse(document, night)` and, if a night can be founded on it,
`survey(document)`; a line in the table, a mirrored test.
"""

from collections.abc import Mapping as ReadOnly

from producers.formats import (
    clarity,
    csv_boxes,
    csv_mapped,
    elex,
    json_mapped,
    jsonl,
    nist_json,
    nist_xml,
    recording,
    sandik_snapshot,
)
from producers.formats.document import Format as Format
from producers.formats.shapes import Mapping

FORMATS: ReadOnly[str, Format] = {
    "csv": Format(csv_boxes.parse, csv_mapped.survey, False, (".csv", ".tsv", ".txt")),
    "json": Format(json_mapped.parse, json_mapped.survey, False, (".json",)),
    "jsonl": Format(jsonl.parse, jsonl.survey, False, (".ndjson",)),
    "nist-json": Format(nist_json.parse, nist_json.survey, True, (".json",)),
    "nist-xml": Format(nist_xml.parse, nist_xml.survey, True, (".xml",)),
    "clarity": Format(clarity.parse, clarity.survey, True, (".xml",)),
    "elex-csv": Format(elex.parse, elex.survey, True, ()),
    "recording": Format(recording.parse, None, False, (".jsonl",)),
    "sandik": Format(sandik_snapshot.parse, None, True, ()),
}


def whole(format_name: str, mapping: Mapping | None) -> bool:
    """Whether a document of this format is the whole table: the mapping's `table` before the format's own."""
    if mapping is not None and mapping.table:
        return mapping.whole
    return FORMATS[format_name].whole
