"""A stretch of one partition, taken in record by record and read at the end: how small topics are emptied.

    stretch = Stretch(partial(docket, night, scope, refused_bytes_max))
    stretch.add(received) …        while `follows` and not `full`
    step = stretch.finish()        what the function makes of the records

Know before changing: records of a stretch follow one another without a hole: the scripts look at its ends.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from streams.spans import Received, Span, Tallied, partition_name

RECORDS_MAX = 500
"""Most records taken in at one step; at the limit the rest waits for the next step."""

B = TypeVar("B")


class Stretch(Generic[B]):
    """Takes records of one partition that follow one another."""

    def __init__(self, read: Callable[[Sequence[Received]], B]) -> None:
        self._read = read
        self._records: list[Received] = []

    @property
    def full(self) -> bool:
        """Whether the rest should wait for the next step."""
        return len(self._records) >= RECORDS_MAX

    def follows(self, received: Received) -> bool:
        """Whether this record may be added."""
        last = self._records[-1] if self._records else None
        if last is None:
            return True
        if received.after:
            return False  # what it comes after is counted first, and it begins a step of its own
        return last.partition == received.partition and last.offset + 1 == received.offset

    def add(self, received: Received) -> None:
        """Takes one record in."""
        self._records.append(received)

    def finish(self) -> B:
        """Everything added, as one step."""
        return self._read(self._records)


def span_of(records: Sequence[Received], tallied: dict[int, Tallied]) -> Span:
    """The offsets of these records, at least one, and what was refused at which of them."""
    first, last = records[0], records[-1]
    name = partition_name(first.topic, first.partition)
    values = [record.value for record in records]
    return Span(name, first.offset, last.offset + 1, tallied, values)
