"""The topic of deliveries, for `sandik deliver`: what one room keeps there, by the other's door to Kafka.

Know before changing: this is where two rooms meet, as in `sandik verify`: `streams` knows what is written,
`producers` how. A publisher that has given up is thrown away; the next append makes a new one. The library
underneath loses cancellations, so what is asked of it is asked `heeding`, and a deadline is set to its end.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from election.errors import OutsideError
from election.night import NightId
from producers.notes import NotePublisher
from producers.record import read_log
from producers.settings import Settings
from streams.heeding import heeding

GIVE_UP_WITHIN_S = 5.0
"""How long closing a publisher may take; then it is left as it is."""


class DeliveredTopic:
    """Writes and reads the topic `…delivered` of one night. Use it as `async with`."""

    def __init__(self, settings: Settings, night: NightId) -> None:
        self._settings, self._night = settings, night
        self._publisher: NotePublisher | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> "DeliveredTopic":
        """Connects only when there is something to write."""
        return self

    async def __aexit__(self, *ended: object) -> None:
        await self._give_up()

    async def append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        """Writes key and value of each; returns when all are acknowledged. Raises OutsideError."""
        async with self._one_at_a_time:
            try:
                await heeding(self._append(records))
            except BaseException:
                await self._give_up()
                raise

    async def _append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        out = self._publisher
        if out is None:
            out = NotePublisher(self._settings, self._night)
            await out.__aenter__()
            self._publisher = out
        for key, value in records:
            await out.note("delivered", key, value)
        await out.drain()

    async def _give_up(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            # With an error it does not wait for what is still on its way.
            end = publisher.__aexit__(OutsideError, OutsideError("given up"), None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GIVE_UP_WITHIN_S):
                    await heeding(end)

    async def read(self) -> AsyncIterator[bytes]:
        """Every record, oldest first, to where the log ended when reading began. Raises OutsideError."""
        async for value in self._read("delivered"):
            yield value

    async def told(self) -> AsyncIterator[bytes]:
        """The same of the topic of what was told."""
        async for value in self._read("told"):
            yield value

    async def _read(self, what: str) -> AsyncIterator[bytes]:
        topic = self._settings.scope(self._night).topic(what)
        async for logged in read_log(self._settings, [topic]):
            yield logged.value
