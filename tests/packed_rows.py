"""The rows of a source's units as one string, made the plain way: what the store's script must come to."""

from collections.abc import Mapping

from election.night import ContestId, Night, SourceId
from election.tally import Statement
from election.wire.keys import pack_unit, unit_bytes


def packed_rows(night: Night, contest: ContestId, source: SourceId, held: Mapping[str, Statement]) -> bytes:
    """Each unit's row in the night's order; zeros where nothing is held."""
    asked = night.contests[contest]
    nothing = bytes(unit_bytes(asked))
    units = night.units(asked, night.sources[source])
    return b"".join(pack_unit(held[unit]) if unit in held else nothing for unit in units)
