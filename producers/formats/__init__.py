"""The feed formats there are, by name.

To add one: a file beside this one with `parse(document, night)`, a line in the table, a mirrored test.
"""

from collections.abc import Mapping

from producers.formats import csv_boxes, recording
from producers.formats.document import Parse

FORMATS: Mapping[str, Parse] = {
    "csv": csv_boxes.parse,
    "recording": recording.parse,
}
