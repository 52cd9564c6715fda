"""What goes to the topic of refused: a record that holds something that could not be counted, and why.

Know before changing: the id is made from the record's place in the log, so that a batch that comes again says
the same again; and everything here is cut to a length, because what is refused may be anything.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from election.checks import Finding
from streams.spans import Received

VERSION = 1
FINDINGS_MAX = 8
"""Findings told of one refused paper; at the limit the rest is left out (the bytes are there)."""
MESSAGE_MAX = 240
"""Characters of a finding's sentence, and of a unit's name; longer is cut."""
PAPERS_BYTES_MAX = 256 * 1024
"""Bytes of the papers told of one record; at the limit the rest is left out, and counted as `left_out`."""
BYTES_MAX = 384 * 1024
"""Most bytes of a record that are kept (half a megabyte as text): Kafka takes a megabyte, and a worker whose
refusal it does not take would come back to the same record for ever."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused paper of a record; row None: the record as a whole."""

    row: int | None
    unit: object
    findings: tuple[Finding, ...]


def refusal_record(received: Received, refusals: Iterable[Refusal], bytes_max: int) -> bytes:
    """The JSON for the topic of refused: which papers of one record, why, and the record's bytes."""
    place = f"{received.topic}/{received.partition}/{received.offset}"
    told, left_out = _told(refusals)
    return orjson.dumps(
        {
            "t": "refused",
            "v": VERSION,
            "id": hashlib.sha256(place.encode()).hexdigest()[:16],
            "topic": received.topic,
            "partition": received.partition,
            "offset": received.offset,
            "papers": told,
            "left_out": left_out,
            "size": len(received.value),
            "bytes": b64encode(received.value[: min(bytes_max, BYTES_MAX)]).decode(),
        }
    )


def _told(refusals: Iterable[Refusal]) -> tuple[list[orjson.Fragment], int]:
    """The papers that may be told, as JSON, and how many are left out."""
    told, size, left_out = list[orjson.Fragment](), 0, 0
    for refusal in refusals:
        text = orjson.dumps(_paper(refusal))
        if left_out or size + len(text) > PAPERS_BYTES_MAX:
            left_out += 1
        else:
            told.append(orjson.Fragment(text))
            size += len(text)
    return told, left_out


def _paper(refusal: Refusal) -> dict[str, Any]:
    unit = refusal.unit
    return {
        "row": refusal.row,
        "box": None if unit is None else str(unit)[:MESSAGE_MAX],
        "findings": [
            {
                "code": finding.code,
                "level": finding.level,
                "field": finding.field[:MESSAGE_MAX],
                "message": finding.message[:MESSAGE_MAX],
            }
            for finding in refusal.findings[:FINDINGS_MAX]
        ],
    }
