"""Records that another room wrote, and records that a fault has touched, put into the log as they are.

    async with NotePublisher(settings, night.id) as out:
        await out.note("delivered", b"mayor", value)
        await out.marked(bundle, "duplicate")           # with a header that says what was done to it
        await out.drain()             # returns when everything is acknowledged

Know before changing: all the care for acknowledgements is the Publisher's; this only hands it bytes.
"""

from collections.abc import Sequence
from hashlib import sha256

from election.wire.records import Bundle, encode
from election.wire.topics import report_key
from producers.publish import Publisher, _Outgoing

MARK = "simulated"
"""Header of a record that a fault has touched; its value is the fault's name."""


class NotePublisher(Publisher):
    """A Publisher that takes bytes."""

    async def __aenter__(self) -> "NotePublisher":
        """Connects. Raises NoKafkaError if nothing answers."""
        await super().__aenter__()
        return self

    async def note(
        self,
        what: str,
        key: bytes,
        value: bytes,
        headers: Sequence[tuple[str, bytes]] = (),
        reports: int = 0,
    ) -> None:
        """Sends a value to a topic of the night; returns once it is on its way. Raises OutsideError."""
        id = sha256(value).hexdigest()[:16]
        await self._send(_Outgoing(self._scope.topic(what), key, value, id, reports, 0.0, headers))

    async def marked(self, bundle: Bundle, mark: str, damaged: bytes | None = None) -> None:
        """Sends a bundle, or damaged bytes in its place, with a header that says so. Raises OutsideError."""
        value = encode(bundle, self._scope) if damaged is None else damaged
        key = report_key(bundle.source, bundle.area)
        signed = self._sign(value) if damaged is None else []
        headers = [(MARK, mark.encode()), *signed]
        await self.note("reports", key, value, headers, len(bundle) if damaged is None else 0)
