"""Records that another room wrote, put into the log as they are: what became of deliveries.

    async with NotePublisher(settings, night.id) as out:
        await out.note("delivered", b"mayor", value)
        await out.drain()             # returns when everything is acknowledged

Know before changing: all the care for acknowledgements is the Publisher's; this only hands it bytes.
"""

from hashlib import sha256

from producers.publish import Publisher, _now_s, _Outgoing


class NotePublisher(Publisher):
    """A Publisher that takes bytes."""

    async def note(self, what: str, key: bytes, value: bytes) -> None:
        """Sends a value to a topic of the night; returns once it is on its way. Raises OutsideError."""
        await self._unless_failed(self._slots.acquire())
        if not self._unacknowledged:
            self._progress_s = _now_s()
        id = sha256(value).hexdigest()[:16]
        self._number += 1
        out = _Outgoing(self._scope.topic(what), key, value, id, 0, _now_s())
        self._unacknowledged[self._number] = out
        self._empty.clear()
        await self._hand_over(self._number, out)
