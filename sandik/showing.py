"""The log of what was shown, over Kafka: the topic `…shown`, written and read for a gateway.

    log = make(folder, environment)                 a `web.shown.ShownLog`
    await log.write("mayor", body, shown_at)
    index = await read(folder.night, settings)      for a shell: everything that stands there now

Know before changing: only the topic of what is shown is made here, because the gateway does not know how many
partitions the others shall have. A broker that is away is tried for ten seconds and then said to be away: the
gateway waits for nobody, and keeps what it could not write.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from election.errors import OutsideError, RecordError, SandikError, UsageError
from election.night import ContestId, Night
from election.wire.records import stamp
from election.wire.shown import SHOWN_AT, Index, read_mark
from election.wire.topics import ruling_key
from producers.cluster import create_topics
from producers.errors import RefusedByKafkaError
from producers.notes import NotePublisher
from producers.settings import Settings
from producers.shown import Begins, Reader, Stored, follow
from sandik import folders

LOG = logging.getLogger("sandik.gateway")
WHAT = "shown"
OUTSIDE_WITHIN_S = 10.0
"""How long a broker that acknowledges nothing is tried again before it is said to be away."""
SEND_WITHIN_S = 4.0
CONNECT_WITHIN_S = 5.0
AGAIN_S = (0.5, 5.0)
"""The first wait before the log is read again, and the longest."""
LARGE_BYTES = 256 * 1024
"""A larger snapshot is looked at in a thread, so that nobody's changes wait for it."""


class KafkaLog:
    """The `ShownLog` of a gateway."""

    def __init__(self, night: Night, settings: Settings) -> None:
        self._night = night
        self._settings = replace(
            settings,
            outside_within_s=min(OUTSIDE_WITHIN_S, settings.outside_within_s),
            send_within_s=min(SEND_WITHIN_S, settings.send_within_s),
        )
        self._scope = settings.scope(night.id)
        self._topic = self._scope.topic(WHAT)
        self._reader = Reader(self._settings, self._topic)
        self._out: NotePublisher | None = None
        self._next = self._unreadable = 0
        self.index = Index(settings.mode)

    async def follow(self) -> NoReturn:
        """Reads the index, and goes on; a broker that is away is waited for, and said once."""
        delay_s, away = AGAIN_S[0], False
        while True:
            try:
                await create_topics(self._settings, self._night.id, CONNECT_WITHIN_S, (WHAT,))
                async with aclosing(follow(self._settings, self._topic, self._next)) as log:
                    async for found in log:
                        if away:
                            LOG.info("topic=%s is read again", self._topic)
                        delay_s, away = AGAIN_S[0], False
                        await self._take(found)
            except OutsideError as error:
                if not away:
                    LOG.warning("what was shown cannot be read now; as_of= is not answered: %s", error)
                away = True
                self.index.ready = False  # others may write what we do not hear of
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, AGAIN_S[1])

    async def _take(self, found: Stored | Begins | None) -> None:
        if found is None:
            self.index.ready = True
            LOG.info(
                "topic=%s snapshots=%d unreadable=%d read", self._topic, len(self.index), self._unreadable
            )
        elif isinstance(found, Stored):
            self._next = found.offset + 1
            await self._mark(found)
        elif found.anew:
            LOG.warning("topic=%s begins anew", self._topic)
            self._next = 0
            self.index.clear()
        else:
            self.index.begins_at(found.offset)

    async def _mark(self, found: Stored) -> None:
        asked = (found.value, self._scope, found.offset, found.shown_at)
        try:
            if len(found.value) < LARGE_BYTES:
                mark = read_mark(*asked)
            else:
                mark = await asyncio.to_thread(read_mark, *asked)
        except RecordError as error:
            self._unreadable += 1
            LOG.warning("offset %d of %s is no snapshot: %s", found.offset, self._topic, error)
            return
        self.index.add(mark)
        await asyncio.sleep(0)  # a long log is not read in one breath

    async def write(self, contest: ContestId, value: bytes, shown_at: datetime) -> None:
        """Returns when it is acknowledged. Raises OutsideError, RecordError for what is refused for ever."""
        out = self._out
        if out is None:
            await create_topics(self._settings, self._night.id, CONNECT_WITHIN_S, (WHAT,))
            out = NotePublisher(self._settings, self._night.id)
            await out.__aenter__()
            self._out = out
        try:
            await out.note(WHAT, ruling_key(contest), value, [(SHOWN_AT, stamp(shown_at).encode())])
            await out.drain()
        except RefusedByKafkaError as error:
            await self._let_go()
            raise RecordError("R008", "record", str(error)) from error
        except OutsideError:
            await self._let_go()
            raise

    async def read(self, offset: int) -> bytes | None:
        """The snapshot that stands there, or None. Raises OutsideError."""
        found = await self._reader.read(offset)
        return None if found is None else found.value

    async def _let_go(self) -> None:
        """Gives the producer back, whatever it still holds: it is written again by another."""
        out, self._out = self._out, None
        if out is not None:
            await out.__aexit__(OutsideError, None, None)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._let_go()
        await self._reader.__aexit__(None, None, None)


async def read(night: Night, settings: Settings) -> Index:
    """Everything that stands in the log now. Raises OutsideError."""
    log = KafkaLog(night, settings)
    async with aclosing(follow(settings, settings.scope(night.id).topic(WHAT), to_the_end=True)) as found:
        async for one in found:
            await log._take(one)
    await log.close()
    return log.index


def make(folder: folders.Folder, environment: Mapping[str, str]) -> KafkaLog:
    """The log of a gateway in this environment. Raises SandikError for settings that cannot be read."""
    try:
        return KafkaLog(folder.night, Settings.read(environment))
    except UsageError as error:
        raise SandikError(f"What is shown cannot be kept by this gateway: {error}") from error
