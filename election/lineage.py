"""What has become of an election since its night, in the words that a snapshot says it with.

Know before changing: the state is that of the contest's call, as its facts left it (`calls.state.LIFE`);
`wire.frames_told` says which is which. A recount of single boxes or areas changes nothing; one whose data
says `scope = "all"` does (`memory.WHOLE`).
"""

from datetime import date

UNOFFICIAL, RECOUNT, CERTIFIED, ANNULLED = "unofficial", "recount", "certified", "annulled"


def day_of(value: object) -> date | None:
    """The day in a ruling's data, as 2019-06-23; None if it names none that can be read."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
